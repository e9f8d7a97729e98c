"""The triage engine alone: what one more answer costs, with the whole content loaded. No database."""

import random
import time

from benchmarks.figures import Figure, figure
from triage.protocols import Age, Context, Protocol, Sex, assess
from triage.protocols.findings import Answer
from triage.protocols.library import load_library

ROUNDS = 3  # assessments of each protocol
AGES = (0, 3, 9, 15, 24, 38, 57, 71, 88)
CALM = 0.85  # of the answers are harmless, as most are on the telephone


def one_more_answer(cases: int) -> Figure:
    """Each protocol of each presentation answered question by question, in the engine's own order."""
    chance = random.Random(999)
    protocols = list(load_library().protocols.values())
    for protocol in protocols:
        assess([protocol], {})  # compiled once in the life of a process
    times = [took for protocol in protocols for _ in range(ROUNDS) for took in _assessment(protocol, chance)]
    return figure("engine, one answer", cases, times, note=f"{len(protocols)} protocols loaded")


def _assessment(protocol: Protocol, chance: random.Random) -> list[float]:
    """The time of each answer until nothing is left to ask."""
    person = Context(age=Age.of_years(chance.choice(AGES)), sex=chance.choice(list(Sex)))
    findings = {finding.id: finding for finding in protocol.findings}
    answers: dict[str, Answer] = {}
    times = []
    while question := assess([protocol], answers, person).next_question:
        finding = findings[question]
        rank = 0 if chance.random() < CALM else chance.randrange(len(finding.steps) + 1)
        answers[question] = finding.answer_at(rank)
        started = time.perf_counter()
        assess([protocol], answers, person)
        times.append(time.perf_counter() - started)
    return times
