"""The assessment: what is certain so far, what is not ruled out, and what to ask next. Total and deterministic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_
from types import MappingProxyType
from typing import Final, NamedTuple

from triage.protocols.ages import UNKNOWN_AGE, Age, Sex
from triage.protocols.compiled import Compiled, CompiledRule, compile_protocol
from triage.protocols.findings import NOT_KNOWN, Answer
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


class Live(NamedTuple):
    """The open bits of one protocol that can still raise the outcome, and those that can raise it to C1 or C2."""

    bits: int
    red: int


@dataclass(frozen=True, slots=True)
class Result:
    """An assessment at one moment.

    `at_least` is the most urgent disposition already certain, `not_ruled_out` the most urgent one that could still
    become so; when they meet the assessment is `complete`. `open_questions` can each still raise the outcome, in the
    order of asking; `unasked_red_flags` are those that can raise it to C1 or C2. `assumed` were answered "not known"
    and count as present. `closing_tags` make the closing set stricter; one that may be true counts.
    """

    at_least: Disposition
    not_ruled_out: Disposition
    deciding: tuple[Ground, ...]
    open_questions: tuple[str, ...]
    unasked_red_flags: tuple[str, ...]
    assumed: tuple[str, ...]
    closing_tags: tuple[str, ...]
    opened: tuple[tuple[Compiled, State], ...] = field(repr=False, compare=False)

    @property
    def complete(self) -> bool:
        return self.at_least.urgency <= self.not_ruled_out.urgency

    @property
    def next_question(self) -> str | None:
        """The first unanswered finding that can still raise the outcome; None when complete."""
        return self.open_questions[0] if self.open_questions else None

    @property
    def would_raise(self) -> tuple[Raise, ...]:
        """Rules that could still raise the outcome, most urgent first; worked out only when looked at."""
        floor = self.at_least.urgency
        found = [item for one, state in self.opened for item in _raises(one, state, floor)]
        return tuple(sorted(found, key=lambda item: item.ground.disposition.urgency))


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
    opened = tuple(
        (compiled, state_of(compiled, answers, person)) for compiled in map(compile_protocol, protocols)
    )
    at_least = min((first(one, state.true) for one, state in opened), key=_urgency)
    live = [(one, live_bits(one, state, at_least.urgency)) for one, state in opened]
    return Result(
        at_least=at_least,
        not_ruled_out=min((first(one, state.possible) for one, state in opened), key=_urgency),
        deciding=tuple(ground for one, state in opened for ground in _deciding(one, state.true, at_least)),
        open_questions=_in_order([(one, found.bits) for one, found in live]),
        unasked_red_flags=_in_order([(one, found.red) for one, found in live]),
        assumed=_assumed(answers, person, opened),
        closing_tags=_tags(opened),
        opened=opened,
    )


def _urgency(disposition: Disposition) -> int:
    return disposition.urgency


def state_of(compiled: Compiled, answers: Mapping[str, Answer], person: Context) -> State:
    true, known = of_person(compiled, person.age, person.sex)
    slots = compiled.slots
    for given in (answers, person.facts) if person.facts else (answers,):
        for finding_id, answer in given.items():
            slot = slots.get(finding_id)
            if slot is None or not slot.named:
                continue
            bits = slot.named.get(answer)
            true |= slot.upto[slot.finding.rank(answer)] if bits is None else bits
            known |= slot.bits
    unasked = compiled.all_bits & ~known
    return State(true, true | unasked, unasked)


@lru_cache(maxsize=4096)
def of_person(compiled: Compiled, age: Age, sex: Sex) -> tuple[int, int]:
    """The bits that age and sex make true, and those they make known."""
    true = known = 0
    for slot in compiled.derived:
        group = slot.finding.derived
        if group is not None and group.holds(age, sex) is not False:
            true |= slot.bits
        known |= slot.bits
    for slot in compiled.restricted:
        group = slot.finding.asked_of
        if group is not None and group.holds(age, sex) is False:
            known |= slot.bits
    return true, known


def first(compiled: Compiled, bits: int) -> Disposition:
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


def live_bits(compiled: Compiled, state: State, floor: int) -> Live:
    """The open bits that can still raise the outcome above the floor, exactly.

    What is left of a term is dropped when a smaller rest of the same or a more urgent rung lies within it: then its
    other bits cannot change the outcome any more.
    """
    blocked, free = compiled.all_bits & ~state.possible, ~state.true
    singles = live = red = 0
    kept: list[int] = []
    for rung in compiled.rungs:
        if rung.disposition.urgency >= floor:
            break
        rests = [term & free for term in rung.terms if not term & blocked]
        several = [rest for rest in rests if rest & (rest - 1)]
        singles |= _joined(rest for rest in rests if not rest & (rest - 1))
        if several:
            several = _unabsorbed(several, singles, kept)
            kept += several
        live |= singles | _joined(several)
        if rung.disposition.red:
            red = live
    return Live(live, red)


def _joined(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _unabsorbed(rests: list[int], singles: int, kept: Sequence[int]) -> list[int]:
    left: list[int] = []
    for rest in sorted(rests, key=int.bit_count):
        if rest & singles:
            continue
        for one in (*kept, *left):
            if one & rest == one:
                break
        else:
            left.append(rest)
    return left


def _raises(compiled: Compiled, state: State, floor: int) -> Iterable[Raise]:
    blocked, live = compiled.all_bits & ~state.possible, live_bits(compiled, state, floor).bits
    for rung in compiled.rungs:
        if rung.disposition.urgency < floor:
            for rule in rung.rules:
                bits = 0
                for term in rule.terms:
                    if not term & blocked:
                        bits |= term
                named = _named(compiled, bits & live)
                if named:
                    yield Raise(_ground(compiled, rule), tuple(named))


def _named(compiled: Compiled, bits: int) -> list[str]:
    return [slot.finding.id for slot in compiled.asked if slot.bits & bits] if bits else []


def _in_order(found: Sequence[tuple[Compiled, int]]) -> tuple[str, ...]:
    """Findings by name: general danger signs of every protocol first, then protocol by protocol."""
    general = [item for one, bits in found for item in _named(one, bits & one.general_bits)]
    own = [item for one, bits in found for item in _named(one, bits & ~one.general_bits)]
    return tuple(dict.fromkeys(general + own))


def _assumed(
    answers: Mapping[str, Answer], person: Context, opened: Sequence[tuple[Compiled, State]]
) -> tuple[str, ...]:
    unsure = {
        item for given in (answers, person.facts) for item, answer in given.items() if answer == NOT_KNOWN
    }
    if not unsure:
        return ()
    counted = [
        item
        for one, _ in opened
        for item, slot in one.slots.items()
        if item in unsure and slot.finding.not_known_rank
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
