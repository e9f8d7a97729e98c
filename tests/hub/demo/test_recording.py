"""Recorded calls: hostile files cost their own rows and nothing else; people are synthetic and always the same."""

import csv
import random
import re
from datetime import date
from pathlib import Path

import pytest
from nhs_number.validate import is_valid

from hub.demo import synthetic
from hub.demo.recording import NATURES, BadRow, Natures, Row, UnreadableError, pause_before, rows
from triage.protocols import CONTENT, load_library

HEAD = "timeStamp,nature,lat,lng,zip,twp\n"
GOOD = "2015-12-10 17:40:00,FALL VICTIM,40.29,-75.58,19525.0,NEW HANOVER\n"


def read(folder: Path, text: str | bytes) -> list[Row | BadRow]:
    file = folder / "calls.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(rows(file, Natures()))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2015-12-10 17:40:00,FALL VICTIM\n", "fields"),
        ("2015-12-10 17:40:00,FALL VICTIM,1,2,3,4,5\n", "fields"),
        ("yesterday,FALL VICTIM,1,2,3,4\n", "not a date"),
        ("2015-13-45 17:40:00,FALL VICTIM,1,2,3,4\n", "not a date"),
        ("2015-12-10 17:40:00,,1,2,3,4\n", "no nature"),
        ('2015-12-10 17:40:00,"FALL,1,2,3,4\n', "cannot be read"),
        ("2015-12-10 17:40:00,FALL\0VICTIM,1,2,3,4\n", "not readable"),
        ("2015-12-10 17:40:00," + "F" * 20_000 + ",1,2,3,4\n", "longer than"),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_the_rest_goes_on(tmp_path: Path, line: str, why: str) -> None:
    first, bad, last = read(tmp_path, HEAD + GOOD + line + GOOD)
    assert isinstance(first, Row)
    assert isinstance(last, Row)
    assert isinstance(bad, BadRow)
    assert bad.line == 3
    assert why in bad.why


def test_bytes_that_are_no_text_cost_one_row(tmp_path: Path) -> None:
    good, bad = read(tmp_path, (HEAD + GOOD).encode() + b"2015-12-10 17:41:00,\xff\xfe,1,2,3,4\n")
    assert isinstance(good, Row)
    assert isinstance(bad, BadRow)


def test_a_mark_at_the_start_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + (HEAD + GOOD).replace("\n", "\r\n").encode()
    assert [type(row) for row in read(tmp_path, text)] == [Row]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\0\0\0", '"unclosed\n'])
def test_a_file_that_is_something_else_is_refused_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableError):
        read(tmp_path, text)
    with pytest.raises(UnreadableError, match="cannot be read"):
        list(rows(tmp_path / "missing.csv", Natures()))


def test_an_unknown_nature_lands_as_unclear(tmp_path: Path) -> None:
    (row,) = read(tmp_path, HEAD + GOOD.replace("FALL VICTIM", "ALIEN LANDING"))
    assert isinstance(row, Row)
    assert not row.known
    assert row.body["presentation"] == "unclear"
    assert "ALIEN LANDING" in row.body["problem"]


@pytest.mark.parametrize(
    ("place", "known"),
    [("40.29,-75.58", True), (",", False), ("0,0", False), ("nan,1", False), ("400,1", False)],
)
def test_coordinates_are_sent_only_when_sensible(tmp_path: Path, place: str, known: bool) -> None:
    (row,) = read(tmp_path, HEAD + GOOD.replace("40.29,-75.58", place))
    assert isinstance(row, Row)
    assert ("latitude" in row.body["location"]) == known


def test_the_same_row_is_the_same_person_and_another_file_is_not(tmp_path: Path) -> None:
    (one,) = read(tmp_path, HEAD + GOOD)
    (same,) = read(tmp_path, HEAD + GOOD)
    other, _ = read(tmp_path, HEAD + GOOD + GOOD)
    assert isinstance(one, Row)
    assert isinstance(other, Row)
    assert one == same
    assert one.body["cad_number"] != other.body["cad_number"]


def test_a_mapping_with_a_wrong_category_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("nature,presentation,category\nFALL,fall,C9\n")
    with pytest.raises(UnreadableError, match="line 2"):
        Natures(file)


def test_people_are_synthetic() -> None:
    dice = random.Random(7)
    for _ in range(300):
        number = synthetic.nhs_number(dice)
        assert number.startswith("999")
        assert is_valid(number)
        assert re.fullmatch(
            r"(02079460|07700900|01632960|01[1-6][0-9]4960|01914980|02920180)\d{3}",
            synthetic.drama_phone(dice),
        )
        person = synthetic.patient(dice, today=date(2026, 1, 31))
        assert person.get("birth_date", "2000-01-01") < "2026-01-31"


def test_speed_is_by_the_recordings_own_clock(tmp_path: Path) -> None:
    first, second = read(tmp_path, HEAD + GOOD + GOOD.replace("17:40:00", "17:50:00"))
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert pause_before(second, first, speed=60, elapsed=4) == pytest.approx(6)
    assert pause_before(second, first, speed=60, elapsed=40) == 0
    assert pause_before(second, first, speed=0, elapsed=0) == 0


def test_every_nature_of_the_mapping_leads_to_a_presentation_that_can_be_assessed() -> None:
    with NATURES.open(encoding="utf-8") as file:
        named = {row["presentation"] for row in csv.DictReader(file)}
    assert named <= set(load_library(CONTENT).presentations)
    assert len(named) > 20
