"""Conclude on a disposition, record the closing set, end the case with advice, or send the ambulance."""

from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from hub.cases.models import Case, Dispatch
from hub.cases.operations.closing import close_case
from hub.cases.operations.dispatching import send_ambulance
from hub.cases.states import Outcome
from hub.clock import now
from hub.people.models import User
from hub.record.operations import write
from hub.record.transitions import apply
from hub.refusals import Refusal
from triage.models import ClosingSet, Decision
from triage.narrative import edition, narrative
from triage.operations.drafting import drop_drafts, drop_narratives
from triage.operations.holding import catalogue, held_standing, unfinished
from triage.policies import AMBULANCE, ClosingDetails, decided, missing_from_closing_set, missing_to_conclude
from triage.protocols import Disposition, Result
from triage.protocols.decoding import decode, encode
from triage.standing import Standing
from triage.states import ASSESSMENT_STATES
from triage.words import words_for


def conclude(*, case_id: UUID, by: User, fence: int, text: str = "", seen: str | None = None) -> Decision:
    """Decide on the rules' answer, or on the override in force, with the narrative as the clinician leaves it.

    Refused, with what is missing, until the bounds meet or the clinician goes up.
    seen: the edition of story and outcome that stood on the page; another one has to be read first.
    """
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        dispositions = catalogue().dispositions
        if missing := missing_to_conclude(now_, dispositions):
            unfinished("not-complete", "Not concluded; every answer is kept.", missing)
        chosen = decided(now_, dispositions)
        if chosen is None or now_.result is None:
            raise Refusal("Nothing is open to conclude.", code="nothing-open")
        if seen is not None and seen != edition(now_, chosen.code):
            raise Refusal(
                f"The answers or the outcome changed since this page was drawn: it is “{chosen.title}” now. "
                "Not concluded. Read what stands here, then conclude.",
                code="changed-meanwhile",
            )
        decision = _decide(now_, now_.result, chosen, by=by, text=text)
        now_.assessment.concluded_at = decision.at
        data = {
            "decision": decision.pk,
            "suggested": decision.suggested,
            "code": decision.code,
            "title": chosen.title,
            "grounds": decision.grounds,
            "override": decision.override_id,
        }
        apply(ASSESSMENT_STATES, now_.assessment, "conclude", by=by, data=data, changed=("concluded_at",))
        # Half-typed times and numbers belong to the conclusion before: this one brings its own.
        drop_drafts(case_id=case_id, by=by, fields=["time_scale", "ring"])
        drop_narratives(case_id=case_id, by=by)
    return decision


def _decide(now_: Standing, result: Result, chosen: Disposition, *, by: User, text: str) -> Decision:
    overridden = now_.override if now_.override and chosen.code != result.at_least.code else None
    return Decision.objects.create(
        assessment=now_.assessment,
        suggested=result.at_least.code,
        code=chosen.code,
        disposition=encode(chosen),
        grounds=[
            {"protocol": each.protocol, "rule": each.rule, "because": each.because}
            for each in result.deciding
        ],
        assumed=list(result.assumed),
        tags=list(result.closing_tags),
        override=overridden,
        narrative=text.strip() or narrative(now_),
        by=by,
        at=now(),
    )


def _decision(now_: Standing) -> Decision:
    if now_.decision is None:
        raise Refusal("Conclude the assessment first. Nothing was saved.", code="not-concluded")
    return now_.decision


def record_closing_set(
    *, case_id: UUID, by: User, fence: int, details: ClosingDetails, decided_as: int | None = None
) -> ClosingSet:
    """Keep what was said at the end of the call. Refused with everything that is missing.

    decided_as: the decision that the form was drawn for; what was said for another one is not kept for this one.
    """
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        decision = _decision(now_)
        if decided_as is not None and decided_as != decision.pk:
            raise Refusal(
                f"It was concluded again meanwhile, as “{decision.disposition['title']}”. The closing set was not "
                "saved. Read the advice for that aloud, go through what you typed, then save it.",
                code="concluded-meanwhile",
            )
        if missing := missing_from_closing_set(details, decision.tags):
            unfinished("closing-set-incomplete", "The closing set is not whole yet.", missing)
        given = asdict(details)
        said = words_for(now_, decode(Disposition, decision.disposition))
        row = ClosingSet.objects.create(
            decision=decision, by=by, advice=list(said.advice), worsening=list(said.worsening), **given
        )
        data = {"decision": decision.pk, "closing_set": row.pk, **given}
        write(stream=now_.case.stream, kind="assessment.closing_set", by=by, data=data)
        drop_drafts(case_id=case_id, by=by, fields=[*given, *details.stricter])
    return row


def close_with_advice(*, case_id: UUID, by: User, fence: int, words: str = "") -> Case:
    """End the case with advice; the closing guards decide."""
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        decision = _decision(now_)
        told = words.strip() or f"{decision.disposition['title']}: advice given and repeated back."
        case = close_case(case_id=case_id, by=by, fence=fence, outcome=Outcome.ADVICE, words=told)
        drop_drafts(case_id=case_id, by=by)
    return case


def send_as_assessed(*, case_id: UUID, by: User, fence: int, words: str = "") -> Dispatch:
    """Send the ambulance that the assessment asks for: as concluded, else as certain so far."""
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        code = now_.decision.code if now_.decision else _so_far(now_)
        if code not in AMBULANCE:
            raise Refusal(
                "The assessment does not ask for an ambulance. Go up, or use “Send ambulance” with a category.",
                code="no-ambulance-asked",
            )
        told = words.strip() or narrative(now_)
        # Concluded below the case's category is a lowering in order; what is certain so far never lowers.
        return send_ambulance(
            case_id=case_id,
            by=by,
            category=code,
            reason="assessment",
            words=told,
            by_hand=now_.decision is not None,
        )


def _so_far(now_: Standing) -> str:
    chosen = decided(now_, catalogue().dispositions)
    return chosen.code if chosen else ""
