"""Every kind of patient that a protocol can tell apart: each age border, the day before it, and each sex."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from triage.protocols.ages import Age, AgeLimit, Group, Sex
from triage.protocols.compiled import Compiled, compile_protocol
from triage.protocols.engine import of_person
from triage.protocols.model import Protocol

_BORN: Final = date(1901, 1, 15)


class Cell(NamedTuple):
    """One kind of patient, with the bits that age and sex make true and known."""

    age: Age
    sex: Sex
    true: int
    known: int

    def allows(self, term: int) -> bool:
        """Whether a set of signs is possible in this patient."""
        return not term & self.known & ~self.true


def day_of(limit: AgeLimit) -> date:
    """The day on which somebody born on a fixed day reaches an age."""
    if limit.in_days:
        return _BORN + timedelta(days=limit.count)
    years, month = divmod(_BORN.month - 1 + limit.count, 12)
    return date(_BORN.year + years, month + 1, _BORN.day)


def border_ages(groups: list[Group]) -> Iterator[Age]:
    """Birth, a very old age, and each border of the groups with the day before it."""
    limits = {limit for group in groups for limit in (group.start, group.end) if limit is not None}
    days = {_BORN, day_of(AgeLimit(110 * 12, in_days=False))}
    for limit in limits:
        days |= {day_of(limit), day_of(limit) - timedelta(days=1)}
    for day in sorted(days):
        if day >= _BORN:
            yield Age.on(_BORN, day)


def cells(protocol: Protocol) -> tuple[Cell, ...]:
    """The protocol's kinds of patient, equal ones once."""
    compiled = compile_protocol(protocol)
    groups = [protocol.applies_to]
    groups += [
        item for each in protocol.findings for item in (each.derived, each.asked_of) if item is not None
    ]
    return tuple(_distinct(compiled, groups))


def _distinct(compiled: Compiled, groups: list[Group]) -> Iterator[Cell]:
    seen = set()
    for age, sex in product(border_ages(groups), (Sex.FEMALE, Sex.MALE)):
        if compiled.protocol.applies_to.holds(age, sex):
            bits = of_person(compiled, age, sex)
            if bits not in seen:
                seen.add(bits)
                yield Cell(age, sex, *bits)
