"""Opening hours, by property and by the nights that break clocks."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.hours import ALL_DAY, LONDON, WEEKDAYS, Hours, Period, is_bank_holiday, read_hours

FORWARD = date(2026, 3, 29)  # 01:00 GMT becomes 02:00 BST
BACK = date(2026, 10, 25)  # 02:00 BST becomes 01:00 GMT

moments = st.datetimes(datetime(2025, 12, 1), datetime(2028, 3, 5), timezones=st.just(UTC))  # noqa: DTZ001
periods = st.builds(
    lambda opens, length: Period(opens, opens + length), st.integers(0, 1439), st.integers(1, 1440)
)
days = st.lists(periods, max_size=2).map(tuple)
hours_of_any_kind = st.builds(
    Hours,
    week=st.tuples(*[days] * 7),
    bank_holiday=st.none() | days,
    exceptions=st.dictionaries(st.dates(date(2025, 12, 1), date(2028, 3, 5)), days, max_size=3),
)


def london(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON, fold=fold).astimezone(UTC)


def is_open(hours: Hours, moment: datetime) -> bool:
    """As the directory page tells it: open is what has a closing time to show."""
    return hours.closes_after(moment) is not None


def every_day(*written: str) -> Hours:
    return read_hours({day: list(written) for day in WEEKDAYS})


@given(hours_of_any_kind, moments)
def test_open_now_is_the_same_as_opening_next_now(hours: Hours, moment: datetime) -> None:
    opens = hours.next_open(moment)
    assert is_open(hours, moment) == (opens == moment)
    if opens is not None:
        assert opens >= moment
        assert is_open(hours, opens)
        assert not any(
            is_open(hours, moment + (opens - moment) * part / 7) for part in range(7) if opens > moment
        )


@given(hours_of_any_kind, moments)
def test_spans_are_in_order_and_apart(hours: Hours, moment: datetime) -> None:
    spans = list(hours.spans(moment, moment + timedelta(days=9)))
    assert all(opens < closes for opens, closes in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@given(hours_of_any_kind, moments)
def test_it_is_closed_at_the_moment_it_closes(hours: Hours, moment: datetime) -> None:
    closes = hours.closes_after(moment)
    if closes is not None and closes < moment + timedelta(days=1):
        assert not is_open(hours, closes)
        assert is_open(hours, closes - timedelta(seconds=1))


@given(moments)
def test_a_service_that_never_closes_never_closes(moment: datetime) -> None:
    always = Hours(week=(ALL_DAY,) * 7)
    assert is_open(always, moment)
    assert always.next_open(moment) == moment


@given(hours_of_any_kind, moments)
def test_the_wall_clock_agrees_away_from_the_change(hours: Hours, moment: datetime) -> None:
    """Outside the two nights the answer is what somebody reading the wall clock and the notice would say."""
    wall = moment.astimezone(LONDON)
    if any(abs((wall.date() - day).days) <= 1 for year in (2025, 2026, 2027, 2028) for day in changes(year)):
        return
    minute = wall.hour * 60 + wall.minute
    today = any(each.opens <= minute < each.closes for each in hours.on(wall.date()))
    spill = any(minute + 1440 < each.closes for each in hours.on(wall.date() - timedelta(days=1)))
    assert is_open(hours, moment) == (today or spill)


def changes(year: int) -> list[date]:
    def last_sunday(month: int) -> date:
        day = date(year, month, 31)
        return day - timedelta(days=(day.weekday() + 1) % 7)

    return [last_sunday(3), last_sunday(10)]


def test_an_overnight_service_is_open_through_the_hour_that_never_comes() -> None:
    hours = every_day("22:00-06:00")
    before = london(FORWARD - timedelta(days=1), 23)
    assert hours.closes_after(before) == london(FORWARD, 6)
    assert london(FORWARD, 6) - london(FORWARD - timedelta(days=1), 22) == timedelta(hours=7)


def test_an_overnight_service_is_open_an_hour_longer_when_clocks_go_back() -> None:
    hours = every_day("22:00-06:00")
    assert london(BACK, 6) - london(BACK - timedelta(days=1), 22) == timedelta(hours=9)
    for fold in (0, 1):
        assert is_open(hours, london(BACK, 1, 30, fold))


def test_in_the_hour_that_comes_twice_doubt_means_closed() -> None:
    closing_at_half_past_one = every_day("20:00-01:30")
    assert is_open(closing_at_half_past_one, london(BACK, 1, 15, fold=0))
    assert not is_open(closing_at_half_past_one, london(BACK, 1, 15, fold=1))
    opening_at_half_past_one = every_day("01:30-05:00")
    assert not is_open(opening_at_half_past_one, london(BACK, 1, 45, fold=0))
    assert is_open(opening_at_half_past_one, london(BACK, 1, 45, fold=1))


def test_a_time_that_never_comes_is_the_moment_clocks_go_forward() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert every_day("22:00-01:30").closes_after(london(FORWARD, 0, 30)) == change
    assert every_day("01:30-05:00").next_open(london(FORWARD, 0, 30)) == change


def test_midnight_belongs_to_the_day_that_begins() -> None:
    day, night = every_day("08:00-24:00"), every_day("00:00-08:00")
    midnight = london(date(2026, 6, 10), 0)
    assert not is_open(day, midnight)
    assert is_open(day, midnight - timedelta(seconds=1))
    assert is_open(night, midnight)


def test_the_leap_day_is_a_day_like_others() -> None:
    only_tuesdays = read_hours({"tue": ["09:00-17:00"]})
    assert date(2028, 2, 29).weekday() == 1
    assert is_open(only_tuesdays, london(date(2028, 2, 29), 12))
    assert not is_open(only_tuesdays, london(date(2028, 3, 1), 12))


def test_bank_holidays_have_hours_of_their_own_and_single_dates_win() -> None:
    christmas, boxing = (
        date(2026, 12, 25),
        date(2026, 12, 28),
    )  # the 26th is a Saturday: its day off is the 28th
    raw = {
        **{day: ["08:00-18:00"] for day in WEEKDAYS[:5]},
        "bank_holiday": ["10:00-12:00"],
        "exceptions": {"2026-12-25": []},
    }
    hours = read_hours(raw)
    assert is_bank_holiday(christmas)
    assert is_bank_holiday(boxing)
    assert not is_open(hours, london(christmas, 11))
    assert is_open(hours, london(boxing, 11))
    assert not is_open(hours, london(boxing, 13))
    assert not is_bank_holiday(date(2026, 11, 30)), "St Andrew's day is Scotland's"


def test_without_a_rule_of_its_own_a_bank_holiday_is_its_weekday() -> None:
    hours = read_hours({"fri": ["09:00-17:00"]})
    assert is_open(hours, london(date(2026, 12, 25), 10))


@pytest.mark.parametrize("raw", [{"monday": ["08:00-20:00"]}, {"mon": ["8-20"]}, {"mon": ["25:00-26:00"]}])
def test_hours_that_cannot_be_read_are_refused(raw: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_hours(raw)
