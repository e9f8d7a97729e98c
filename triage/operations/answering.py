"""Answers. Nothing is overwritten: a changed mind is a new row that supersedes the old one."""

from typing import Any
from uuid import UUID

from django.db import transaction

from hub.clock import local, now
from hub.people.models import User
from hub.record.operations import write
from hub.refusals import Refusal
from triage.models import Answer
from triage.numbers import is_plain
from triage.operations.holding import catalogue, changed, held_standing
from triage.operations.lowering import UNEXPLAINED, Why
from triage.policies import IN_ONE_BREATH
from triage.protocols import NOT_KNOWN, BadAnswer, Finding, Kind
from triage.protocols.findings import Answer as Value
from triage.standing import Standing, context_of, recorded


def answer(
    *,
    case_id: UUID,
    by: User,
    fence: int,
    finding: str,
    value: Value,
    seen: int | None = None,
    why: Why = UNEXPLAINED,
) -> Standing:
    """Answer one finding, or amend its answer.

    why: needed when the outcome becomes less urgent by it, or when it denies a risk on record.

    seen: the id of the answer that the person saw (0: none yet; None: not told). When another answer stands by
    now and differs, this one is refused, so that nobody overwrites what they have not read.
    The same value again changes nothing.
    """
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        source = _source(now_, finding)
        read = _read(source.finding, value)
        before = now_.answers.get(finding)
        if before is not None and before.value == read:
            return now_
        if before is not None and seen is not None and seen != before.pk:
            raise Refusal(
                f"Answered meanwhile: “{before.said}” by {before.by.name} at {local(before.at):%H:%M}. "
                "Yours was not saved. Read that answer, then amend it if it is wrong.",
                code="answered-meanwhile",
                finding=finding,
            )
        _write_answer(now_, source, read, by=by, why=why)
        return changed(
            now_, by=by, why=why, over_record=_denies_the_record(now_, source.finding, before, read)
        )


def _denies_the_record(now_: Standing, finding: Finding, before: Answer | None, value: Value) -> bool:
    """Less than the case's own risk says, and nobody has said so before. "Not known" denies nothing."""
    on_record = recorded(now_.case).get(finding.id)
    if on_record is None or value == NOT_KNOWN:
        return False
    strength = _strength(finding, on_record)
    said = before is not None and _strength(finding, before.value) < strength
    return _strength(finding, value) < strength and not said


def _strength(finding: Finding, value: Value) -> int:
    """How dangerous; what the question cannot take counts as not known."""
    try:
        return finding.rank(value)
    except BadAnswer:
        return finding.not_known_rank


def answer_rest_absent(*, case_id: UUID, by: User, fence: int, findings: list[str]) -> Standing:
    """Answer general danger signs, asked in one breath, with "no"; those answered or on record stay as they are.

    Refused, with nothing saved, for more signs than a caller can take in at one hearing, and for other questions.
    """
    wanted = list(dict.fromkeys(findings))
    if len(wanted) > IN_ONE_BREATH:
        raise Refusal(
            f"One press answers the {IN_ONE_BREATH} signs of one panel, and this was {len(wanted)}. "
            "Nothing was saved. Ask them panel by panel.",
            code="too-many-at-once",
            status=422,
        )
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        _only_danger_signs(now_, wanted)
        for finding in wanted:
            if finding not in now_.answers and finding not in now_.context.facts:
                source = _source(now_, finding)
                _write_answer(now_, source, source.finding.least_answer(), by=by)
        return changed(now_, by=by)


def _only_danger_signs(now_: Standing, findings: list[str]) -> None:
    """ "None of these" is an answer to the panel of danger signs alone; any other question is asked by itself."""
    signs = {key for each in now_.protocols for key in each.general}
    for finding in findings:
        if finding not in signs or _source(now_, finding).finding.kind is Kind.NUMBER:
            raise Refusal(
                "Only the general danger signs are answered together. Nothing was saved. "
                "Ask each other question by itself.",
                code="ask-it",
                status=422,
            )


class _Source:
    """A finding with the version (or catalogue) that its words come from."""

    __slots__ = ("digest", "finding", "version")

    def __init__(self, finding: Finding, version: int | None, digest: str) -> None:
        self.finding, self.version, self.digest = finding, version, digest


def _source(now_: Standing, finding_id: str) -> _Source:
    """From the open protocols, else from the dictionary: a fact told early is kept until a protocol asks."""
    for each in now_.versions:
        for finding in each.protocol.findings:
            if finding.id == finding_id and finding.kind is not Kind.DERIVED:
                return _Source(finding, each.pk, each.digest)
    dictionary = catalogue()
    found = dictionary.findings.get(finding_id)
    if found is None or found.kind is Kind.DERIVED:
        raise Refusal("There is no such question. Nothing was saved.", code="no-such-finding", status=422)
    return _Source(found, None, dictionary.digest)


def _read(finding: Finding, value: Value) -> Value:
    """The value as the finding takes it; Refusal 422 says which answers fit."""
    read: Any = value
    try:
        if finding.kind is Kind.NUMBER and isinstance(value, str) and value != "not-known":
            number = _number(value)
            read = int(number) if number.is_integer() else number
        finding.rank(read)
    except (BadAnswer, ValueError, OverflowError) as error:
        told = str(error) if isinstance(error, BadAnswer) else f"“{value}” is not a number."
        raise Refusal(
            f"{told} Nothing was saved.", code="bad-answer", status=422, finding=finding.id
        ) from error
    result: Value = read
    return result


def _number(text: str) -> float:
    if not is_plain(text):
        raise ValueError(text)
    return float(text)


def _write_answer(now_: Standing, source: _Source, value: Value, *, by: User, why: Why = UNEXPLAINED) -> None:
    finding = source.finding
    before = now_.answers.get(finding.id)
    row = Answer.objects.create(
        assessment=now_.assessment,
        finding=finding.id,
        value=value,
        words=finding.ask or finding.means,
        said=finding.says(value),
        version_id=source.version,
        digest=source.digest,
        by=by,
        at=now(),
        supersedes=before,
        reason=why.code if why.given else "",
        reason_words=why.words.strip() if why.given else "",
    )
    data = {
        "finding": finding.id,
        "value": value,
        "was": before.value if before else None,
        "said": row.said,
        "digest": source.digest,
        **why.told(),
    }
    kind = "assessment.answered" if before is None else "assessment.answer_amended"
    write(stream=now_.case.stream, kind=kind, by=by, data=data)
    if before is not None:
        now_.superseded.setdefault(finding.id, []).append(before)
    now_.answers[finding.id] = row
    now_.context = context_of(now_.case, now_.assessment, now_.values)
