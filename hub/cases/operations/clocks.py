"""The clocks of a case: set when it comes in or changes category, put on the agenda, and its place in the queue."""

from datetime import timedelta

from hub.agenda.operations import cancel, schedule
from hub.cases.ages import years
from hub.cases.models import Case
from hub.cases.operations import ladder
from hub.cases.order import ORDER_VERSION, Standing, place
from hub.cases.states import WELFARE_WHILE_AWAITING, State, clocks_for
from hub.clock import local, now

CLOCK_FIELDS = ("first_attempt_by", "breach_at", "welfare_due_at")
ORDER_FIELDS = ("order_at", "order_reasons", "order_version")


def set_clocks(case: Case) -> None:
    """The limits of the case's category, counted from its arrival."""
    clocks = clocks_for(case.category)
    case.first_attempt_by = case.arrived_at + timedelta(minutes=clocks.first_attempt)
    case.breach_at = case.arrived_at + timedelta(minutes=clocks.breach)
    case.welfare_due_at = case.arrived_at + timedelta(minutes=clocks.welfare_every)


def raise_category(case: Case, category: str) -> tuple[str, ...]:
    """A more urgent category with its own limits from now, never later than before; the changed fields' names."""
    clocks, moment = clocks_for(category), now()
    case.category, case.clock_start = category, moment  # restarted on upgrade
    limits = (clocks.first_attempt, clocks.breach, clocks.welfare_every)
    for name, minutes in zip(CLOCK_FIELDS, limits, strict=True):
        limit = moment + timedelta(minutes=minutes)
        setattr(case, name, min(getattr(case, name) or limit, limit))
    return ("category", "clock_start", *CLOCK_FIELDS)


def set_order(case: Case) -> None:
    """The place in the queue by the one rule."""
    standing = Standing(
        breach_at=case.breach_at,
        category=case.category,
        age=age_in_years(case),
        worsened=case.worsened,
        repeat_contacts=case.repeat_contacts,
        unanswered=case.unanswered,
        risks=tuple(case.risks),
        alarmed=case.alarm_at is not None,
    )
    found = place(standing)
    case.order_at, case.order_reasons, case.order_version = found.order_at, found.reasons, ORDER_VERSION


def age_in_years(case: Case) -> int | None:
    """Completed years today in London, or the age as told, or None."""
    if case.birth_date is not None:
        return years(case.birth_date, local(now()).date())
    return case.stated_age


def schedule_clocks(case: Case) -> None:
    """Put breach, welfare and a ladder that is climbed on the agenda; saying it again moves the first two."""
    schedule(kind="case.breach", subject=case.stream, due_at=case.breach_at, key=f"breach:{case.pk}")
    schedule_welfare(case)
    ladder.stand_again(case)


def schedule_welfare(case: Case) -> None:
    """Put the next welfare call on the agenda; saying it again moves it."""
    if case.welfare_due_at is not None:
        schedule(
            kind="case.welfare", subject=case.stream, due_at=case.welfare_due_at, key=f"welfare:{case.pk}"
        )


def welfare_every(case: Case) -> timedelta:
    """How long after a welfare call the next one is due."""
    minutes = clocks_for(case.category).welfare_every
    if case.state in (State.AWAITING_ACCEPTANCE, State.AWAITING_DISPATCH):
        minutes = min(minutes, WELFARE_WHILE_AWAITING)
    return timedelta(minutes=minutes)


def schedule_lease(case: Case) -> None:
    """Look again when the lease ends; a heartbeat only moves the lease, the look moves itself."""
    if case.lease_until is not None:
        schedule(kind="case.lease", subject=case.stream, due_at=case.lease_until, key=f"lease:{case.pk}")


def stop_clocks(case: Case) -> None:
    """The case has ended: nothing of it is due any more."""
    cancel(*_queues_clocks(case), f"welfare:{case.pk}", f"welfare-missed:{case.pk}")


def others_are_asked(case: Case) -> tuple[str, ...]:
    """The CAD or a service is asked; the changed fields' names.

    Until they have the patient somebody here still rings: soon, and never later than was due before. A clinician
    who has just spoken with the patient counts as a call made. Before the state moves.
    """
    soon = now() + timedelta(minutes=min(clocks_for(case.category).welfare_every, WELFARE_WHILE_AWAITING))
    if case.state == State.IN_ASSESSMENT:
        cancel(*_queues_clocks(case), f"welfare-missed:{case.pk}")
        case.welfare_due_at = soon
    else:
        cancel(*_queues_clocks(case))
        case.welfare_due_at = min(case.welfare_due_at or soon, soon)
    schedule_welfare(case)
    return ("welfare_due_at",)


def _queues_clocks(case: Case) -> tuple[str, ...]:
    return (f"breach:{case.pk}", f"lease:{case.pk}", ladder.key(case))
