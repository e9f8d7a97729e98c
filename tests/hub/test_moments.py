"""Moments come back from PostgreSQL as they went there, in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from hub.config.postgresql.base import MomentLoader

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# A day from each end, so that the offset leads to no moment that a datetime cannot hold.
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - the strategy adds the zones
MOMENTS = st.datetimes(FIRST, LAST, timezones=OFFSETS)
SUMMER, WINTER = timezone(timedelta(hours=1)), UTC


@pytest.mark.django_db
@given(moment=MOMENTS)
@example(moment=datetime(2026, 3, 29, 2, 0, tzinfo=SUMMER))
@example(moment=datetime(2026, 10, 25, 1, 59, 59, 999999, tzinfo=SUMMER))
@example(moment=datetime(2026, 10, 25, 1, 59, 59, 999999, tzinfo=WINTER))
@example(moment=datetime(2028, 2, 29, 0, 0, 0, 1, tzinfo=UTC))
def test_a_moment_is_read_as_it_was_written(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        (read,) = cursor.fetchone()
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.django_db
def test_moments_are_read_by_our_loader() -> None:
    connection.ensure_connection()
    kind = connection.connection.adapters.types["timestamptz"].oid
    assert connection.connection.adapters.get_loader(kind, 0) is MomentLoader


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_no_datetime_can_hold_is_an_error_and_no_other_moment(written: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        with pytest.raises(ValueError, match="isoformat"):
            cursor.fetchone()
