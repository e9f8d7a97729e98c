"""Patients who are strangers to each other, as in a real queue: the repeat radar finds few of them, not all."""

import itertools
from typing import Any

from hub.cases.intake import ContactDetails
from hub.cases.models import Case
from tests.conftest import make_case

_numbers = itertools.count()


def phone(number: int) -> str:
    """One of the two thousand telephone numbers that are kept for drama."""
    return f"{'020 7946 0' if number % 2 else '07700 900'}{number // 2 % 1000:03}"


def stranger() -> dict[str, Any]:
    """Name and telephone of the next patient, as `make_case` and the stories of the tests take them."""
    number = next(_numbers)
    caller = ContactDetails(phone=phone(number), name="Ann Other", is_caller=True)
    return {"given_name": "Mary", "family_name": f"Sample {number}", "contacts": (caller,)}


def stranger_waiting(category: str, **changes: Any) -> Case:
    """A case of a stranger that came in just now."""
    return make_case(category, **{**stranger(), **changes})
