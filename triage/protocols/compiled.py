"""Protocols turned into bit masks.

Every degree of every finding is one bit, and a stronger degree holds the bits of the weaker ones. A positive
condition is then exactly the list of its smallest sets of signs (its prime implicants, "terms"): it is true when all
bits of some term are true, and can become true when all bits of some term are true or open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

from triage.protocols.conditions import All, AnyOf, Condition, Sign
from triage.protocols.findings import NO, NOT_KNOWN, YES, Answer, Finding, Kind
from triage.protocols.model import Disposition, Protocol, Rule

MOST_TERMS: Final = 4000


class TooComplex(ValueError):
    """A condition has too many smallest sets; the message says which rule."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a finding lives: `upto[rank]` are the bits of that strength, `named` those of fixed answers."""

    finding: Finding
    bits: int
    upto: tuple[int, ...]
    named: Mapping[Answer, int]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule: Rule
    disposition: Disposition
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """All rules of one disposition together."""

    disposition: Disposition
    terms: tuple[int, ...]
    rules: tuple[CompiledRule, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A protocol ready to be asked. `asked` are the slots in the order of asking, general danger signs first."""

    protocol: Protocol
    slots: Mapping[str, Slot]
    asked: tuple[Slot, ...]
    derived: tuple[Slot, ...]
    restricted: tuple[Slot, ...]
    rungs: tuple[Rung, ...]
    closing: tuple[tuple[str, tuple[int, ...]], ...]
    all_bits: int
    red_bits: int
    general_bits: int

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        return tuple(rule for rung in self.rungs for rule in rung.rules)


def smallest(masks: Iterable[int]) -> tuple[int, ...]:
    """The masks that hold no other of them, few bits first."""
    kept: list[int] = []
    for mask in sorted(set(masks), key=lambda item: (item.bit_count(), item)):
        if not any(one & mask == one for one in kept):
            kept.append(mask)
    return tuple(kept)


def terms(condition: Condition | None, slots: Mapping[str, Slot]) -> tuple[int, ...]:
    """The smallest sets of bits that make a condition true; (0,) for the condition that always holds."""
    if condition is None:
        return (0,)
    if isinstance(condition, Sign):
        slot = slots[condition.finding]
        step = condition.step or slot.finding.steps[0]
        return (slot.upto[slot.finding.steps.index(step) + 1],)
    parts = [terms(part, slots) for part in condition.parts]
    if isinstance(condition, AnyOf):
        return smallest(mask for part in parts for mask in part)
    needed = len(parts) if isinstance(condition, All) else condition.count
    reached: list[tuple[int, ...]] = [(0,), *[()] * needed]
    for part in parts:
        for count in range(needed, 0, -1):
            joined = [left | right for left, right in product(reached[count - 1], part)]
            reached[count] = smallest([*reached[count], *joined])
            if len(reached[count]) > MOST_TERMS:
                raise TooComplex("The condition has too many ways to be true. Split it into several rules.")
    return reached[needed]


def _lay_out(findings: Iterable[Finding]) -> dict[str, Slot]:
    slots, at = {}, 0
    for finding in findings:
        size = len(finding.steps)
        upto = tuple(((1 << rank) - 1) << at for rank in range(size + 1))
        slots[finding.id] = Slot(finding, upto[-1], upto, _named_answers(finding, upto))
        at += size
    return slots


def _named_answers(finding: Finding, upto: tuple[int, ...]) -> dict[Answer, int]:
    fixed = [level.id for level in finding.levels]
    if finding.kind is Kind.YES_NO:
        fixed = [NO, YES]
    named: dict[Answer, int] = {answer: upto[finding.rank(answer)] for answer in fixed}
    if finding.kind is not Kind.DERIVED:
        named[NOT_KNOWN] = upto[finding.not_known_rank]
    return named


@lru_cache(maxsize=1024)
def compile_protocol(protocol: Protocol) -> Compiled:
    """Compile once for each loaded protocol. Raises TooComplex for a condition that explodes."""
    slots = _lay_out(protocol.findings)
    rules = [
        CompiledRule(rule, protocol.disposition(rule.disposition), terms(rule.when, slots))
        for rule in protocol.rules
    ]
    rungs = []
    for disposition in protocol.dispositions:
        own = tuple(rule for rule in rules if rule.disposition is disposition)
        rungs.append(Rung(disposition, smallest(mask for rule in own for mask in rule.terms), own))
    red = 0
    for rung in rungs:
        if rung.disposition.red:
            for mask in rung.terms:
                red |= mask
    askable = tuple(slot for slot in slots.values() if slot.finding.kind is not Kind.DERIVED)
    return Compiled(
        protocol=protocol,
        slots=slots,
        asked=askable,
        derived=tuple(slot for slot in slots.values() if slot.finding.kind is Kind.DERIVED),
        restricted=tuple(slot for slot in askable if slot.finding.asked_of is not None),
        rungs=tuple(rungs),
        closing=tuple((item.tag.value, terms(item.when, slots)) for item in protocol.closing),
        all_bits=sum(slot.bits for slot in slots.values()),
        red_bits=red,
        general_bits=sum(slots[item].bits for item in protocol.general),
    )
