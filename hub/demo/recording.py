"""A recorded call stream, read row by row into what the intake API takes. Bad rows are told, never guessed."""

import csv
import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.demo import synthetic

NATURES = Path(__file__).with_name("natures.csv")
COLUMNS = {"timeStamp", "nature"}
MAP_COLUMNS = {"nature", "presentation", "category"}
UNKNOWN = {"presentation": "unclear", "category": "C3", "segment": "", "problem": ""}
CATEGORIES = re.compile(r"C[1-5]|(HCP|IFT)[1-4]")
LONGEST_NATURE, LONGEST_LINE = 200, 10_000


class UnreadableError(Exception):
    """The whole file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded call: its line in the file, its moment on the recording's own clock, and what it becomes."""

    line: int
    at: datetime
    nature: str
    known: bool
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out, and why."""

    line: int
    why: str


class Natures:
    """Which nature of call is which presentation and category; unknown ones are unclear, category C3."""

    def __init__(self, file: Path = NATURES) -> None:
        self._known: dict[str, dict[str, str]] = {}
        for line, entry in _table(file, MAP_COLUMNS):
            if isinstance(entry, ValueError):
                raise UnreadableError(f"{file.name}, line {line}: {entry}.")
            if not CATEGORIES.fullmatch(entry["category"]):
                raise UnreadableError(f"{file.name}, line {line}: {entry['category']!r} is no category.")
            self._known[_key(entry["nature"])] = entry

    def of(self, nature: str) -> tuple[dict[str, str], bool]:
        """The entry, and whether the nature was known."""
        entry = self._known.get(_key(nature))
        return (entry, True) if entry else (UNKNOWN, False)


def _key(nature: str) -> str:
    return " ".join(nature.upper().split())


def _table(file: Path, needed: set[str]) -> Iterator[tuple[int, dict[str, str] | ValueError]]:
    """Each line by itself: a quote that is never closed costs its own row and not the rest of the file."""
    try:
        # utf-8-sig: spreadsheets put a mark at the start; a wrong byte must cost its row, not the file.
        with file.open(encoding="utf-8-sig", errors="replace") as opened:
            names = _fields(opened.readline())
            if missing := needed - set(names):
                raise UnreadableError(f"{file.name} has no column {', '.join(sorted(missing))}.")
            for line, text in enumerate(opened, start=2):
                if text.strip():
                    yield line, _entry(names, text)
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        raise UnreadableError(f"{file.name} is not a table of comma-separated values: {error}.") from error


def _fields(text: str) -> list[str]:
    return next(csv.reader([text.replace("\0", "\ufffd")], strict=True), [])


def _entry(names: list[str], text: str) -> dict[str, str] | ValueError:
    if len(text) > LONGEST_LINE:
        return ValueError(f"it is longer than {LONGEST_LINE} characters")
    try:
        values = _fields(text)
    except csv.Error as error:
        return ValueError(f"it cannot be read: {error}")
    if len(values) != len(names):
        return ValueError(f"it has {len(values)} fields, the heading has {len(names)}")
    return dict(zip(names, values, strict=True))


def digest(file: Path) -> str:
    """Eight letters that stand for the file's content: part of the incident numbers, so a second run is known."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}.") from error


def rows(file: Path, natures: Natures) -> Iterator[Row | BadRow]:
    """Every row, in the order of the file."""
    mark = digest(file)
    for line, entry in _table(file, COLUMNS):
        try:
            if isinstance(entry, ValueError):
                raise entry
            yield _row(line, f"{mark}-{line}", entry, natures)
        except ValueError as error:
            yield BadRow(line, str(error))


def _row(line: int, incident: str, entry: dict[str, str], natures: Natures) -> Row:
    nature = entry["nature"].strip()
    if not nature:
        raise ValueError("it has no nature")
    if len(nature) > LONGEST_NATURE or not nature.isprintable() or "\ufffd" in nature:
        raise ValueError("its nature is not readable text")
    at = _moment(entry["timeStamp"])
    mapped, known = natures.of(nature)
    # Seeded by the incident: the same row is the same synthetic patient on every run and every machine.
    dice = random.Random(incident)
    person = synthetic.patient(dice, today=at.date())
    body: dict[str, Any] = {
        "cad_number": f"R-{incident}",
        "category": mapped["category"],
        "presentation": mapped["presentation"] or "unclear",
        "problem": mapped.get("problem") or f"“{nature}”: the recording does not say more",
        "code_system": "recorded",
        "code": nature[:40],
        "patient": person,
        "caller": synthetic.caller(dice, person),
        "location": {"address": _place(dice, entry), **_coordinate(entry)},
    }
    if mapped.get("segment"):
        body["segment"] = mapped["segment"]
    return Row(line, at, nature, known, body)


def _moment(text: str) -> datetime:
    """The recording's own wall clock; only differences are used, so it needs no time zone."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        raise ValueError(f"its time {text[:40]!r} is not a date and time") from None


def _place(dice: random.Random, entry: dict[str, str]) -> str:
    town = entry.get("twp", "").strip()
    return synthetic.address(dice) + (f", {town.title()[:60]}" if town.isprintable() and town else "")


def _coordinate(entry: dict[str, str]) -> dict[str, float]:
    """Latitude and longitude when both are sensible; otherwise not recorded."""
    try:
        latitude, longitude = float(entry.get("lat", "")), float(entry.get("lng", ""))
    except ValueError:
        return {}
    sensible = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)} if sensible else {}


def pause_before(row: Row, first: Row, *, speed: float, elapsed: float) -> float:
    """Seconds to wait until this row's moment; nothing when as fast as allowed, or when behind."""
    if speed <= 0:
        return 0.0
    return max(0.0, (row.at - first.at) / timedelta(seconds=1) / speed - elapsed)
