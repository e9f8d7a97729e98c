"""How a message leaves the house: one adapter a channel, and what happens when it never arrived."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.post.models import Message


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an adapter gets: no database row, because no transaction is open while it calls out."""

    id: uuid.UUID
    channel: str
    destination: str
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `final` means that asking again is useless (refused for good)."""

    delivered: bool
    words: str
    final: bool = False


Adapter = Callable[[Envelope], Answer]
Escalation = Callable[[Message], None]
_ADAPTERS: dict[str, Adapter] = {}
_ESCALATIONS: dict[str, Escalation] = {}


def channel(name: str) -> Callable[[Adapter], Adapter]:
    """Register the adapter of a channel. It must bound its own time to some 10 seconds."""

    def register(adapter: Adapter) -> Adapter:
        _ADAPTERS[name] = adapter
        return adapter

    return register


def undelivered(kind: str) -> Callable[[Escalation], Escalation]:
    """Register what happens, in the transaction that gives a message up, when it was refused or expired."""

    def register(escalation: Escalation) -> Escalation:
        _ESCALATIONS[kind] = escalation
        return escalation

    return register


def adapter_of(name: str) -> Adapter:
    """The adapter of a channel; LookupError when there is none."""
    if name not in _ADAPTERS:
        raise LookupError(f"No adapter for channel {name!r}.")
    return _ADAPTERS[name]


def escalation_of(kind: str) -> Escalation | None:
    """What to do when a message of this kind never arrived."""
    return _ESCALATIONS.get(kind)
