"""Ambulance: asked for by anyone who can see the case, or by the clock; the hub's until the CAD has it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hub.agenda.operations import cancel, schedule
from hub.cases import closing_guards
from hub.cases.alarms import MUST_BE_HEARD, OUTLIVES_THE_CASE, Alarm, AlarmKind, about
from hub.cases.models import Case, Dispatch
from hub.cases.operations.clocks import others_are_asked, stop_clocks
from hub.cases.operations.locking import (
    ALARM_FIELDS,
    end_alarms,
    let_go,
    lock_case,
    move,
    raise_alarm,
)
from hub.cases.policies import least_category, why_not_defer, why_not_lower, why_not_send
from hub.cases.states import Outcome, State, clocks_for, most_urgent, urgency
from hub.clock import now
from hub.people.models import User
from hub.post.operations import post, withdraw
from hub.record.actors import CLOCK, Actor, person
from hub.record.operations import write
from hub.refusals import Refusal

ACKNOWLEDGE_WITHIN = timedelta(seconds=30)
KEEP_TRYING = timedelta(hours=1)
STILL_IN_CONSULTATION = timedelta(minutes=15)
LIMIT_PASSED = "The time limit has passed"
RING_DISPATCH = "Ring dispatch: the CAD has not taken this ambulance request."


def send_ambulance(
    *, case_id: UUID, by: Actor, category: str, reason: str, words: str = "", by_hand: bool = False
) -> Dispatch:
    """Ask the CAD for an ambulance. Up is free; saying the same again returns the open request, higher replaces it.

    The category is a wish from a page that may be old: the ambulance goes at the most urgent of it, of the case's
    own and of what is certain of the patient, without losing time over it.
    by_hand: somebody chose this category deliberately; below those it is refused without a finished assessment.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        if refusal := why_not_send(case, by):
            raise refusal
        certain = closing_guards.demanded(case)
        least = least_category(case, certain)
        if by_hand and (refusal := why_not_lower(case, by, category, least)):
            raise refusal
        asked, category = category, category if by_hand else most_urgent(category, least)
        waiting = case.dispatches.filter(state=Dispatch.State.REQUESTED).first()
        if waiting is not None and urgency(category) >= urgency(waiting.category):
            _keep_words(case, waiting, by=by, words=words)
            return waiting
        told = _raised(asked, category, case, certain)
        return _request(
            case, "send_ambulance", by=by, category=category, reason=reason, words=words, told=told
        )


def _raised(asked: str, category: str, case: Case, certain: closing_guards.Demand | None) -> dict[str, str]:
    """For the event: another category was asked for than went, and why."""
    if urgency(category) >= urgency(asked):
        return {}
    surely = certain is not None and urgency(certain.category) < urgency(case.category)
    why = certain.why if certain and surely else f"The case is {case.category}."
    return {"asked": asked, "raised": f"{asked} was asked for, {category} goes. {why}"}


def _keep_words(case: Case, waiting: Dispatch, *, by: Actor, words: str) -> None:
    """An ambulance is asked for already; what this person wrote beside it stands on the timeline all the same."""
    if words.strip() and words.strip() != waiting.words.strip():
        write(stream=case.stream, kind="case.send_again", by=by, data={"words": words.strip()})


def send_at_once(case: Case, *, by: Actor) -> Dispatch:
    """At intake: what never waits in the hub goes straight back to dispatch. Inside the intake's transaction."""
    return _request(case, "send_ambulance", by=by, category=case.category, reason="never_waits")


def breach(*, case_id: UUID) -> None:
    """The validation limit passed with no clinical outcome: back to dispatch, without anybody's doing.

    While a consultation is going on the patient is not waiting: an alarm is raised instead, and the moment the
    case returns to the queue the limit strikes. A category 5 case goes to a senior clinician first.
    """
    case = lock_case(case_id)
    if case.state == State.CLOSED or case.breach_at > now():
        return
    first = case.breached_at is None
    case.breached_at = case.breached_at or now()
    if case.state in (State.WAITING, State.CLAIMED):
        if first and clocks_for(case.category).breach_goes_to == "senior clinician":
            _ask_senior(case)
        else:
            _request(case, "breach", by=CLOCK, category=case.category, reason="breach", also=("breached_at",))
    elif case.state == State.IN_ASSESSMENT:
        # Looked at again until the consultation ends: an open tab keeps a lease alive that nobody works on.
        again = now() + STILL_IN_CONSULTATION
        schedule(kind="case.breach", subject=case.stream, due_at=again, key=f"breach:{case.pk}")
        alarm = f"{LIMIT_PASSED} during the consultation. Conclude, or send an ambulance."
        _alarm(case, AlarmKind.LIMIT, alarm, event="case.breach_in_consultation", also=("breached_at",))


def _ask_senior(case: Case) -> None:
    """Category 5: a senior clinician decides within half an hour; otherwise an ambulance is sent."""
    limit = now() + timedelta(minutes=30)
    case.breach_at = limit
    alarm = f"{LIMIT_PASSED}: a senior clinician decides. Without a decision an ambulance goes."
    schedule(kind="case.breach", subject=case.stream, due_at=limit, key=f"breach:{case.pk}")
    _alarm(case, AlarmKind.LIMIT, alarm, event="case.breach_to_senior", also=("breached_at", "breach_at"))


def _alarm(case: Case, kind: AlarmKind, sentence: str, *, event: str, also: tuple[str, ...] = ()) -> None:
    changed = raise_alarm(case, kind, sentence)
    case.version += 1
    case.save(update_fields=["version", *changed, *also])
    write(stream=case.stream, kind=event, by=CLOCK, data={"alarm": sentence})


def _request(
    case: Case,
    name: str,
    *,
    by: Actor,
    category: str,
    reason: str,
    words: str = "",
    also: tuple[str, ...] = (),
    told: Mapping[str, str] | None = None,
) -> Dispatch:
    moment = now()
    if urgency(category) < urgency(case.category):
        case.clock_start = moment  # restarted on upgrade, kept otherwise
    before, case.category = case.category, category
    for old in case.dispatches.filter(state=Dispatch.State.REQUESTED):
        # Its message must not come to the CAD after the higher one.
        withdraw(reference=str(old.pk))
        Dispatch.objects.filter(pk=old.pk).update(state=Dispatch.State.REPLACED)
    # What nobody has answered yet goes to dispatch with the request, and stands until somebody has heard it.
    unheard = [each.sentence for each in case.open_alarms if each.kind in MUST_BE_HEARD]
    said = " ".join([*filter(None, [words.strip()]), *unheard])
    dispatch = Dispatch.objects.create(
        case=case, category=category, reason=reason, words=said, requested_at=moment, requested_by=person(by)
    )
    also = (*also, *others_are_asked(case))
    ended = end_alarms(case, lambda alarm: alarm.kind not in MUST_BE_HEARD | OUTLIVES_THE_CASE)
    changed = (*let_go(case), *ALARM_FIELDS, "category", "clock_start", *also)
    data = {
        "category": category,
        "category_before": before,
        "reason": reason,
        "words": words,
        **ended,
        **(told or {}),
    }
    move(case, name, by=by, data={**data, "dispatch": str(dispatch.pk)}, changed=changed)
    _tell_cad(case, dispatch)
    closing_guards.run_afterwards(case, Outcome.DISPATCHED, by)
    return dispatch


def _tell_cad(case: Case, dispatch: Dispatch) -> None:
    post(
        channel="cad",
        destination=settings.HUB_CAD_URL,
        kind="dispatch.requested",
        subject=case.stream,
        reference=str(dispatch.pk),
        body={
            "dispatch": str(dispatch.pk), "case": str(case.pk), "reference": case.reference,
            "cad_number": case.cad_number, "journey": str(case.journey_id), "category": dispatch.category,
            "reason": dispatch.reason, "words": dispatch.words, "clock_start": case.clock_start.isoformat(),
            "requested_at": dispatch.requested_at.isoformat(), "problem": case.problem,
            "address": case.address, "postcode": case.postcode, "access_note": case.access_note, **case.pointers,
            "pointer_doubtful": case.pointer_doubtful,
        },
        expires_at=dispatch.requested_at + KEEP_TRYING,
    )  # fmt: skip
    due = dispatch.requested_at + ACKNOWLEDGE_WITHIN
    schedule(kind="dispatch.unacknowledged", subject=case.stream, due_at=due, key=f"dispatch:{dispatch.pk}")


def unacknowledged(*, dispatch_id: UUID) -> None:
    """Half a minute without an acknowledgement: somebody must ring dispatch."""
    case = lock_case(Dispatch.objects.get(pk=dispatch_id).case_id)
    dispatch = Dispatch.objects.select_for_update().get(pk=dispatch_id)
    if dispatch.state != Dispatch.State.REQUESTED:
        return
    dispatch.alarmed_at = now()
    dispatch.save(update_fields=["alarmed_at"])
    _alarm(case, AlarmKind.DISPATCH, RING_DISPATCH, event="case.dispatch_unacknowledged")


def acknowledge_dispatch(
    *, dispatch_id: UUID, by: Actor, cad_reference: str = "", words: str = ""
) -> Dispatch:
    """The CAD has it: the case ends as dispatched. Saying it twice changes nothing."""
    with transaction.atomic():
        found = Dispatch.objects.filter(pk=dispatch_id).first()
        if found is None:
            raise Refusal("There is no such dispatch.", code="no-such-dispatch", status=404)
        case = lock_case(found.case_id)
        dispatch = Dispatch.objects.select_for_update().get(pk=dispatch_id)
        if dispatch.state == Dispatch.State.ACKNOWLEDGED:
            return dispatch
        replaced = dispatch.state == Dispatch.State.REPLACED
        _acknowledged(dispatch, by=by, cad_reference=cad_reference)
        if replaced:
            write(
                stream=case.stream,
                kind="case.old_dispatch_acknowledged",
                by=by,
                data={"dispatch": str(dispatch.pk)},
            )
            return dispatch
        case.outcome, case.closed_at = Outcome.DISPATCHED, now()
        case.outcome_words = words or f"Ambulance, {dispatch.category}"
        stop_clocks(case)
        ended = end_alarms(case, lambda alarm: not _unheard_by_dispatch(alarm, dispatch))
        changed = ("outcome", "outcome_words", "closed_at", *ALARM_FIELDS)
        data = {"dispatch": str(dispatch.pk), "cad_reference": cad_reference, "words": words, **ended}
        move(case, "dispatch_acknowledged", by=by, data=data, changed=changed)
    return dispatch


def _unheard_by_dispatch(alarm: Alarm, dispatch: Dispatch) -> bool:
    """Raised after the request left: it stands on the board, also of an ended case, until somebody has told it on."""
    return alarm.kind in OUTLIVES_THE_CASE or (
        alarm.kind in MUST_BE_HEARD and alarm.raised_at > dispatch.requested_at
    )


def _acknowledged(dispatch: Dispatch, *, by: Actor, cad_reference: str) -> None:
    dispatch.state = Dispatch.State.ACKNOWLEDGED
    dispatch.acknowledged_at, dispatch.acknowledged_by = now(), by.label
    dispatch.cad_reference = cad_reference[:60]
    dispatch.save(update_fields=["state", "acknowledged_at", "acknowledged_by", "cad_reference"])
    cancel(f"dispatch:{dispatch.pk}")


def rang_dispatch(*, dispatch_id: UUID, by: User, words: str) -> tuple[Dispatch, bool]:
    """A person rang dispatch by telephone and says who there has it; the message is not sent any more.

    The dispatch, and whether this ended the case: when dispatch had it already, the words are kept all the same.
    """
    if not words.strip():
        raise Refusal(
            "Say who at dispatch has it. The alarm stays until then.", code="words-missing", status=422
        )
    with transaction.atomic():
        case = lock_case(Dispatch.objects.get(pk=dispatch_id).case_id)
        withdraw(reference=str(dispatch_id))
        dispatch = Dispatch.objects.get(pk=dispatch_id)
        if dispatch.state == Dispatch.State.ACKNOWLEDGED:
            data = {"dispatch": str(dispatch_id), "words": words.strip()}
            write(stream=case.stream, kind="case.rang_dispatch_too", by=by, data=data)
            return dispatch, False
        if dispatch.state == Dispatch.State.REPLACED:
            raise Refusal(
                f"That request was replaced: dispatch must have it at {case.category}. "
                "Nothing was saved. Tell dispatch so, then say it on the case.",
                code="replaced",
            )
        told = f"By telephone: {words.strip()}"
        return acknowledge_dispatch(dispatch_id=dispatch_id, by=by, words=told), True


def defer_breach(*, case_id: UUID, by: User, minutes: int, reason: str) -> Case:
    """A named senior clinician defers the limit once, with a reason, by at most an hour."""
    with transaction.atomic():
        case = lock_case(case_id)
        if refusal := why_not_defer(case, by, minutes, reason):
            raise refusal
        case.breach_at = max(case.breach_at, now()) + timedelta(minutes=minutes)
        case.breach_deferred_at = now()
        schedule(kind="case.breach", subject=case.stream, due_at=case.breach_at, key=f"breach:{case.pk}")
        case.version += 1
        # Deferring answers the limit's alarm and no other: "worse at the welfare call" stands.
        ended = end_alarms(case, about(AlarmKind.LIMIT))
        case.save(update_fields=["breach_at", "breach_deferred_at", "version", *ALARM_FIELDS])
        data = {"minutes": minutes, "reason": reason, "breach_at": case.breach_at, **ended}
        write(stream=case.stream, kind="case.breach_deferred", by=by, data=data)
    return case
