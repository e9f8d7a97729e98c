"""Django reads each moment by a pattern in Python, nine times slower than the parser of Python itself.

A queue page reads two hundred moments. The session's time zone is UTC, so every moment ends in +00.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class MomentLoader(Loader):
    """A timestamptz as PostgreSQL writes it. ValueError for what no datetime can hold, such as infinity."""

    timezone = UTC  # Django compares it with the connection's before each cursor

    def load(self, data: Buffer) -> datetime:
        """The moment, in UTC."""
        return datetime.fromisoformat(str(data, "ascii"))


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that settings name."""

    def get_connection_params(self) -> dict[str, Any]:
        """Django's own, and how moments are read."""
        params: dict[str, Any] = super().get_connection_params()
        params["context"].register_loader("timestamptz", MomentLoader)
        return params
