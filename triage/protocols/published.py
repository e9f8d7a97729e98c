"""A protocol as one text that can be stored, signed and read again for ever."""

from __future__ import annotations

import json
from functools import lru_cache

from triage.protocols.decoding import DecodeError, canonical, decode, digest
from triage.protocols.errors import ContentError, Problem
from triage.protocols.model import Protocol

_PLACE = "stored protocol"


def to_json(protocol: Protocol) -> str:
    """The canonical JSON of a protocol with every finding, disposition and sentence it uses."""
    return canonical(protocol)


@lru_cache(maxsize=512)
def from_json(text: str) -> Protocol:
    """Read what to_json wrote; equal text gives the same object. Raises ContentError."""
    try:
        return decode(Protocol, json.loads(text))
    except json.JSONDecodeError as error:
        raise ContentError(
            [Problem(_PLACE, f"line {error.lineno}", f"{error.msg}.", "The text is damaged.")]
        ) from error
    except DecodeError as error:
        raise ContentError([Problem(_PLACE, error.place, error.wrong, error.instead)]) from error


def protocol_digest(protocol: Protocol) -> str:
    """SHA-256 over the canonical JSON: a changed finding or sentence is a changed version."""
    return digest(protocol)
