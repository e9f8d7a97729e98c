"""Each rule is dropped or weakened in turn: some worked case must then fail, or nobody would notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from triage.protocols.cases import WorkedCase
from triage.protocols.compiled import Compiled, compile_protocol, smallest
from triage.protocols.conditions import All, AnyOf, AtLeast, Condition, Sign
from triage.protocols.engine import State, first, state_of
from triage.protocols.model import Protocol, Rule
from triage.protocols.verifier_cells import Cell


@dataclass(frozen=True, slots=True)
class Mutations:
    """How many weaker protocols were tried, and those that no worked case noticed."""

    tried: int
    same: int
    survivors: tuple[str, ...]


def mutate(protocol: Protocol, kinds: Sequence[Cell], cases: Sequence[WorkedCase]) -> Mutations:
    """Try every weakening; those that change no outcome for anybody are left out as `same`."""
    compiled = compile_protocol(protocol)
    bits = [(case, _true_bits(compiled, case)) for case in cases]
    before = _outcomes(compiled, kinds)
    tried = same = 0
    survivors = []
    for name, mutant in _mutants(protocol):
        weaker = compile_protocol.__wrapped__(mutant)
        tried += 1
        if any(_notices(weaker, case, true) for case, true in bits):
            continue
        if _outcomes(weaker, kinds) == before:
            same += 1
        else:
            survivors.append(name)
    return Mutations(tried, same, tuple(survivors))


def _true_bits(compiled: Compiled, case: WorkedCase) -> int:
    state: State = state_of(compiled, case.answers, case.context)
    return state.true


def _notices(weaker: Compiled, case: WorkedCase, true: int) -> bool:
    got = first(weaker, true)
    if case.at_least:
        expected = next((one.urgency for one in weaker.protocol.dispositions if one.code == case.expect), -1)
        return not got.red or got.urgency > expected
    return got.code != case.expect


def _outcomes(compiled: Compiled, kinds: Sequence[Cell]) -> list[tuple[int, ...]]:
    """The outcome for every answer, in a form that is equal only when all outcomes are."""
    form = []
    for kind in kinds:
        so_far: tuple[int, ...] = ()
        for rung in compiled.rungs:
            so_far = smallest([*so_far, *(term & ~kind.true for term in rung.terms if kind.allows(term))])
            form.append(so_far)
    return form


def _mutants(protocol: Protocol) -> Iterator[tuple[str, Protocol]]:
    for at, rule in enumerate(protocol.rules):
        rest = [*protocol.rules[:at], *protocol.rules[at + 1 :]]
        if rule.when is not None:
            yield f"{rule.id} dropped", replace(protocol, rules=tuple(rest))
            for name, condition in _weaker(rule.when, protocol):
                yield f"{rule.id} {name}", _with(protocol, at, replace(rule, when=condition))
        lower = [
            item.code
            for item in protocol.dispositions
            if item.urgency > protocol.disposition(rule.disposition).urgency
        ]
        if lower:
            yield f"{rule.id} lowered to {lower[0]}", _with(protocol, at, replace(rule, disposition=lower[0]))


def _with(protocol: Protocol, at: int, rule: Rule) -> Protocol:
    return replace(protocol, rules=(*protocol.rules[:at], rule, *protocol.rules[at + 1 :]))


def _weaker(condition: Condition, protocol: Protocol) -> Iterator[tuple[str, Condition]]:
    """Conditions that hold more rarely by one step."""
    if isinstance(condition, Sign):
        steps = protocol.finding(condition.finding).steps
        if condition.step and condition.step != steps[-1]:
            stronger = steps[steps.index(condition.step) + 1]
            yield f"asking for {condition.finding} {stronger}", Sign(condition.finding, stronger)
        return
    parts = condition.parts
    for at, part in enumerate(parts):
        if isinstance(condition, AnyOf) and len(parts) > 1:
            yield f"without {_name(part)}", AnyOf((*parts[:at], *parts[at + 1 :]))
        for name, weaker in _weaker(part, protocol):
            yield name, replace(condition, parts=(*parts[:at], weaker, *parts[at + 1 :]))
    if isinstance(condition, AtLeast):
        more = condition.count + 1
        yield f"needing {more}", AtLeast(more, parts) if more < len(parts) else All(parts)


def _name(condition: Condition) -> str:
    return condition.finding if isinstance(condition, Sign) else type(condition).__name__
