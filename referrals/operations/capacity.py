"""Places at a service: taken and given back in one conditional statement, told by the service itself."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from hub.clock import now
from hub.record.actors import Actor
from hub.record.operations import write
from hub.refusals import Refusal
from referrals.models import Referral, Service
from referrals.states import Status

LONGEST_STATUS = timedelta(hours=12)

# One statement decides: of two clinicians reaching for the last place, one gets no row.
_TAKE = """
UPDATE referrals_service
SET taken = CASE WHEN period_start = %(period)s THEN taken + 1 ELSE 1 END, period_start = %(period)s
WHERE id = %(service)s AND active
  AND CASE WHEN period_start = %(period)s THEN taken < capacity ELSE capacity > 0 END
RETURNING taken
"""
_GIVE_BACK = """
UPDATE referrals_service SET taken = taken - 1
WHERE id = %(service)s AND period_start = %(period)s AND taken > 0
"""


def take_place(service: Service, *, at: datetime) -> datetime | None:
    """Take one place; the period it was taken in, or None when the service does not count. Refusal when full."""
    if service.capacity is None:
        return None
    period = service.period_at(at)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"service": service.pk, "period": period})
        if cursor.fetchone() is None:
            raise Refusal(
                f"The last place at {service.name} has just been taken. Nothing was sent. Choose another service.",
                code="service-full",
            )
    return period


def give_back_place(referral: Referral) -> tuple[str, ...]:
    """Give the referral's place back, once, if its period still runs; the names of the changed fields."""
    if referral.place_in is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"service": referral.service_id, "period": referral.place_in})
    referral.place_in = None
    return ("place_in",)


def tell_capacity(
    *, service_id: UUID, by: Actor, status: str, good_for_minutes: int, capacity: int | None, note: str = "",
    version: int | None = None,
) -> Service:  # fmt: skip
    """A service says how busy it is and how many places a period has; what it says runs out by itself.

    Refusal 404 without such a service, 412 on an older version, 422 on a status or a time that cannot be kept.
    """
    if status not in (Status.GREEN, Status.AMBER, Status.RED):
        raise Refusal("Say green, amber or red. Nothing was changed.", code="status-unknown", status=422)
    span = timedelta(minutes=good_for_minutes)
    if not timedelta(0) < span <= LONGEST_STATUS:
        raise Refusal("Say for how long it holds: 1 to 720 minutes.", code="time-not-sensible", status=422)
    with transaction.atomic():
        service = Service.objects.select_for_update().filter(pk=service_id).first()
        if service is None:
            raise Refusal("There is no such service.", code="no-such-service", status=404)
        if version is not None and version != service.version:
            raise Refusal(
                "Its status has changed since you read it. Nothing was changed. Read it again.",
                code="stale", status=412, current=f'"{service.version}"',
            )  # fmt: skip
        moment = now()
        service.told_status, service.told_at, service.told_until = status, moment, moment + span
        service.told_by, service.told_note = by.label[:160], note[:200]
        service.capacity, service.version = capacity, service.version + 1
        service.save(
            update_fields=[
                "told_status",
                "told_at",
                "told_until",
                "told_by",
                "told_note",
                "capacity",
                "version",
            ]
        )
        data = {"status": status, "until": service.told_until, "capacity": capacity, "note": note}
        write(stream=service.stream, kind="service.told_capacity", by=by, data=data)
    return service
