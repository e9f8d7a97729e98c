"""Proves what must hold of every protocol and every presentation, and says what does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from triage.protocols.cases import WorkedCase, failure
from triage.protocols.compiled import TooComplex
from triage.protocols.library import Library
from triage.protocols.model import DangerSet, Protocol
from triage.protocols.published import protocol_digest
from triage.protocols.verifier_cells import Cell, cells
from triage.protocols.verifier_families import family_faults
from triage.protocols.verifier_mutations import Mutations, mutate
from triage.protocols.verifier_questions import Lengths, lengths
from triage.protocols.verifier_rules import order_faults, rule_faults
from triage.protocols.verifier_words import hardest, protocol_reading_age

FEWEST_CASES: Final = 6
OLDEST_READING_AGE: Final = 11.0
MOST_QUESTIONS_TO_NO_AMBULANCE: Final = 15
FINDINGS: Final = range(8, 26)


@dataclass(frozen=True, slots=True)
class ProtocolReport:
    """What was proved and measured of one protocol; `faults` is empty when everything holds."""

    protocol: Protocol
    digest: str
    faults: tuple[str, ...]
    kinds: int
    cases: int
    lengths: Lengths | None
    mutations: Mutations | None
    reading_age: float
    hardest: str


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a whole library."""

    protocols: tuple[ProtocolReport, ...]
    family_faults: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        own = [f"{one.protocol.id}: {fault}" for one in self.protocols for fault in one.faults]
        return (*own, *self.family_faults)

    @property
    def proved(self) -> bool:
        return not self.faults


def report(library: Library, cases: Mapping[str, Sequence[WorkedCase]]) -> Report:
    """Check every protocol and every family."""
    dangers = list(library.dangers.values())
    checked = [
        check(protocol, cases.get(protocol.id, ()), dangers) for protocol in library.protocols.values()
    ]
    return Report(tuple(checked), tuple(family_faults(library)))


def check(protocol: Protocol, cases: Sequence[WorkedCase], dangers: Sequence[DangerSet]) -> ProtocolReport:
    """Check one protocol against its worked cases and the compulsory danger signs."""
    faults: list[str] = []
    measured: Lengths | None = None
    mutations: Mutations | None = None
    kinds: tuple[Cell, ...] = ()
    try:
        kinds = cells(protocol)
        faults += [*order_faults(protocol), *closing_faults(protocol)]
        if not faults:  # without order and a last rule nothing else has a meaning
            faults += [*rule_faults(protocol, kinds, dangers), *case_faults(protocol, cases)]
        if not faults:
            measured, mutations = lengths(protocol, kinds, cases), mutate(protocol, kinds, cases)
    except TooComplex as error:
        faults.append(str(error))
    faults += _measure_faults(protocol, measured, mutations)
    return ProtocolReport(
        protocol=protocol,
        digest=protocol_digest(protocol),
        faults=tuple(faults),
        kinds=len(kinds),
        cases=len(cases),
        lengths=measured,
        mutations=mutations,
        reading_age=protocol_reading_age(protocol),
        hardest=hardest(protocol),
    )


def case_faults(protocol: Protocol, cases: Sequence[WorkedCase]) -> Iterator[str]:
    """Worked cases that are too few or come out otherwise than expected."""
    own = [case for case in cases if not case.at_least]
    if len(own) < FEWEST_CASES:
        yield f"{len(own)} worked cases of its own; write at least {FEWEST_CASES}"
    yield from (sentence for case in cases if (sentence := failure(case, protocol)))


def closing_faults(protocol: Protocol) -> Iterator[str]:
    """Every no-ambulance outcome has advice, worsening signs and a safety net that exist."""
    for disposition in protocol.dispositions:
        if not disposition.no_ambulance:
            continue
        outcome = protocol.outcome_for(disposition.code)
        said = {saying.id for saying in protocol.sayings}
        nets = {net.id for net in protocol.safety_nets}
        if outcome is None or not outcome.advice or not outcome.worsening:
            yield f"{disposition.code} has no advice or no worsening signs"
        elif not {*outcome.advice, *outcome.worsening} <= said or outcome.safety_net not in nets:
            yield f"{disposition.code} names words that are not there"


def _measure_faults(
    protocol: Protocol, measured: Lengths | None, mutations: Mutations | None
) -> Iterator[str]:
    asked = sum(item.derived is None and item.id not in protocol.general for item in protocol.findings)
    if asked not in FINDINGS:
        yield f"{asked} findings of its own; keep to {FINDINGS.start} to {FINDINGS.stop - 1}"
    if measured is not None and measured.median_no_ambulance > MOST_QUESTIONS_TO_NO_AMBULANCE:
        yield f"a median of {measured.median_no_ambulance:g} questions to a no-ambulance outcome"
    age = protocol_reading_age(protocol)
    if age > OLDEST_READING_AGE:
        yield f"reading age {age:.1f}; the hardest sentence: {hardest(protocol)}"
    if mutations is not None:
        yield from (f"no worked case notices: {name}" for name in mutations.survivors)
