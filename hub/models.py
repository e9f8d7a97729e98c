"""Django's list of the hub's tables, room by room."""

from hub.agenda.models import DueItem, Sweep
from hub.cases.models import (
    ApiClient,
    Call,
    Case,
    Contact,
    Dispatch,
    Flag,
    IntakeKey,
    SourceVersion,
)
from hub.people.models import Presence, User
from hub.post.models import Attempt, Message
from hub.record.models import Event, Reading, StreamHead

__all__ = [
    "ApiClient", "Attempt", "Call", "Case", "Contact", "Dispatch", "DueItem", "Event", "Flag", "IntakeKey", "Message",
    "Presence", "Reading", "SourceVersion", "StreamHead", "Sweep", "User",
]  # fmt: skip
