"""Pure rules: the place in the queue, ages, names, telephone numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.ages import said, years
from hub.cases.names import name_key, sound
from hub.cases.order import HIGH_RISKS, Standing, place
from hub.cases.phones import as_e164, as_written
from hub.clock import local

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STANDINGS = st.builds(
    Standing,
    breach_at=MOMENTS,
    category=st.sampled_from(["C2", "C3", "C4", "C5"]),
    age=st.none() | st.integers(0, 120),
    worsened=st.booleans(),
    repeat_contacts=st.integers(0, 5),
    unanswered=st.integers(0, 5),
    risks=st.lists(st.sampled_from([*sorted(HIGH_RISKS), "alone", "something else"])).map(tuple),
    alarmed=st.booleans(),
)


@given(STANDINGS)
def test_a_place_is_never_later_than_the_breach_and_every_minute_has_a_reason(standing: Standing) -> None:
    found = place(standing)
    assert found.order_at <= standing.breach_at
    assert bool(found.reasons) == (found.order_at < standing.breach_at)
    assert place(standing) == found


@given(STANDINGS)
def test_more_danger_never_moves_a_case_back(standing: Standing) -> None:
    from dataclasses import replace

    before = place(standing).order_at
    for worse in (
        replace(standing, worsened=True),
        replace(standing, alarmed=True),
        replace(standing, repeat_contacts=standing.repeat_contacts + 1),
        replace(standing, unanswered=standing.unanswered + 1),
        replace(standing, risks=(*standing.risks, "alone")),
        replace(standing, risks=(*standing.risks, "insulin")),
    ):
        assert place(worse).order_at <= before


@pytest.mark.parametrize(
    ("birth", "on", "expected"),
    [
        (date(2000, 2, 29), date(2016, 2, 28), 15),
        (date(2000, 2, 29), date(2016, 2, 29), 16),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2011, 6, 2), date(2027, 6, 1), 15),
        (date(2011, 6, 2), date(2027, 6, 2), 16),
        (date(2030, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_years_are_exact_to_the_day(birth: date, on: date, expected: int) -> None:
    assert years(birth, on) == expected


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 40000))
def test_years_never_fall_as_days_pass(birth: date, days: int) -> None:
    day = birth + timedelta(days=min(days, (date(2101, 1, 1) - birth).days))
    assert years(birth, day) <= years(birth, day + timedelta(days=1)) <= years(birth, day) + 1


def test_ages_are_said_as_people_say_them() -> None:
    today = date(2026, 11, 22)
    told = [said(today - timedelta(days=days), None, today) for days in (3, 20, 100, 400, 9000)]
    assert told == ["3 days", "2 weeks", "3 months", "13 months", "24 years"]
    assert said(None, 54, today) == "about 54 years"
    assert said(None, None, today) is None


@pytest.mark.parametrize(
    ("one", "other"), [(("Siân", "O’Brien"), ("Sian", "OBrian")), (("Jon", "Smith"), ("John", "Smyth"))]
)
def test_spelling_does_not_hide_a_person(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert name_key(*one) == name_key(*other) != ""


@pytest.mark.parametrize(
    ("name", "code"), [("Robert", "R163"), ("Rupert", "R163"), ("Tymczak", "T522"), ("Pfister", "P236")]
)
def test_sound_is_the_published_algorithm(name: str, code: str) -> None:
    assert sound(name).upper() == code


@given(st.text(max_size=60))
def test_any_name_and_any_number_can_be_taken(text: str) -> None:
    assert len(name_key(text, text)) <= 80
    assert len(as_e164(text)) <= 30


def test_numbers_are_kept_one_way_and_shown_as_people_write_them() -> None:
    for said_as in ("020 7946 0123", "+44 20 7946 0123", "(020) 79460123"):
        assert as_e164(said_as) == "+442079460123"
    assert as_written("+442079460123") == "020 7946 0123"
    assert as_written("ward phone") == "ward phone"


@pytest.mark.parametrize(
    ("utc", "wall"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "00:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "02:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "01:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "01:30"),
    ],
)
def test_both_clock_change_nights_on_a_london_wall_clock(utc: datetime, wall: str) -> None:
    assert f"{local(utc):%H:%M}" == wall
