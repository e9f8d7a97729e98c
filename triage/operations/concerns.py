"""Concerns about clinical content: raised by anybody who works with it, closed by a governance lead with evidence."""

from uuid import UUID

from django.db import transaction

from hub.cases.models import Case
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.operations import write
from hub.refusals import Refusal
from triage import in_words, published
from triage.models import Concern, ConcernClosing, ProtocolVersion
from triage.protocols import Protocol

FEWEST_WORDS = 3


def raise_concern(
    *, version_id: int, by: User, about: str, item: str, words: str, case_id: UUID | None = None
) -> Concern:
    """Flag a finding, a rule or a whole protocol of one version, with the call it came up in, if there was one.

    Refused without words, for what the version does not hold, and for a case that this person may not see.
    """
    if not by.may(Permission.RAISE_CONCERN):
        raise Refusal("Your role does not raise concerns.", code="not-permitted", status=403)
    _need_words(words)
    version = ProtocolVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Refusal("There is no such version. Nothing was saved.", code="no-such-version", status=404)
    if case_id is not None and not Case.objects.visible_to(by).filter(pk=case_id).exists():
        raise Refusal("There is no such case. Nothing was saved.", code="no-such-case", status=404)
    shown = _shown(published.versions([version.pk])[0].protocol, about, item)
    with transaction.atomic():
        concern = Concern.objects.create(
            version=version,
            protocol=version.protocol,
            about=about,
            item=item,
            shown=shown,
            words=words.strip(),
            case_id=case_id,
            by=by,
        )
        data = {
            "concern": concern.pk,
            "number": version.number,
            "digest": version.digest,
            "about": about,
            "item": item,
            "words": words.strip(),
            "case": str(case_id) if case_id else None,
        }
        write(stream=version.stream, kind="protocol.concern_raised", by=by, data=data)
    return concern


def _need_words(words: str) -> None:
    if len(words.split()) < FEWEST_WORDS:
        raise Refusal(
            "Say in words what is wrong, so that somebody who was not there understands. Nothing was saved.",
            code="words-missing",
            status=422,
        )


def _shown(protocol: Protocol, about: str, item: str) -> str:
    """The words that the concern is about; Refusal 422 when the version holds no such thing."""
    if about == Concern.About.PROTOCOL:
        return protocol.title
    for finding in protocol.findings:
        if about == Concern.About.FINDING and finding.id == item:
            return in_words.finding(finding)
    for rule in protocol.rules:
        if about == Concern.About.RULE and rule.id == item:
            return in_words.rule(protocol, rule)
    raise Refusal(
        "Choose the question or the rule that the concern is about. Nothing was saved.",
        code="no-such-item",
        status=422,
    )


def close_concern(*, concern_id: int, by: User, found: str, evidence: str) -> ConcernClosing:
    """End a concern with what was found and the evidence for it; whoever raised it does not close it."""
    if not by.may(Permission.GOVERN_PROTOCOLS):
        raise Refusal("Only a governance lead closes a concern.", code="not-permitted", status=403)
    if not found.strip() or not evidence.strip():
        raise Refusal(
            "Say what was found, and name the evidence. Nothing was saved.",
            code="evidence-missing",
            status=422,
        )
    with transaction.atomic():
        concern = Concern.objects.filter(pk=concern_id).first()
        if concern is None:
            raise Refusal("There is no such concern.", code="no-such-concern", status=404)
        # The concern itself cannot be locked: the serving role may only add to it. Its version can.
        ProtocolVersion.objects.select_for_update().only("pk").get(pk=concern.version_id)
        if ConcernClosing.objects.filter(concern=concern).exists():
            raise Refusal("This concern is closed already. Nothing was changed.", code="closed-already")
        if concern.by_id == by.pk:
            raise Refusal(
                "Somebody else closes a concern that you raised. Nothing was changed.",
                code="own-concern",
                status=403,
            )
        closing = ConcernClosing.objects.create(
            concern=concern, found=found.strip(), evidence=evidence.strip(), by=by
        )
        data = {"concern": concern.pk, "found": closing.found, "evidence": closing.evidence}
        write(stream=f"protocol:{concern.protocol}", kind="protocol.concern_closed", by=by, data=data)
    return closing
