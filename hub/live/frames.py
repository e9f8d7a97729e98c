"""Server-sent events as bytes: encoded once, sent to many."""

import json
from typing import Any

RETRY = b"retry: 2000\n\n"
PING = b": here\n\n"
RESYNC = b"event: resync\ndata:\n\n"


def frame(event: str, data: str) -> bytes:
    """One event; every line of the data gets its own `data:` line, so no line end can break out of it."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines()) or "data:\n"
    return f"event: {event}\n{lines}\n".encode()


def news(stream: str, kind: str, version: int | None) -> bytes:
    """A case has changed: `case` (no data: fetch it again) and `news`, which says what happened.

    version counts the events of the case's record: a tab that shows an older one is stale.
    """
    told: dict[str, Any] = {"stream": stream, "kind": kind, "version": version}
    return frame("case", "") + frame("news", json.dumps(told))
