"""An entry is read strictly, and what is wrong is told field by field, hours line by line."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from referrals.entry import LABELS, READERS, UnreadableEntry, as_typed, changes, read_entry
from referrals.hours import WEEKDAYS, read_hours
from referrals.seed import SERVICES
from referrals.typed_hours import read_week, write_bank_holiday, write_week
from tests.referrals.entries import ADDRESS, WRITTEN, written


def faults(**changes: Any) -> dict[str, str]:
    with pytest.raises(UnreadableEntry) as told:
        written(**changes)
    return told.value.faults


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("name", "  ", "Enter the name"),
        ("name", "x" * 121, "120 are the most"),
        ("name", "A\x07B", "cannot be shown"),
        ("name", "A\x00B", "cannot be kept"),
        ("name", "\ud800", "cannot be shown"),
        ("name", ["A"], "quotation marks"),
        ("kind", "", "Choose the kind"),
        ("kind", "butcher", "Write one of: urgent-community-response"),
        ("ods_code", "", "Enter the ODS code"),
        ("ods_code", "T9-U01", "3 to 10 letters and digits"),
        ("phone", "", "Enter the telephone number"),
        ("phone", "020 7946 030", "not a whole telephone number"),
        ("phone", "07700 90012", "not a whole telephone number"),
        ("phone", "020 7946", "not a whole telephone number"),
        ("phone", "020 7946 0301 or Ann", "not a whole telephone number"),
        ("districts", "", "Enter where it goes"),
        ("districts", "SE1 London", "“LONDON” is no postcode district"),
        ("districts", "all SE1", "“ALL” is no postcode district"),
        ("latitude", "51.5x", "Enter a number from 49 to 61"),
        ("latitude", "-0.09", "Enter a number from 49 to 61"),
        ("longitude", float("inf"), "Enter a number from -9 to 2"),
        ("radius_km", "3", "latitude and longitude that the kilometres are around"),
        ("latitude", "51.5", "together, or neither"),
        ("age_from", "18.5", "whole number from 0 to 120"),
        ("age_to", "18", "From 18 and below 18 is nobody"),
        ("sex", "both", "Write one of: female, male"),
        ("exclusions", "preg<nant", "is no code"),
        ("registered_only", "perhaps", "true or false"),
        ("response_minutes", "", "within how many minutes it sees"),
        ("response_minutes", True, "whole number from 1"),
        ("accept_minutes", "4", "whole number from 5 to 1440"),
        ("capacity", "-1", "whole number from 0"),
        ("period_minutes", "5", "whole number from 15"),
        ("webhook_url", "partner.example", "Enter a whole address"),
        ("webhook_url", "ftp://partner.example/", "Enter a whole address"),
        ("webhook_url", "https://[partner", "Enter a whole address"),
        ("webhook_url", "https://ann:secret@partner.example/", "Take the name, the password"),
        ("colour", "blue", "There is no such field"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(field: str, said: Any, words: str) -> None:
    told = faults(**{field: said})
    assert list(told) == ["longitude" if "neither" in words else field]
    assert words in " ".join(told.values())


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("hours", "", "Enter the hours of each weekday"),
        ("hours", "Mon-Fri 08:00-18:00", "Sat, Sun missing. Write each day; “Sun closed”"),
        ("hours", "Mon-Sun 08:00-20:00\nWed closed", "Line 2, “Wed closed”: Wed has been said before"),
        ("hours", "Mon-Sat 08:00-20:00\nSun 8-20", "Line 2, “Sun 8-20”: write “closed”, or times"),
        ("hours", "Mon-Sat 08:00-20:00\n\nSon closed", "Line 3, “Son closed”: begin with a day"),
        ("hours", "Fri-Mon closed", "in the order of the week"),
        ("hours", "Mon-Sun 25:00-26:00", "Line 1"),
        ("hours", "Mon-Sun 08:00-12:00, 11:00-13:00", "overlap"),
        ("hours", "Mon-Sun 22:00-06:00, 23:00-23:30", "overlap"),
        ("hours", "Mon-Sun 08:00-08:00", "Write 00:00-24:00 for the whole day"),
        ("hours", "Mon-Sun closed", "It never opens"),
        ("hours", {"mon": []}, "quotation marks"),
        ("bank_holidays", "", "Say what holds on bank holidays"),
        ("bank_holidays", "shut", "Bank holidays: write “closed”"),
        ("exceptions", "25 Dec closed", "Line 1, “25 Dec closed”: begin with a date"),
        (
            "exceptions",
            "2027-12-25 closed\n2027-02-30 closed",
            "Line 2, “2027-02-30 closed”: there is no such",
        ),
        ("exceptions", "2027-12-25 closed\n2027-12-25 09:00-12:00", "2027-12-25 has been said before"),
        ("exceptions", "2027-12-24", "Line 1, “2027-12-24”"),
    ],
)
def test_hours_are_read_strictly_and_the_line_is_named(field: str, said: Any, words: str) -> None:
    told = faults(**{field: said})
    assert list(told) == [field]
    assert words in told[field]


def test_a_point_alone_tells_how_far_away_and_a_circle_is_an_area() -> None:
    place = {"latitude": "51.503900", "longitude": -0.0982}
    assert written(districts="all", **place).radius_km is None
    assert written(districts="", **place, radius_km="5.0").districts == ()
    assert as_typed(written(districts="", **place, radius_km="5.0"))["districts"] == ""
    assert "All is everywhere" in faults(districts="all", **place, radius_km="5")["districts"]
    assert "Enter where it goes" in faults(districts="", **place)["districts"]


def test_every_fault_is_told_at_once() -> None:
    assert set(faults(name="", phone="1", hours="Mon", sex="x")) == {"name", "phone", "hours", "sex"}


def test_hours_mean_what_was_typed() -> None:
    entry = written(
        hours="Monday-Friday 08:00-12:00, 14:00-18:30\nSat: 22:00–02:00\nsun closed",
        bank_holidays="10:00-12:00",
        exceptions=["2027-12-24 09:00-13:00", "2027-12-25 closed"],
    )
    hours = read_hours(entry.hours)
    said = {
        day: [(each.opens, each.closes) for each in hours.on(day)]
        for day in (
            date(2027, 3, 1),
            date(2027, 3, 6),
            date(2027, 3, 7),
            date(2027, 3, 29),
            date(2027, 12, 24),
        )
    }
    assert list(said.values()) == [[(480, 720), (840, 1110)], [(1320, 1560)], [], [(600, 720)], [(540, 780)]]
    assert hours.on(date(2027, 12, 25)) == ()


periods = some.sampled_from([[], ["08:00-20:00"], ["00:00-24:00"], ["08:00-12:00", "13:00-02:00"]])


@given(some.fixed_dictionaries(dict.fromkeys(WEEKDAYS, periods)))
def test_a_week_reads_back_as_it_was_written(week: dict[str, list[str]]) -> None:
    assert read_week(write_week(week)) == week


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each["ods_code"])
def test_an_entry_reads_back_as_it_was_written(service: dict[str, Any]) -> None:
    hours = service["hours"]
    typed = {name: service[name] for name in LABELS if name in service}
    typed |= {"hours": write_week(hours), "bank_holidays": write_bank_holiday(hours.get("bank_holiday"))}
    typed.setdefault("districts", "" if "radius_km" in service else "all")
    entry = read_entry(typed)
    again = read_entry(as_typed(entry))
    assert (again, again.mark) == (entry, entry.mark)
    assert changes(entry, again) == {}


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=2),
    max_leaves=4,
)


@given(some.dictionaries(some.sampled_from(sorted(LABELS)), json_values, max_size=5))
def test_whatever_a_file_holds_is_read_or_told(held: dict[str, Any]) -> None:
    entry, told = None, {"": ""}
    try:
        entry = read_entry({**WRITTEN, **held})
    except UnreadableEntry as unreadable:
        told = unreadable.faults
    assert all(told.values()) if entry is None else read_entry(as_typed(entry)) == entry


def test_every_field_has_a_label_and_a_reader() -> None:
    assert LABELS.keys() == READERS.keys()


def test_lists_numbers_and_words_of_a_file_read_like_a_form() -> None:
    from_file = {
        **WRITTEN, "districts": ["SE", "se1"], "age_from": 18, "response_minutes": 60, "capacity": 12,
        "hours": ["Mon-Sun 00:00-24:00"], "latitude": None, "registered_only": False,
    }  # fmt: skip
    assert read_entry(from_file) == written()


def test_changes_are_told_by_what_was_typed() -> None:
    after = written(phone="020 7946 0352", webhook_url=ADDRESS, exceptions="")
    assert changes(written(), after) == {
        "phone": ["020 7946 0351", "020 7946 0352"],
        "exceptions": ["2027-12-25 closed", ""],
        "webhook_url": ["", ADDRESS],
    }
