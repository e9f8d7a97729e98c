"""The hub's clock: the only place where time is read. Stored in UTC, shown in Europe/London."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on a London wall clock."""
    return moment.astimezone(LONDON)
