"""The assessment: what is certain so far, what is not ruled out, and what to ask next. Total and deterministic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from triage.protocols.ages import UNKNOWN_AGE, Age, Sex
from triage.protocols.compiled import Compiled, CompiledRule, compile_protocol
from triage.protocols.findings import NO, NOT_KNOWN, Answer
from triage.protocols.model import Disposition, Protocol

_NOTHING: Final[Mapping[str, Answer]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the patient without asking. What is not known counts as dangerous.

    `facts` are answers that the record gives (risk factors, flags). When the caller answers too, the more
    dangerous of the two counts.
    """

    age: Age = UNKNOWN_AGE
    sex: Sex = Sex.UNKNOWN
    facts: Mapping[str, Answer] = field(default_factory=lambda: _NOTHING)


class Ground(NamedTuple):
    """A rule that decides or could decide."""

    protocol: str
    rule: str
    because: str
    disposition: Disposition


class Raise(NamedTuple):
    """A rule that could still raise the outcome, and the unanswered findings that could do it."""

    ground: Ground
    findings: tuple[str, ...]


class State(NamedTuple):
    """One protocol's bits: certainly true, true or open, and open."""

    true: int
    possible: int
    open: int


@dataclass(frozen=True, slots=True)
class Result:
    """An assessment at one moment.

    `at_least` is the most urgent disposition already certain, `not_ruled_out` the most urgent one that could still
    become so; when they meet the assessment is `complete`. `open_questions` can each still raise the outcome, in the
    order of asking. `assumed` were answered "not known" and count as present.
    """

    at_least: Disposition
    not_ruled_out: Disposition
    deciding: tuple[Ground, ...]
    would_raise: tuple[Raise, ...]
    open_questions: tuple[str, ...]
    unasked_red_flags: tuple[str, ...]
    assumed: tuple[str, ...]
    closing_tags: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return self.at_least.urgency <= self.not_ruled_out.urgency

    @property
    def next_question(self) -> str | None:
        """The first unanswered finding that can still raise the outcome; None when complete."""
        return self.open_questions[0] if self.open_questions else None


def assess(
    protocols: Sequence[Protocol], answers: Mapping[str, Answer], context: Context | None = None
) -> Result:
    """Assess all open protocols together: answers are shared, the most urgent counts.

    Raises ValueError when no protocol is open, BadAnswer when an answer does not fit its finding.
    Answers to findings that no open protocol uses are kept out of it and do no harm.
    """
    if not protocols:
        raise ValueError("Nothing is open to assess: open the protocol of a presentation first.")
    person = context or Context()
    opened = [(compiled, _state(compiled, answers, person)) for compiled in map(compile_protocol, protocols)]
    at_least = min((_first(one, state.true) for one, state in opened), key=_urgency)
    highest = min((_first(one, state.possible) for one, state in opened), key=_urgency)
    raising = [found for one, state in opened for found in _raising(one, state, at_least.urgency)]
    return Result(
        at_least=at_least,
        not_ruled_out=highest,
        deciding=tuple(ground for one, state in opened for ground in _deciding(one, state.true, at_least)),
        would_raise=tuple(_raise(one, rule, live) for one, rule, live in raising),
        open_questions=_in_order([one for one, _ in opened], raising),
        unasked_red_flags=_red(raising),
        assumed=_assumed(answers, person, opened),
        closing_tags=_tags(opened),
    )


def _urgency(disposition: Disposition) -> int:
    return disposition.urgency


def _state(compiled: Compiled, answers: Mapping[str, Answer], person: Context) -> State:
    true = known = 0
    slots = compiled.slots
    for given in (answers, person.facts) if person.facts else (answers,):
        for finding_id, answer in given.items():
            slot = slots.get(finding_id)
            if slot is not None and slot.finding.derived is None:
                if answer == NO and not slot.finding.levels:
                    known |= slot.bits
                    continue
                true |= slot.upto[slot.finding.rank(answer)]
                known |= slot.bits
    for slot in compiled.derived:
        group = slot.finding.derived
        if group is not None and group.holds(person.age, person.sex) is not False:
            true |= slot.bits
        known |= slot.bits
    for slot in compiled.restricted:
        group = slot.finding.asked_of
        if group is not None and not known & slot.bits and group.holds(person.age, person.sex) is False:
            known |= slot.bits
    unasked = compiled.all_bits & ~known
    return State(true, true | unasked, unasked)


def _first(compiled: Compiled, bits: int) -> Disposition:
    """The most urgent disposition whose rule holds for these bits; the last rule always does."""
    for rung in compiled.rungs:
        for term in rung.terms:
            if term & bits == term:
                return rung.disposition
    raise AssertionError(
        f"{compiled.protocol.id} has no last rule"
    )  # the loader and the verifier refuse this


def _deciding(compiled: Compiled, true: int, at_least: Disposition) -> Iterable[Ground]:
    for rung in compiled.rungs:
        if rung.disposition.urgency == at_least.urgency:
            for rule in rung.rules:
                if any(term & true == term for term in rule.terms):
                    yield _ground(compiled, rule)


def _ground(compiled: Compiled, rule: CompiledRule) -> Ground:
    return Ground(compiled.protocol.id, rule.rule.id, rule.rule.because, rule.disposition)


Raising = tuple[Compiled, CompiledRule, int]


def _raising(compiled: Compiled, state: State, floor: int) -> Iterable[Raising]:
    """Rules above the floor that can still come true, each with the open bits that could bring it about.

    What is left of a term is dropped when a smaller rest of the same or a more urgent rung lies within it: then its
    other bits cannot change the outcome any more.
    """
    blocked, true = compiled.all_bits & ~state.possible, state.true
    kept: list[int] = []
    for rung in compiled.rungs:
        if rung.disposition.urgency >= floor:
            return
        rests = sorted({term & ~true for term in rung.terms if not term & blocked}, key=int.bit_count)
        fresh = 0
        for rest in rests:
            for one in kept:
                if one & rest == one:
                    break
            else:
                kept.append(rest)
                fresh |= rest
        if fresh:
            yield from _live_rules(compiled, rung.rules, fresh, state)


def _live_rules(
    compiled: Compiled, rules: Iterable[CompiledRule], fresh: int, state: State
) -> Iterable[Raising]:
    blocked = compiled.all_bits & ~state.possible
    for rule in rules:
        live = 0
        for term in rule.terms:
            if not term & blocked:
                live |= term
        live &= fresh & ~state.true
        if live:
            yield compiled, rule, live


def _raise(compiled: Compiled, rule: CompiledRule, live: int) -> Raise:
    return Raise(_ground(compiled, rule), _named(compiled, live))


def _named(compiled: Compiled, bits: int) -> tuple[str, ...]:
    return tuple(slot.finding.id for slot in compiled.asked if slot.bits & bits)


def _in_order(opened: Sequence[Compiled], raising: Sequence[Raising]) -> tuple[str, ...]:
    """Open findings, general danger signs of every protocol first, then protocol by protocol."""
    live: dict[str, int] = {}
    for one, _, bits in raising:
        live[one.protocol.id] = live.get(one.protocol.id, 0) | bits
    general = [
        item for one in opened for item in _named(one, live.get(one.protocol.id, 0) & one.general_bits)
    ]
    own = [item for one in opened for item in _named(one, live.get(one.protocol.id, 0))]
    return tuple(dict.fromkeys([*general, *own]))


def _red(raising: Sequence[Raising]) -> tuple[str, ...]:
    """Unanswered findings that can still lead to C1 or C2."""
    named = [item for one, rule, live in raising if rule.disposition.red for item in _named(one, live)]
    return tuple(dict.fromkeys(named))


def _assumed(
    answers: Mapping[str, Answer], person: Context, opened: Sequence[tuple[Compiled, State]]
) -> tuple[str, ...]:
    unsure = [
        item for given in (answers, person.facts) for item, answer in given.items() if answer == NOT_KNOWN
    ]
    counted = [
        item
        for item in unsure
        for one, _ in opened
        if item in one.slots and one.slots[item].finding.not_known_rank
    ]
    return tuple(dict.fromkeys(counted))


def _tags(opened: Sequence[tuple[Compiled, State]]) -> tuple[str, ...]:
    """Closing tags whose condition is true or may still be."""
    held = [
        tag
        for one, state in opened
        for tag, masks in one.closing
        if any(mask & state.possible == mask for mask in masks)
    ]
    return tuple(dict.fromkeys(held))
