"""What a sender or a call handler tells about a case: pure data. None means not recorded."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """A person who can be rung; the order of the list is the rank."""

    phone: str
    name: str = ""
    relationship: str = ""
    is_patient: bool = False
    is_caller: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class FlagDetails:
    """A coded warning."""

    kind: str
    text: str
    review_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """One version of what is known about a case when it comes in."""

    category: str
    segment: str = ""
    clock_start: datetime | None = None
    cad_number: str | None = None
    code_system: str = ""
    code: str = ""
    problem: str | None = None
    presentation: str = "unclear"
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    stated_age: int | None = None
    sex: str = "unknown"
    nhs_number: str | None = None
    nhs_number_status: str = "not_recorded"
    interpreter: str | None = None
    practice_code: str | None = None
    risks: tuple[str, ...] = ()
    address: str | None = None
    postcode: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    grid_reference: str | None = None
    uprn: str | None = None
    three_words: str | None = None
    access_note: str | None = None
    contacts: tuple[ContactDetails, ...] = ()
    flags: tuple[FlagDetails, ...] = ()
    # Members that the sender did not write at all: an update leaves them as they are.
    left_out: tuple[str, ...] = ()
    payload: dict[str, Any] = field(default_factory=dict)


# Copied one to one onto the case; the rest is worked out or kept in rows of its own.
CASE_FIELDS = tuple(
    entry.name
    for entry in fields(Intake)
    if entry.name not in {"clock_start", "risks", "contacts", "flags", "left_out", "payload", "cad_number"}
)
