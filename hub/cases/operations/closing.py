"""How a case ends, is offered elsewhere, comes back, or is opened again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from hub.cases import closing_guards
from hub.cases.alarms import MUST_BE_HEARD, OUTLIVES_THE_CASE, AlarmKind
from hub.cases.closing_guards import Answered
from hub.cases.models import Case
from hub.cases.operations.clocks import (
    ORDER_FIELDS,
    others_are_asked,
    schedule_clocks,
    set_order,
    stop_clocks,
)
from hub.cases.operations.locking import (
    ALARM_FIELDS,
    end_alarms,
    let_go,
    lock_case,
    lock_held,
    move,
    raise_alarm,
)
from hub.cases.operations.raising import raise_to_what_is_certain
from hub.cases.policies import why_not_close_unseen, why_not_duplicate
from hub.cases.states import Outcome, State, clocks_for
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.actors import Actor
from hub.record.operations import write
from hub.record.rights import must
from hub.refusals import Refusal

CLOSED_FIELDS = ("outcome", "outcome_words", "closed_at")
UNSEEN = frozenset({Outcome.NO_CONTACT, Outcome.DUPLICATE, Outcome.PASSED_ON, Outcome.CANCELLED})
# A case that comes back from a service has a clinician's look again before the clock sends an ambulance.
SECOND_LOOK_AT_MOST = 30  # minutes


def close_case(
    *,
    case_id: UUID,
    by: User,
    fence: int,
    outcome: str,
    words: str,
    second: User | None = None,
    other: str = "",
    taken_by: str = "",
) -> Case:
    """End a case that this person holds: with advice (the guards decide), or without contact (see policies).

    other: the number of the case that goes on, when this one is its duplicate.
    taken_by: who elsewhere took the patient over, when the case is passed on.
    """
    _said_enough(outcome, words, taken_by)
    with transaction.atomic():
        goes_on = _lock_both(case_id, other) if outcome == Outcome.DUPLICATE else None
        case = lock_held(case_id, by=by, fence=fence)
        if goes_on is not None and (refusal := why_not_duplicate(case, goes_on)):
            raise refusal
        if outcome in UNSEEN:
            if refusal := why_not_close_unseen(case, by, outcome, second):
                raise refusal
            _nothing_missing(case, outcome)
        elif outcome == Outcome.ADVICE:
            _require_guards(case, outcome)
        else:
            raise Refusal(
                "A case ends so only by the service or the CAD taking it.", code="not-an-ending", status=422
            )
        data = {"outcome": outcome, "words": words, "second": second.label if second else None}
        data |= {"taken_by": taken_by.strip()} if outcome == Outcome.PASSED_ON else {}
        if goes_on is not None:
            data["goes_on"] = goes_on.reference
            told = {"duplicate": case.reference, "words": words}
            write(stream=goes_on.stream, kind="case.duplicate_ended", by=by, data=told)
        _end(case, "close", by=by, outcome=outcome, words=words, data=data)
    return case


def _said_enough(outcome: str, words: str, taken_by: str) -> None:
    if not words.strip():
        raise Refusal(
            "Say in words how the case ended. Nothing was changed.", code="words-missing", status=422
        )
    if outcome == Outcome.PASSED_ON and not taken_by.strip():
        raise Refusal(
            "The case is the hub's until somebody elsewhere has taken the patient: say who, by name, role and "
            "organisation. Nothing was changed.",
            code="nobody-took-over",
            status=422,
        )


def _lock_both(case_id: UUID, reference: str) -> Case:
    """Lock this case and the one it is said to duplicate, always in one order; the other one.

    Refusal unless somebody looks after the other: it is open, or an ambulance or a service has the patient.
    Otherwise two cases could each end as the duplicate of the other.
    """
    pair = Case.objects.select_for_update().filter(Q(pk=case_id) | Q(reference=reference.strip()))
    others = [each for each in pair.order_by("pk") if each.pk != case_id]
    if not others or not (others[0].is_open or others[0].outcome in (Outcome.DISPATCHED, Outcome.REFERRED)):
        raise Refusal(
            "A duplicate needs the number of the other case, and that case must be open, or have ended with an "
            "ambulance or a service. Nothing was changed.",
            code="no-other-case",
            status=422,
        )
    return others[0]


def await_acceptance(*, case: Case, by: User, words: str, answered: Answered | None = None) -> None:
    """Offered to a service: nobody here holds it, but it is the hub's until a named human there accepts.

    Inside the transaction in which the sender got hold of the case (`lock_held`).
    answered: what a guard of the sender's has said of it since.
    """
    _require_guards(case, Outcome.REFERRED, answered)
    ended = end_alarms(case, lambda alarm: alarm.kind not in OUTLIVES_THE_CASE)
    case.unanswered = 0  # whoever was assessed was reached
    changed = (*let_go(case), *ALARM_FIELDS, *others_are_asked(case), "unanswered")
    move(case, "refer", by=by, data={"words": words, **ended}, changed=changed)


def close_accepted(*, case_id: UUID, by: Actor, words: str) -> Case:
    """A named human at the service accepted: the case ends as referred."""
    with transaction.atomic():
        case = lock_case(case_id)
        if any(alarm.kind in MUST_BE_HEARD for alarm in case.open_alarms):
            raise Refusal(
                "The patient got worse while this was on offer, and the hub has not decided yet. Nothing was changed. "
                "Ring the hub before anybody goes.",
                code="worse-meanwhile",
                alarm=case.alarm,
            )
        _end(case, "referral_accepted", by=by, outcome=Outcome.REFERRED, words=words, data={"words": words})
    return case


def return_from_referral(*, case_id: UUID, by: Actor, alarm: str) -> Case:
    """Rejected, or silence: back in the queue at its original age, with an alarm, and the patient is rung."""
    with transaction.atomic():
        case = lock_case(case_id)
        look = timedelta(minutes=min(clocks_for(case.category).first_attempt, SECOND_LOOK_AT_MOST))
        case.breach_at = max(case.breach_at, now() + look)
        raised, changed = raise_to_what_is_certain(case)
        changed += raise_alarm(case, AlarmKind.BACK, alarm)
        set_order(case)
        move(
            case,
            "referral_returned",
            by=by,
            data={**raised, "alarm": alarm},
            changed=(*changed, "breach_at", *ORDER_FIELDS),
        )
        schedule_clocks(case)
    return case


def reopen(*, case_id: UUID, by: Actor, reason: str) -> Case:
    """The patient is worse, or came back: the case waits again, at the top, with a fresh limit and an alarm."""
    must(by, Permission.ADD_TO_CASE, "Your role does not open cases again.")
    with transaction.atomic():
        case = lock_case(case_id)
        if case.is_open:
            raise Refusal(
                f"The case is open: {case.get_state_display().lower()}. What you wrote was not saved. "
                "Add it as a note; if the patient is worse, send an ambulance.",
                code="open-already",
            )
        data = {"reason": reason, "outcome_before": case.outcome}
        begun_again = _begin_again(case)
        alarm = raise_alarm(case, AlarmKind.REOPENED, f"Opened again: {reason}")
        set_order(case)
        move(case, "reopen", by=by, data=data, changed=(*begun_again, *alarm, *ORDER_FIELDS))
        schedule_clocks(case)
        closing_guards.run_after_reopening(case, by)
    return case


def _begin_again(case: Case) -> tuple[str, ...]:
    """Fresh limits from now, counted as worse; the names of the changed fields."""
    clocks = clocks_for(case.category)
    case.outcome, case.outcome_words, case.closed_at = "", "", None
    case.worsened = True
    case.unanswered = 0  # attempts of an earlier story neither end this one nor climb its ladder
    case.breach_at = now() + timedelta(minutes=clocks.breach)
    case.welfare_due_at = now() + timedelta(minutes=clocks.welfare_every)
    cleared = ("breached_at", "breach_deferred_at", "consultation_started_at", "ring_again_at")
    for name in cleared:
        setattr(case, name, None)
    return (*CLOSED_FIELDS, *cleared, "worsened", "unanswered", "breach_at", "welfare_due_at")


def _require_guards(case: Case, outcome: str, answered: Answered | None = None) -> None:
    if case.state != State.IN_ASSESSMENT:
        raise Refusal("The consultation has not begun. Start it first.", code="not-in-assessment")
    _nothing_missing(case, outcome, answered)


def _nothing_missing(case: Case, outcome: str, answered: Answered | None = None) -> None:
    others = closing_guards.missing(case, outcome, besides=answered.guard if answered else None)
    if missing := [*(answered.sentences if answered else ()), *others]:
        raise Refusal(
            "The case cannot end like this yet. " + " ".join(missing),
            code="not-ready-to-close",
            missing=missing,
        )


def _end(case: Case, name: str, *, by: Actor, outcome: str, words: str, data: dict[str, Any]) -> None:
    case.outcome, case.outcome_words, case.closed_at = outcome, words, now()
    ended = end_alarms(case, lambda alarm: alarm.kind not in OUTLIVES_THE_CASE)
    changed = (*CLOSED_FIELDS, *let_go(case), *ALARM_FIELDS)
    stop_clocks(case)
    move(case, name, by=by, data={**data, **ended}, changed=changed)
    closing_guards.run_afterwards(case, outcome, by)
