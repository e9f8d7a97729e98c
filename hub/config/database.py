"""DATABASE_URL read into Django's settings: a socket folder or a host, a pool where pages are served."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

STATEMENT_LIMIT = (
    "-c statement_timeout=20000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout=60000"
)

PREPARED_FROM = 2  # runs of a statement on one connection


def database(url: str, *, pooled: bool) -> dict[str, Any]:
    """Django's DATABASES entry for a URL such as postgresql://user:secret@host:5432/name?host=/socket/folder."""
    parts = urlsplit(url or "postgresql://")
    query = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {
        "options": STATEMENT_LIMIT,
        # PostgreSQL reads and plans a statement once a connection instead of each time: half of its work for a page.
        "server_side_binding": True,
        "prepare_threshold": PREPARED_FROM,
    }
    if mode := query.get("sslmode"):
        options["sslmode"] = mode
    if pooled:
        options["pool"] = {"min_size": 2, "max_size": 16, "timeout": 10, "max_idle": 120}
    return {
        "ENGINE": "hub.config.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "hub",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }
