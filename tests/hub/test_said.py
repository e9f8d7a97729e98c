"""Times as people in the control room say them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from hub import said

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "under 1 min"),
        (0.99, "under 1 min"),
        (1, "1 min"),
        (59.9, "59 min"),
        (60, "1 h 00 min"),
        (65, "1 h 05 min"),
        (48 * 60 - 1, "47 h 59 min"),
        (48 * 60, "2 days"),
        (-7, "7 min"),
    ],
)
def test_lengths_are_whole_minutes_rounded_down(minutes: float, words: str) -> None:
    assert said.length(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (15, "within 15 minutes"), (60, "within an hour"), (90, "within 90 minutes"), (120, "within 2 hours"),
        (24 * 60, "within a day"), (36 * 60, "within 36 hours"), (3 * 24 * 60, "within 3 days"), (0, "at once"),
    ],
)  # fmt: skip
def test_a_time_to_act_in_is_said_in_whole_units(minutes: int, words: str) -> None:
    assert said.within(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("seconds", "words", "urgency"),
    [
        (12 * 60, "12 min left", "calm"),
        (5 * 60 + 1, "5 min left", "calm"),
        (5 * 60, "5 min left", "soon"),
        (20, "under 1 min left", "soon"),
        (0, "under 1 min left", "soon"),
        (-1, "due now", "over"),
        (-60, "1 min over", "over"),
        (-7 * 60 - 30, "7 min over", "over"),
    ],
)
def test_a_limit_says_what_is_left_or_how_far_it_is_passed(seconds: int, words: str, urgency: str) -> None:
    with time_machine.travel(NOON, tick=False):
        due = NOON + timedelta(seconds=seconds)
        assert (said.time_left(due), said.urgency(due)) == (words, urgency)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOON, "12:00"),
        (NOON - timedelta(hours=12), "00:00"),
        (NOON - timedelta(hours=13), "yesterday 23:00"),
        (NOON + timedelta(hours=12), "tomorrow 00:00"),
        (NOON - timedelta(days=2), "12 Jan 12:00"),
        (datetime(2025, 7, 3, 8, 10, tzinfo=UTC), "3 Jul 2025 09:10"),
    ],
)
def test_a_moment_is_told_on_the_london_clock(moment: datetime, words: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert said.clock_time(moment) == words


@pytest.mark.parametrize(
    ("before", "after", "first", "second"),
    [
        # The clocks go forward on 29 March 2026 at 01:00 UTC, and back on 25 October 2026 at 01:00 UTC.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "00:59", "02:00"),
        (
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            "01:30",
            "01:30",
        ),
    ],
)
def test_waits_are_true_on_the_nights_the_clocks_change(
    before: datetime, after: datetime, first: str, second: str
) -> None:
    with time_machine.travel(after, tick=False):
        assert (said.clock_time(before), said.clock_time(after)) == (first, second)
        assert said.wait(before) == said.length(after - before)
        assert said.minutes_ago(before) == f"{said.length(after - before)} ago"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2026, 1, 14), "0 days"),
        (date(2026, 1, 13), "1 day"),
        (date(2025, 12, 17), "4 weeks"),
        (date(2025, 10, 15), "13 weeks"),
        (date(2025, 10, 14), "3 months"),
        (date(2024, 1, 15), "23 months"),
        (date(2024, 1, 14), "2 years"),
        (date(1958, 1, 15), "67 years"),
        (date(2010, 1, 14), "16 years"),
    ],
)
def test_ages_are_said_as_clinicians_say_them(born: date, words: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert said.age(born) == words


def test_full_forms_need_no_context() -> None:
    assert said.full_time(datetime(2026, 7, 3, 13, 32, 5, tzinfo=UTC)) == "3 July 2026 at 14:32"
    assert said.clock_seconds(datetime(2026, 7, 3, 13, 32, 5, tzinfo=UTC)) == "14:32:05"
    assert said.full_date(date(1958, 3, 3)) == "3 March 1958"
