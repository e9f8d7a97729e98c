"""Above or below what the rules suggest. Up is free; down, and back from up, has a reason; below C1 or C2 a second."""

from uuid import UUID

from django.db import transaction

from hub.cases.operations.locking import lock_case
from hub.cases.states import State
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.operations import write
from hub.refusals import Refusal
from triage.models import Override
from triage.operations.holding import catalogue, changed, held_standing, unfinished
from triage.operations.lowering import UNEXPLAINED, Why, refuse_undecided
from triage.policies import decided, unanswered_red_flags
from triage.protocols import Disposition, Result
from triage.standing import Standing, current, standing


def override_up(
    *, case_id: UUID, by: User, fence: int, code: str, words: str = "", why: Why = UNEXPLAINED
) -> Standing:
    """Decide something more urgent than the rules. No reason is asked for, unless it was decided higher before."""
    with transaction.atomic():
        now_, result, wanted = _ready(case_id, by=by, fence=fence, code=code)
        if wanted.urgency >= result.at_least.urgency:
            raise Refusal(
                f"{wanted.title} is not more urgent than {result.at_least.title}. Nothing was changed.",
                code="not-up",
                status=422,
            )
        refuse_undecided(decided(now_, catalogue().dispositions), wanted, why=why)
        _withdraw(now_, by=by, why=why)
        return _put(now_, Override.Direction.UP, wanted, by=by, words=words, state=Override.State.IN_FORCE)


def override_down(*, case_id: UUID, by: User, fence: int, code: str, reason: str, words: str) -> Standing:
    """Decide something less urgent, with a coded reason and words; below C1 or C2 it waits for a second clinician.

    Refused while something more urgent is not ruled out.
    """
    with transaction.atomic():
        now_, result, wanted = _ready(case_id, by=by, fence=fence, code=code)
        sentences = _missing(result, wanted, reason, words)
        if unasked := unanswered_red_flags(now_):
            sentences.append(f"Ask first, because one of them may be there too: {'; '.join(unasked)}.")
        if sentences:
            unfinished("override-incomplete", "Not lowered.", sentences)
        _withdraw(now_, by=by)
        state = Override.State.ASKED if result.at_least.red else Override.State.IN_FORCE
        return _put(now_, Override.Direction.DOWN, wanted, by=by, words=words, state=state, reason=reason)


def _ready(case_id: UUID, *, by: User, fence: int, code: str) -> tuple[Standing, Result, Disposition]:
    now_ = held_standing(case_id, by=by, fence=fence)
    wanted = catalogue().dispositions.get(code)
    if wanted is None:
        raise Refusal(
            "There is no such disposition. Nothing was changed.", code="no-such-disposition", status=422
        )
    if now_.result is None:
        raise Refusal(
            "Open a presentation first. To send help now, use “Send ambulance”.", code="nothing-open"
        )
    return now_, now_.result, wanted


def _missing(result: Result, wanted: Disposition, reason: str, words: str) -> list[str]:
    sentences = []
    if wanted.urgency <= result.at_least.urgency:
        sentences.append(f"{wanted.title} is not less urgent than {result.at_least.title}.")
    if not result.complete:
        sentences.append(
            f"{result.not_ruled_out.title} is not ruled out: answer the open questions first, “not known” if need be."
        )
    if reason not in Override.Reason.values:
        sentences.append("Choose the reason.")
    if len(words.split()) < 3:
        sentences.append("Say in words why, so that somebody who was not there understands.")
    return sentences


def _withdraw(now_: Standing, *, by: User, why: Why = UNEXPLAINED) -> None:
    """The override that stands, if one does, counts no more."""
    if now_.override is not None:
        now_.override.state = Override.State.WITHDRAWN
        now_.override.save(update_fields=["state"])
        data = {"override": now_.override.pk, **why.told()}
        write(stream=now_.case.stream, kind="assessment.override_withdrawn", by=by, data=data)
        now_.override = None


def _put(
    now_: Standing, direction: str, wanted: Disposition, *, by: User, words: str, state: str, reason: str = ""
) -> Standing:
    suggested = now_.result.at_least.code if now_.result else ""
    now_.override = Override.objects.create(
        assessment=now_.assessment,
        direction=direction,
        suggested=suggested,
        code=wanted.code,
        basis=now_.basis,
        reason=reason,
        words=words.strip(),
        state=state,
        by=by,
    )
    data = {
        "override": now_.override.pk,
        "suggested": suggested,
        "code": wanted.code,
        "reason": reason,
        "words": words.strip(),
        "basis": now_.basis,
        "state": str(state),
    }
    write(stream=now_.case.stream, kind=f"assessment.override_{direction}", by=by, data=data)
    return changed(now_, by=by)


def withdraw_override(*, case_id: UUID, by: User, fence: int, why: Why = UNEXPLAINED) -> Standing:
    """Take an override or its request back; the rules' answer counts again. With a reason, when that is less urgent."""
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        if now_.override is None:
            return now_
        dispositions = catalogue().dispositions
        before = decided(now_, dispositions)
        _withdraw(now_, by=by, why=why)
        refuse_undecided(before, decided(now_, dispositions), why=why)
        return changed(now_, by=by)


def answer_override(*, override_id: int, by: User, agrees: bool, words: str) -> Override:
    """The second clinician agrees or declines, from their own screen, signed in as themselves.

    Refused for the asker, for people without the right, and when the answers have changed since.
    """
    if not by.may(Permission.SECOND_SIGN):
        raise Refusal("Only a senior clinician gives a second opinion.", code="not-permitted", status=403)
    if not words.strip():
        raise Refusal("Say in words why. Nothing was saved.", code="words-missing", status=422)
    found = Override.objects.select_related("assessment").filter(pk=override_id).first()
    if found is None:
        raise Refusal("There is no such request.", code="no-such-request", status=404)
    with transaction.atomic():
        case = lock_case(found.assessment.case_id)
        assessment = current(case)
        now_ = standing(case, assessment) if assessment and assessment.pk == found.assessment_id else None
        asked = now_.override if now_ else None
        if case.state != State.IN_ASSESSMENT:
            asked = None
        if asked is None or asked.pk != override_id or asked.state != Override.State.ASKED:
            raise Refusal("This request is no longer open. Nothing was changed.", code="request-over")
        if asked.by_id == by.pk:
            raise Refusal(
                "The second clinician is somebody else. Nothing was changed.", code="same-person", status=403
            )
        asked.state = Override.State.IN_FORCE if agrees else Override.State.DECLINED
        asked.second, asked.second_at, asked.second_words = by, now(), words.strip()
        asked.save(update_fields=["state", "second", "second_at", "second_words"])
        kind = "assessment.override_agreed" if agrees else "assessment.override_declined"
        write(stream=case.stream, kind=kind, by=by, data={"override": asked.pk, "words": words.strip()})
    return asked
