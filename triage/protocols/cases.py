"""Worked cases: a caller told in words and answers, with the outcome a clinician expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from triage.protocols import conditions
from triage.protocols.ages import Age, Sex
from triage.protocols.engine import Context, Result, assess
from triage.protocols.errors import BadAnswer, ContentError, Problem, suggest
from triage.protocols.findings import Answer, Finding
from triage.protocols.library import CONTENT, Library
from triage.protocols.model import Protocol
from triage.protocols.yaml_files import read_yaml

_CASE_KEYS = frozenset({"id", "telling", "age", "sex", "answers", "facts", "expect", "rule"})


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """Answers given; everything else that would be asked is answered with "no".

    `at_least` cases (general danger signs) allow a protocol to be more urgent than expected.
    """

    id: str
    telling: str
    age: Age
    sex: Sex
    answers: Mapping[str, Answer]
    facts: Mapping[str, Answer]
    expect: str
    rule: str
    at_least: bool = False

    @property
    def context(self) -> Context:
        return Context(self.age, self.sex, self.facts)


def run(case: WorkedCase, protocol: Protocol) -> Result:
    """Assess a case with one protocol, everything unsaid answered with its harmless answer."""
    asked = {item.id: item.least_answer() for item in protocol.findings if item.derived is None}
    for known in case.facts:
        asked.pop(known, None)
    return assess([protocol], {**asked, **case.answers}, case.context)


def failure(case: WorkedCase, protocol: Protocol) -> str | None:
    """A sentence when the case does not come out as expected; None when it does."""
    result = run(case, protocol)
    got = result.at_least
    if case.at_least and got.red and _urgency(protocol, case.expect) >= got.urgency:
        return None
    if got.code != case.expect:
        return f"{protocol.id}: case '{case.id}' expects {case.expect} and comes out as {got.code}."
    rules = [ground.rule for ground in result.deciding]
    if case.rule and case.rule not in rules:
        return f"{protocol.id}: case '{case.id}' expects the rule {case.rule}, decided by {', '.join(rules)}."
    return None


def _urgency(protocol: Protocol, code: str) -> int:
    return next((item.urgency for item in protocol.dispositions if item.code == code), -1)


def load_cases(library: Library, root: Path = CONTENT) -> dict[str, tuple[WorkedCase, ...]]:
    """Worked cases by protocol, those of its danger sets included; raises ContentError with every fault."""
    problems: list[Problem] = []
    found = {}
    for protocol in library.protocols.values():
        own = _read(root / "cases" / f"{protocol.id}.yaml", protocol, problems, general=False)
        held = set(protocol.general)
        sets = [each.id for each in library.dangers.values() if set(each.findings) <= held]
        shared = [
            case
            for name in sorted(sets)
            for case in _read(root / "cases" / f"general-{name}.yaml", protocol, problems, general=True)
        ]
        found[protocol.id] = (*own, *shared)
    if problems:
        raise ContentError(dict.fromkeys(problems))
    return found


@lru_cache(maxsize=256)
def _yaml(path: Path, _changed: float) -> Any:
    return read_yaml(path)


def _read(path: Path, protocol: Protocol, problems: list[Problem], *, general: bool) -> list[WorkedCase]:
    if not path.exists():
        problems.append(Problem(path.name, "file", "there are no worked cases.", "Write at least six."))
        return []
    data = _yaml(path, path.stat().st_mtime)
    cases = []
    usual = data.get("usual", {})
    somebody = {"age": _age_within(protocol), "sex": protocol.applies_to.sex or "female"} if general else {}
    for written in (*_alone(data.get("alone", {})), *data.get("cases", [])):
        try:
            cases.append(_case({**usual, **written, **somebody}, protocol, general=general))
        except (ValueError, KeyError, BadAnswer) as error:
            place = f"cases '{written.get('id', '?')}'"
            problems.append(Problem(path.name, place, f"{error}".strip('"'), "Mend the case."))
    return cases


def _age_within(protocol: Protocol) -> str:
    """An ordinary age of this protocol: its last year, or ten years after its beginning."""
    span = protocol.applies_to
    if span.end is not None:
        years = span.end.count // 12 - 1
        return f"{years} years" if not span.end.in_days and years > 0 else "1 days"
    start = 0 if span.start is None or span.start.in_days else span.start.count // 12
    return f"{start + 10} years"


def _alone(written: Mapping[str, list[str]]) -> Iterator[dict[str, Any]]:
    for code, signs in written.items():
        for text in signs:
            sign = conditions.parse(text)
            if not isinstance(sign, conditions.Sign):
                raise conditions.BadCondition(f"{text!r} is not one sign.")
            name = f"alone {sign.finding} {sign.step}".strip()
            answer = {sign.finding: sign.step or "yes"}
            yield {"id": name, "telling": "", "answers": answer, "expect": code}


def _case(written: dict[str, Any], protocol: Protocol, *, general: bool) -> WorkedCase:
    for key in written:
        if key not in _CASE_KEYS:
            raise ValueError(f"unknown key {key!r}. {suggest(key, _CASE_KEYS)}")
    answers = _answers(written.get("answers", {}), protocol)
    facts = _answers(written.get("facts", {}), protocol)
    return WorkedCase(
        id=written["id"],
        telling=written.get("telling", ""),
        age=Age.from_text(written["age"]),
        sex=Sex(written["sex"]),
        answers=answers,
        facts=facts,
        expect=written["expect"],
        rule=written.get("rule", ""),
        at_least=general,
    )


def _answers(written: Mapping[str, Any], protocol: Protocol) -> dict[str, Answer]:
    known = {item.id: item for item in protocol.findings}
    answers: dict[str, Answer] = {}
    for finding_id, answer in written.items():
        if finding_id not in known:
            raise ValueError(f"{finding_id!r} is not used by {protocol.id}. {suggest(finding_id, known)}")
        answers[finding_id] = _step_answer(known[finding_id], answer)
    return answers


def _step_answer(finding: Finding, answer: Any) -> Answer:
    """Thresholds of numbers may be named in cases."""
    if finding.number is not None and answer in finding.steps:
        return finding.answer_at(finding.steps.index(answer) + 1)
    value: Answer = answer
    finding.rank(value)
    return value
