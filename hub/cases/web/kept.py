"""What a person had typed into a form that could not be taken: shown again, so that nothing is lost."""

from typing import NamedTuple

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from hub.people.typed import is_secret

MACHINERY = frozenset({"fence", "token", "next", "contact", "dispatch", "alarm", "seen"})
LONGEST = 20_000  # characters of one field; more is nobody's typing


class Typed(NamedTuple):
    """One field: its name, its name in words, and what stood in it."""

    name: str
    label: str
    text: str


def typed(request: HttpRequest) -> list[Typed]:
    """The fields of a posted form that hold something, without secrets and machinery."""
    try:
        sent = list(request.POST.lists())
    except (SuspiciousOperation, UnreadablePostError):
        return []
    return [
        Typed(
            name, name.replace("-", " ").replace("_", " ").capitalize(), value.replace("\x00", "")[:LONGEST]
        )
        for name, values in sent
        for value in values
        if name not in MACHINERY and not is_secret(name) and value.strip()
    ]
