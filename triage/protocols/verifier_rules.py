"""Proofs about one protocol's rules.

Conditions are positive, so each is decided by its smallest sets of signs: if any answers make a rule the deciding
one, then one of its smallest sets, alone, does. The proofs below use that, and `positive_faults` proves it: the whole
truth table of every condition is written out, compared with the compiled form, and checked to be monotone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from triage.protocols.ages import Group
from triage.protocols.compiled import Compiled, CompiledRule, compile_protocol
from triage.protocols.conditions import All, AnyOf, AtLeast, Condition, Sign, signs
from triage.protocols.engine import State, first, live_bits
from triage.protocols.findings import NOT_KNOWN, Kind
from triage.protocols.model import DangerSet, Protocol
from triage.protocols.verifier_cells import Cell

WIDEST_TABLE: Final = 20
_NO_FLOOR: Final = 10**9


def rule_faults(protocol: Protocol, kinds: Sequence[Cell], dangers: Sequence[DangerSet]) -> Iterator[str]:
    """Every way in which the rules are not what they must be; empty when all is proved."""
    compiled = compile_protocol(protocol)
    for rule in protocol.rules:
        yield from positive_faults(compiled, rule.id, rule.when)
    yield from reach_faults(compiled, kinds)
    yield from matter_faults(compiled, kinds)
    yield from danger_faults(compiled, kinds, dangers)
    yield from unknown_faults(compiled)


def order_faults(protocol: Protocol) -> Iterator[str]:
    """Urgency never rises down the list, and the last rule always holds."""
    urgencies = [protocol.disposition(rule.disposition).urgency for rule in protocol.rules]
    for rule, above, below in zip(protocol.rules[1:], urgencies, urgencies[1:], strict=False):
        if below < above:
            yield f"rule {rule.id} is more urgent than the rule above it"
    if not protocol.rules or protocol.rules[-1].when is not None:
        yield "some answers have no outcome: the last rule has a condition"


def reach_faults(compiled: Compiled, kinds: Sequence[Cell]) -> Iterator[str]:
    """Every rule decides for some patient and some answers."""
    above: list[CompiledRule] = []
    for rule in _in_written_order(compiled):
        if not any(_reached(rule, above, kind) for kind in kinds):
            yield f"rule {rule.rule.id} can never decide: rules above it always hold first"
        above.append(rule)


def _in_written_order(compiled: Compiled) -> list[CompiledRule]:
    by_id = {rule.rule.id: rule for rule in compiled.rules}
    return [by_id[rule.id] for rule in compiled.protocol.rules]


def _reached(rule: CompiledRule, above: Sequence[CompiledRule], kind: Cell) -> bool:
    models = [term | kind.true for term in rule.terms if kind.allows(term)]
    return any(not any(term & model == term for one in above for term in one.terms) for model in models)


def matter_faults(compiled: Compiled, kinds: Sequence[Cell]) -> Iterator[str]:
    """Every finding changes the outcome for some patient and some answers, or the closing."""
    live = derived = 0
    for kind in kinds:
        unasked = compiled.all_bits & ~kind.known
        live |= live_bits(compiled, State(kind.true, kind.true | unasked, unasked), _NO_FLOOR).bits
        derived |= kind.true
    closing = {sign.finding for item in compiled.protocol.closing if item.when for sign in signs(item.when)}
    for slot in compiled.slots.values():
        matters = bool(slot.bits & derived) if slot.finding.kind is Kind.DERIVED else bool(slot.bits & live)
        if not matters and slot.finding.id not in closing:
            yield f"finding {slot.finding.id} can never change the outcome"


def danger_faults(compiled: Compiled, kinds: Sequence[Cell], dangers: Sequence[DangerSet]) -> Iterator[str]:
    """Every compulsory general danger sign, alone, leads to C1 or C2 in every patient it is compulsory for."""
    for danger in dangers:
        if danger.compulsory_for is None or not _within(compiled.protocol.applies_to, danger.compulsory_for):
            continue
        for finding_id in danger.findings:
            slot = compiled.slots.get(finding_id)
            if slot is None:
                yield f"general danger sign {finding_id} is not asked"
            elif not all(first(compiled, kind.true | slot.bits).red for kind in kinds):
                yield f"general danger sign {finding_id} does not lead to C1 or C2"


def _within(whole: Group, wider: Group) -> bool:
    """Whether a set is for the whole protocol: one for more people may leave a narrower set out."""
    if wider.end is None:
        return True
    return whole.end is not None and whole.end.sort_key <= wider.end.sort_key


def unknown_faults(compiled: Compiled) -> Iterator[str]:
    """A red flag answered "not known" counts as red."""
    for slot in compiled.asked:
        if slot.bits & compiled.red_bits and not slot.named[NOT_KNOWN] & compiled.red_bits:
            yield f"red flag {slot.finding.id} counts as harmless when not known"


def positive_faults(compiled: Compiled, rule_id: str, condition: Condition | None) -> Iterator[str]:
    """By writing out the whole truth table: adding a sign never makes the condition false, and compiling kept it."""
    if condition is None:
        return
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    compiled_rule = next(rule for rule in compiled.rules if rule.rule.id == rule_id)
    if len(_bits(compiled, condition)) <= WIDEST_TABLE:
        parts = (condition,)
    for part in parts:
        bits = _bits(compiled, part)
        if len(bits) > WIDEST_TABLE:
            yield f"rule {rule_id} has a part with {len(bits)} signs, too wide to prove: split it"
            continue
        try:
            table = _table(part, compiled, bits)
        except TypeError as error:
            yield f"rule {rule_id}: {error}"
            continue
        if any(_falls(table, at, len(bits)) for at in range(len(bits))):
            yield f"rule {rule_id} becomes false when a sign is added"
        if part is condition and table != _table_of_terms(compiled_rule.terms, bits):
            yield f"rule {rule_id} is compiled wrongly"


def _bits(compiled: Compiled, condition: Condition) -> tuple[int, ...]:
    used = 0
    for sign in signs(condition):
        used |= _mask(compiled, sign)
    return tuple(1 << at for at in range(used.bit_length()) if used >> at & 1)


def _mask(compiled: Compiled, sign: Sign) -> int:
    slot = compiled.slots[sign.finding]
    return slot.upto[slot.finding.steps.index(sign.step or slot.finding.steps[0]) + 1]


@lru_cache(maxsize=64)
def _column(at: int, width: int) -> int:
    """The truth table of one variable: bit k says whether row k has it set."""
    run = 1 << at
    block = ((1 << run) - 1) << run
    rows, filled = 1 << width, 2 * run
    while filled < rows:
        block |= block << filled
        filled *= 2
    return block


def _falls(table: int, at: int, width: int) -> bool:
    """Whether some row is true without the variable and false with it."""
    column = _column(at, width)
    without = table & ~column
    return bool((without << (1 << at)) & ~table & column)


def _table(condition: Condition, compiled: Compiled, bits: tuple[int, ...]) -> int:
    """The truth table of a condition, read from the condition itself and not from its compiled form."""
    width = len(bits)
    everything = (1 << (1 << width)) - 1
    if isinstance(condition, Sign):
        table = everything
        for at, bit in enumerate(bits):
            if bit & _mask(compiled, condition):
                table &= _column(at, width)
        return table
    if not isinstance(condition, All | AnyOf | AtLeast):
        raise TypeError(f"{type(condition).__name__} is not part of the language of rules")
    needed = (
        len(condition.parts)
        if isinstance(condition, All)
        else 1
        if isinstance(condition, AnyOf)
        else condition.count
    )
    reached = [everything] + [0] * needed
    for part in condition.parts:
        table = _table(part, compiled, bits)
        for count in range(needed, 0, -1):
            reached[count] |= reached[count - 1] & table
    return reached[needed]


def _table_of_terms(terms: Sequence[int], bits: tuple[int, ...]) -> int:
    width = len(bits)
    union = 0
    for term in terms:
        table = (1 << (1 << width)) - 1
        for at, bit in enumerate(bits):
            if term & bit:
                table &= _column(at, width)
        union |= table
    return union
