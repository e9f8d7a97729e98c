"""A service that has the patient is told what becomes of the hub's own case. Its care is never ended for it."""

from uuid import UUID

from django.db import transaction

from hub.cases.alarms import AlarmKind
from hub.cases.models import Case
from hub.cases.operations.locking import raise_alarm
from hub.cases.states import Outcome
from hub.clock import now
from hub.record.actors import CLOCK, Actor
from hub.record.operations import write
from referrals.models import Referral
from referrals.operations.locking import lock_referral
from referrals.operations.sending import tell_service
from referrals.states import WITH_SERVICE, Notice

_BY_OUTCOME = {Outcome.DISPATCHED: Notice.AMBULANCE_SENT, Outcome.REFERRED: Notice.REFERRED_AGAIN}


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
        if not tell_service(referral, kind="referral.notice"):
            _ring_them(case, referral)


def not_told(*, referral_id: UUID) -> None:
    """The message did not arrive: somebody rings. Harmless when the service has finished meanwhile."""
    with transaction.atomic():
        case, referral = lock_referral(referral_id)
        if referral.state in WITH_SERVICE:
            _ring_them(case, referral)
            told = {"referral": str(referral.pk), "service": referral.service.name}
            write(stream=referral.stream, kind="referral.not_told", by=CLOCK, data=told)


def _ring_them(case: Case, referral: Referral) -> None:
    """It stands until somebody has rung, also when the case has ended: the service still has the patient."""
    said = referral.get_notice_display()
    sentence = f"{referral.service.name} has this patient and cannot be reached by message. Ring them: {said.lower()}."
    changed = raise_alarm(case, AlarmKind.TELL_SERVICE, sentence)
    case.version += 1
    case.save(update_fields=["version", *changed])
