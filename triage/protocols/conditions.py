"""The language of a rule's condition: a finding, all of, any of, at least n of. Nothing can be denied.

A condition holds a finding's danger or combines conditions that do, so one more danger sign can never
make a condition false. That is the whole grammar; the loader refuses everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_FORBIDDEN = frozenset(
    {"not", "none", "no", "unless", "except", "if_not", "absent", "xor", "exactly", "at_most"}
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A finding at a step of danger or beyond; an empty step is the plain yes."""

    finding: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    count: int
    parts: tuple[Condition, ...]


Condition = Sign | All | AnyOf | AtLeast


class BadCondition(ValueError):
    """The message says what is wrong and what to write instead."""


def parse(written: Any) -> Condition:
    """Read a condition as authors write it (text or mapping); raises BadCondition."""
    if isinstance(written, str):
        return _sign(written)
    if not isinstance(written, dict):
        raise BadCondition(
            f"{written!r} is not a condition. Write a finding id, or all: / any: / at_least: with of:."
        )
    for key in written:
        if str(key).lower() in _FORBIDDEN:
            raise BadCondition(
                f"'{key}' would deny a finding, and rules cannot: a danger sign could then lower the urgency. "
                "Turn it round: write a more urgent rule for the finding and leave this rule below it."
            )
    if set(written) == {"at_least", "of"}:
        return _at_least(written)
    if set(written) == {"all"}:
        return All(_parts(written["all"], "all"))
    if set(written) == {"any"}:
        return AnyOf(_parts(written["any"], "any"))
    raise BadCondition(
        f"{sorted(map(str, written))} is not a condition. "
        "Write just one of all: [...], any: [...] or at_least: n with of: [...]."
    )


def _sign(text: str) -> Sign:
    words = text.split()
    if len(words) == 1 and not text.startswith(("!", "-", "~")):
        return Sign(words[0])
    if len(words) == 3 and words[1] == ">=":
        return Sign(words[0], words[2])
    raise BadCondition(
        f"{text!r} is not a sign. Write 'finding-id', or 'finding-id >= level-id' for levels and numbers."
    )


def _at_least(written: dict[str, Any]) -> AtLeast:
    parts, count = _parts(written["of"], "of"), written["at_least"]
    if not isinstance(count, int) or isinstance(count, bool) or not 1 < count < len(parts):
        raise BadCondition(
            f"at_least: {count!r} of {len(parts)} makes no sense. For 1 write any:, for all of them write all:."
        )
    return AtLeast(count, parts)


def _parts(written: Any, key: str) -> tuple[Condition, ...]:
    if not isinstance(written, list) or not written:
        raise BadCondition(
            f"{key}: needs a list of at least one condition. Write {key}: [first-finding, second-finding]."
        )
    return tuple(parse(part) for part in written)


def write(condition: Condition) -> Any:
    """The inverse of parse: plain text, lists and mappings."""
    if isinstance(condition, Sign):
        return f"{condition.finding} >= {condition.step}" if condition.step else condition.finding
    parts = [write(part) for part in condition.parts]
    if isinstance(condition, All):
        return {"all": parts}
    if isinstance(condition, AnyOf):
        return {"any": parts}
    return {"at_least": condition.count, "of": parts}


def signs(condition: Condition) -> Iterator[Sign]:
    """Every sign in a condition, in reading order."""
    if isinstance(condition, Sign):
        yield condition
        return
    for part in condition.parts:
        yield from signs(part)


def say(condition: Condition, name: Callable[[Sign], str]) -> str:
    """A condition in words."""
    if isinstance(condition, Sign):
        return name(condition)
    inner = [say(part, name) for part in condition.parts]
    if isinstance(condition, AtLeast):
        return f"at least {condition.count} of ({'; '.join(inner)})"
    joined = (" and " if isinstance(condition, All) else " or ").join(inner)
    return f"({joined})" if len(inner) > 1 else joined
