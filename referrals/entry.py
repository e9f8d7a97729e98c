"""One entry of the directory as people write it, on the page or in a file: read strictly, told field by field. Pure."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from referrals import typed, typed_hours
from referrals.states import ServiceKind

EVERYWHERE = "all"
LABELS = {
    "name": "Name",
    "kind": "Kind",
    "ods_code": "ODS code",
    "phone": "Telephone for professionals",
    "patient_note": "What the patient needs to know",
    "districts": "Postcode districts or areas",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "radius_km": "Kilometres around that point",
    "hours": "Opening hours",
    "bank_holidays": "Bank holidays",
    "exceptions": "Single dates that differ",
    "age_from": "From this age",
    "age_to": "Below this age",
    "sex": "Takes only",
    "conditions": "Takes only these problems",
    "exclusions": "Does not take patients who are or have",
    "registered_only": "Its own registered patients only",
    "response_minutes": "Sees the patient within",
    "accept_minutes": "Must accept within",
    "capacity": "Places in a period",
    "period_minutes": "Length of the period",
    "webhook_url": "Webhook address",
    "client": "API client",
}
A_WEEK = 7 * 24 * 60
A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Entry:
    """What the directory keeps of a service. `hours` is as referrals.hours reads it; neither districts nor a radius
    is everywhere; a capacity of None is not counted."""

    name: str
    kind: str
    ods_code: str
    phone: str
    hours: Mapping[str, Any]
    response_minutes: int
    accept_minutes: int
    patient_note: str = ""
    districts: tuple[str, ...] = ()
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    radius_km: Decimal | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: str = ""
    conditions: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    registered_only: bool = False
    capacity: int | None = None
    period_minutes: int = A_DAY
    webhook_url: str = ""
    client: str = ""

    @property
    def mark(self) -> str:
        """A short mark of this entry: whoever changes it says which they saw."""
        return hashlib.sha256(json.dumps(as_typed(self), sort_keys=True).encode()).hexdigest()[:16]


class UnreadableEntry(ValueError):
    """What is wrong with an entry: a sentence for each field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults


READERS: dict[str, Callable[[object], Any]] = {
    "name": lambda raw: typed.text(raw, most=120, missing="Enter the name."),
    "kind": lambda raw: typed.choice(raw, ServiceKind.values, missing="Choose the kind."),
    "ods_code": typed.ods_code,
    "phone": typed.phone,
    "patient_note": lambda raw: typed.text(raw, most=300),
    "districts": typed.places,
    "latitude": lambda raw: typed.decimal(raw, least=49, most=61, places=6),
    "longitude": lambda raw: typed.decimal(raw, least=-9, most=2, places=6),
    "radius_km": lambda raw: typed.decimal(raw, least=Decimal("0.1"), most=500, places=1),
    "hours": lambda raw: typed_hours.read_week(typed.lines(raw, missing="Enter the hours of each weekday.")),
    "bank_holidays": lambda raw: typed_hours.read_bank_holiday(
        typed.text(
            raw, most=200, missing="Say what holds on bank holidays: times, closed, or as the weekday."
        )
    ),
    "exceptions": lambda raw: typed_hours.read_exceptions(typed.lines(raw)),
    "age_from": lambda raw: typed.number(raw, least=0, most=120),
    "age_to": lambda raw: typed.number(raw, least=1, most=130),
    "sex": lambda raw: typed.choice(raw, ("", "female", "male")),
    "conditions": typed.codes,
    "exclusions": typed.codes,
    "registered_only": typed.yes,
    "response_minutes": lambda raw: typed.number(
        raw, least=1, most=A_WEEK, missing="Enter within how many minutes it sees the patient."
    ),
    "accept_minutes": lambda raw: typed.number(
        raw, least=5, most=A_DAY, missing="Enter within how many minutes it must accept."
    ),
    "capacity": lambda raw: typed.number(raw, least=0, most=100_000),
    "period_minutes": lambda raw: typed.number(raw, least=15, most=A_WEEK) or A_DAY,
    "webhook_url": typed.address,
    "client": lambda raw: typed.text(raw, most=60),
}


def read_entry(given: Mapping[str, object]) -> Entry:
    """The entry that was written. Raises UnreadableEntry, which has a sentence for each field that is wrong."""
    faults = {name: "There is no such field." for name in given if name not in READERS}
    values: dict[str, Any] = {}
    for name, read in READERS.items():
        try:
            values[name] = read(given.get(name))
        except ValueError as wrong:
            faults[name] = str(wrong)
    faults = {**_together(values), **faults}
    if faults:
        raise UnreadableEntry(faults)
    hours = dict(values["hours"])
    if (holiday := values.pop("bank_holidays")) is not None:
        hours["bank_holiday"] = holiday
    if exceptions := values.pop("exceptions"):
        hours["exceptions"] = exceptions
    places = values["districts"]
    return Entry(**{**values, "hours": hours, "districts": () if places == (EVERYWHERE,) else places})


def _together(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong between fields that are each readable."""
    return {**_area(values), **_ages(values), **_open(values)}


def _area(values: Mapping[str, Any]) -> dict[str, str]:
    """Everywhere is said, never left out. A point alone only tells how far away it is; a circle has its point."""
    faults = {}
    if {"latitude", "longitude"} <= values.keys():
        point = [values["latitude"] is not None, values["longitude"] is not None]
        if any(point) != all(point):
            faults["longitude"] = "Enter latitude and longitude together, or neither."
        if not all(point) and values.get("radius_km") is not None:
            faults["radius_km"] = "Enter the latitude and longitude that the kilometres are around."
    places, radius = values.get("districts"), values.get("radius_km")
    if places == () and radius is None and "radius_km" in values:
        faults["districts"] = (
            "Enter where it goes: districts such as SE1, areas such as SE, or all for everywhere."
        )
    if places == (EVERYWHERE,) and radius is not None:
        faults["districts"] = "All is everywhere. Leave it out, or leave out the kilometres."
    return faults


def _ages(values: Mapping[str, Any]) -> dict[str, str]:
    least, below = values.get("age_from"), values.get("age_to")
    if least is None or below is None or least < below:
        return {}
    return {"age_to": f"From {least} and below {below} is nobody. Enter a higher age here."}


def _open(values: Mapping[str, Any]) -> dict[str, str]:
    if "hours" not in values or any(values["hours"].values()):
        return {}
    return {"hours": "It never opens. Enter when it does; a service that has closed for good is ended."}


def as_typed(entry: Entry) -> dict[str, str]:
    """Each field as a person would type it: what forms show, the record keeps and changes are told by."""
    hours = entry.hours
    shown = {name: _said(getattr(entry, name)) for name in LABELS if hasattr(entry, name)}
    return shown | {
        "districts": " ".join(entry.districts) or ("" if entry.radius_km is not None else EVERYWHERE),
        "hours": typed_hours.write_week(hours),
        "bank_holidays": typed_hours.write_bank_holiday(hours.get("bank_holiday")),
        "exceptions": typed_hours.write_exceptions(hours.get("exceptions", {})),
    }


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)


def changes(before: Entry, after: Entry) -> dict[str, list[str]]:
    """Before and after of each field that differs, as typed."""
    old, new = as_typed(before), as_typed(after)
    return {name: [old[name], new[name]] for name in LABELS if old[name] != new[name]}


def in_words(names: Collection[str]) -> str:
    """Fields named inside a sentence, in the form's order: 'ODS code, opening hours'."""
    labels = [label for name, label in LABELS.items() if name in names]
    return ", ".join(each if each[:2].isupper() else each[:1].lower() + each[1:] for each in labels)
