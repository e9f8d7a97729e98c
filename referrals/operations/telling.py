"""Telling services: of an offer and its end, and, while one has the patient, what becomes of the hub's own case.

What cannot be told by message is told by telephone: an alarm stands on the case until somebody says that it was.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from hub.cases.alarms import Alarm, AlarmKind
from hub.cases.models import Case
from hub.cases.operations.locking import ALARM_FIELDS, end_alarms, raise_alarm
from hub.cases.states import Outcome
from hub.clock import now
from hub.post.operations import post
from hub.record.actors import CLOCK, Actor
from hub.record.operations import write
from referrals.models import Referral
from referrals.operations.locking import lock_referral
from referrals.states import WITH_SERVICE, Notice

_BY_OUTCOME = {Outcome.DISPATCHED: Notice.AMBULANCE_SENT, Outcome.REFERRED: Notice.REFERRED_AGAIN}


def _message(referral: Referral, *, kind: str) -> bool:
    """Write the webhook message of a kind; it carries no personal data. False when the service has no address."""
    service = referral.service
    if not service.webhook_url or referral.accept_by is None:
        return False
    data = {
        "referral": str(referral.pk), "state": referral.state, "version": referral.version,
        "service": str(service.pk), "ods_code": service.ods_code, "disposition": referral.disposition,
        "needed_by": referral.needed_by.isoformat(), "accept_by": referral.accept_by.isoformat(),
        "href": f"/api/v1/referrals/{referral.pk}",
    }  # fmt: skip
    if kind == "referral.notice":
        data["notice"] = referral.notice
    expires = referral.accept_by if kind == "referral.sent" else now() + timedelta(minutes=30)
    post(
        channel="webhook", destination=service.destination, kind=kind, subject=referral.stream,
        reference=str(referral.pk), expires_at=expires,
        body=data,
    )  # fmt: skip
    return True


def tell_of_offer(case: Case, referral: Referral) -> None:
    """The locked case was just offered: the service hears by message, or somebody rings it."""
    if not _message(referral, kind="referral.sent"):
        _ring(case, referral, _to_ring_about_offer(referral))


def knows_of_offer(case: Case, referral: Referral) -> None:
    """The service answers, so it knows: nobody need ring any more."""
    if untold_offer(case, referral) is not None:
        end_alarms(case, lambda alarm: alarm.sentence == _to_ring_about_offer(referral))
        case.version += 1
        case.save(update_fields=["version", *ALARM_FIELDS])


def tell_of_end(case: Case, referral: Referral, *, kind: str) -> None:
    """The offer stands no more. Who was told of it by telephone is told this too; who never was need not be."""
    if _message(referral, kind=kind):
        return
    if untold_offer(case, referral) is not None:
        knows_of_offer(case, referral)
        return
    name, phone = referral.service.name, _at_phone(referral)
    _ring(
        case,
        referral,
        f"{name} was told of a referral that stands no more: ring them{phone}. Nobody need go.",
    )


def untold_offer(case: Case, referral: Referral) -> Alarm | None:
    """The alarm that the service must be rung about this offer, while it stands."""
    wanted = _to_ring_about_offer(referral)
    return next((each for each in case.open_alarms if each.sentence == wanted), None)


def _to_ring_about_offer(referral: Referral) -> str:
    name, phone = referral.service.name, _at_phone(referral)
    return (
        f"{name} cannot be told of the referral by message: ring them{phone}, and say here who knows of it."
    )


def _at_phone(referral: Referral) -> str:
    return f" on {referral.service.phone}" if referral.service.phone else ""


def tell_of_reopening(*, case: Case, by: Actor) -> None:
    """The locked case is open again: whoever has the patient from its earlier story hears so. In that transaction."""
    _tell(case, Notice.OPENED_AGAIN, by=by, only_told_before=False)


def tell_of_another_end(*, case: Case, outcome: str, by: Actor) -> None:
    """The locked case ends anew, or an ambulance goes: whoever heard of its reopening hears of this too."""
    _tell(case, _BY_OUTCOME.get(Outcome(outcome), Notice.ENDED_AGAIN), by=by, only_told_before=True)


def _tell(case: Case, notice: Notice, *, by: Actor, only_told_before: bool) -> None:
    standing = Referral.objects.select_for_update(of=("self",)).select_related("service")
    standing = standing.filter(case=case, state__in=WITH_SERVICE)
    # The service that accepts this very moment has nothing to be told.
    for referral in standing.exclude(notice="") if only_told_before else standing:
        referral.notice, referral.noticed_at = notice, now()
        referral.version += 1
        referral.save(update_fields=["notice", "noticed_at", "version"])
        told = {"referral": str(referral.pk), "service": referral.service.name, "notice": notice.label}
        write(stream=referral.stream, kind="referral.notice", by=by, data=told)
        if not _message(referral, kind="referral.notice"):
            _ring(case, referral, _to_ring_about_case(referral))


def not_told(*, referral_id: UUID) -> None:
    """The message did not arrive: somebody rings. Harmless when the service has finished meanwhile."""
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        if referral.state in WITH_SERVICE:
            _ring(case, referral, _to_ring_about_case(referral))


def _to_ring_about_case(referral: Referral) -> str:
    name, said = referral.service.name, referral.get_notice_display().lower()
    return f"{name} has this patient and cannot be reached by message. Ring them: {said}."


def _ring(case: Case, referral: Referral, sentence: str) -> None:
    """It stands until somebody has rung, also when the case has ended."""
    changed = raise_alarm(case, AlarmKind.TELL_SERVICE, sentence)
    case.version += 1
    case.save(update_fields=["version", *changed])
    told = {"referral": str(referral.pk), "service": referral.service.name}
    write(stream=referral.stream, kind="referral.not_told", by=CLOCK, data=told)
