"""How many questions an assessment takes when the engine's next question is followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Final

from triage.protocols.cases import WorkedCase
from triage.protocols.engine import Context, assess
from triage.protocols.findings import Answer
from triage.protocols.model import Protocol
from triage.protocols.verifier_cells import Cell

PANEL: Final = 8


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers of questions: each panel of up to eight danger signs counts as one, for one key answers "none of these".

    `longest_singly` counts each danger sign by itself.
    """

    longest: int
    longest_singly: int
    median: float
    median_no_ambulance: float


def walk(protocol: Protocol, answers: Mapping[str, Answer], context: Context) -> tuple[list[str], str]:
    """The questions asked, in order, and the disposition's code; what is unsaid is answered harmlessly."""
    given: dict[str, Answer] = {}
    result = assess([protocol], given, context)
    while result.next_question is not None:
        finding = protocol.finding(result.next_question)
        given[finding.id] = answers.get(finding.id, finding.least_answer())
        result = assess([protocol], given, context)
    return list(given), result.at_least.code


def count(protocol: Protocol, asked: Sequence[str]) -> int:
    """Questions, with each panel of general danger signs as one."""
    own = [item for item in asked if item not in protocol.general]
    return len(own) + ceil((len(asked) - len(own)) / PANEL)


def lengths(protocol: Protocol, kinds: Sequence[Cell], cases: Sequence[WorkedCase]) -> Lengths:
    """Measured over the worked cases, and over a patient of each kind who has nothing."""
    quiet = [walk(protocol, {}, Context(kind.age, kind.sex)) for kind in kinds]
    walks = [walk(protocol, case.answers, case.context) for case in cases if not case.at_least]
    counts = [count(protocol, asked) for asked, _ in walks] or [0]
    calm = [
        count(protocol, asked) for asked, code in [*walks, *quiet] if protocol.disposition(code).no_ambulance
    ] or [0]
    return Lengths(
        longest=max(count(protocol, asked) for asked, _ in [*walks, *quiet]),
        longest_singly=max(len(asked) for asked, _ in [*walks, *quiet]),
        median=median(counts),
        median_no_ambulance=median(calm),
    )
