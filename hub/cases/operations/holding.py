"""Who holds a case: a lease with an owner, an expiry and a fence. Two clinicians never hold one case."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from hub.cases.models import Case
from hub.cases.operations.clocks import ORDER_FIELDS, schedule_clocks, schedule_lease, set_order
from hub.cases.operations.locking import let_go, lock_case, move, not_yours
from hub.cases.operations.raising import raise_to_what_is_certain
from hub.cases.states import OWNED_STATES, State
from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.actors import CLOCK, Actor
from hub.record.operations import write
from hub.refusals import Refusal

LEASE = timedelta(minutes=5)

# One conditional statement each: whoever comes second updates no row. No read comes before the write.
_TAKE = """
UPDATE hub_case SET state = 'claimed', owner_id = %(by)s, lease_until = %(until)s,
  fence = fence + 1, version = version + 1
WHERE id = {which} AND state = 'waiting' RETURNING id
"""
_CLAIM = _TAKE.format(which="%(case)s")
_CLAIM_NEXT = _TAKE.format(
    which="""(SELECT id FROM hub_case WHERE state = 'waiting' AND (ring_again_at IS NULL OR ring_again_at <= %(now)s)
    ORDER BY order_at, arrived_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)"""
)
_HEARTBEAT = """
UPDATE hub_case SET lease_until = %(until)s
WHERE id = %(case)s AND owner_id = %(by)s AND fence = %(fence)s AND state IN ('claimed', 'in_assessment')
"""


def claim(*, case_id: UUID, by: User) -> Case:
    """Take this case. Refusal 409 names who has it when somebody was quicker."""
    _may_hold(by)
    with transaction.atomic():
        taken = _take(_CLAIM, by=by, case=case_id)
    if taken is None:
        with transaction.atomic():
            raise _too_late(lock_case(case_id))
    return taken


def claim_next(*, by: User) -> Case | None:
    """Take the case that stands first; None when nobody waits. Two people get two cases."""
    _may_hold(by)
    with transaction.atomic():
        return _take(_CLAIM_NEXT, by=by, case=None)


def _may_hold(by: User) -> None:
    if not by.may(Permission.WORK_CASE):
        raise Refusal("Your role does not hold cases.", code="not-permitted", status=403)


def _take(statement: str, *, by: User, case: UUID | None) -> Case | None:
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"by": by.pk, "until": moment + LEASE, "case": case, "now": moment})
        row = cursor.fetchone()
    if row is None:
        return None
    taken = lock_case(row[0])
    taken.owner = by
    write(
        stream=taken.stream,
        kind="case.claim",
        by=by,
        data={"from": State.WAITING, "to": State.CLAIMED, "fence": taken.fence},
    )
    schedule_lease(taken)
    return taken


def _too_late(case: Case) -> Refusal:
    if case.owner is not None:
        return Refusal(
            f"{case.owner.name} has this case. Nothing was changed.",
            code="already-claimed",
            holder=case.owner.name,
        )
    return Refusal(
        f"This case is {case.get_state_display().lower()}; it does not wait any more. Nothing was changed.",
        code="not-waiting",
        state=case.state,
    )


def heartbeat(*, case_id: UUID, by: User, fence: int) -> datetime:
    """The holder's screen is open: the lease goes on. The new end of the lease."""
    until = now() + LEASE
    with connection.cursor() as cursor:
        cursor.execute(_HEARTBEAT, {"until": until, "case": case_id, "by": by.pk, "fence": fence})
        if cursor.rowcount == 1:
            return until
    with transaction.atomic():
        raise not_yours(lock_case(case_id))


def release(*, case_id: UUID, by: User, fence: int, reason: str) -> Case:
    """Put the case back into the queue; its age and its clocks are kept."""
    with transaction.atomic():
        case = lock_case(case_id)
        if case.owner_id != by.pk or case.fence != fence or case.state not in OWNED_STATES:
            raise not_yours(case)
        back_to_queue(case, "release", by=by, reason=reason)
    return case


def take_over(*, case_id: UUID, by: User, reason: str) -> Case:
    """A senior takes the case from its holder, whose next write is refused."""
    if not (by.may(Permission.TAKE_OVER) and by.may(Permission.WORK_CASE)):
        raise Refusal("Only a senior clinician takes a case over.", code="not-permitted", status=403)
    if not reason.strip():
        raise Refusal(
            "Say why you take the case over. Nothing was changed.", code="reason-missing", status=422
        )
    with transaction.atomic():
        case = lock_case(case_id)
        before = case.owner
        case.owner, case.lease_until, case.fence = by, now() + LEASE, case.fence + 1
        data = {"before": before.name if before else None, "reason": reason, "fence": case.fence}
        move(case, "take_over", by=by, data=data, changed=("owner", "lease_until", "fence"))
        schedule_lease(case)
    return case


def lease_ended(*, case_id: UUID) -> None:
    """The agenda looks at a lease: still alive, look again; silent, the case returns with its age."""
    case = lock_case(case_id)
    if case.state not in OWNED_STATES or case.lease_until is None:
        return
    if case.lease_until > now():
        schedule_lease(case)
        return
    holder = case.owner.name if case.owner else ""
    back_to_queue(case, "lease_expired", by=CLOCK, reason=f"no sign of {holder}'s screen for five minutes")


def back_to_queue(case: Case, name: str, *, by: Actor, reason: str, also: tuple[str, ...] = ()) -> None:
    """Waiting again at its original age; clocks that ran meanwhile are looked at again.

    What the consultation made certain goes with it. A case that was only claimed has been told nothing new.
    """
    raised, changed = raise_to_what_is_certain(case) if case.state == State.IN_ASSESSMENT else ({}, ())
    data = {"reason": reason, "holder": case.owner.name if case.owner else None, **raised}
    changed += (*let_go(case), *also)
    case.consultation_started_at = None
    set_order(case)
    move(case, name, by=by, data=data, changed=(*changed, "consultation_started_at", *ORDER_FIELDS))
    schedule_clocks(case)
