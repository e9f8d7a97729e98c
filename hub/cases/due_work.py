"""What the clock does to cases: breach, lease, welfare, the end of the no-answer ladder, a dispatch unheard."""

from datetime import timedelta
from uuid import UUID

from hub.agenda.handlers import handles
from hub.agenda.models import DueItem
from hub.agenda.operations import schedule
from hub.cases.alarms import AlarmKind
from hub.cases.models import Case
from hub.cases.operations.clocks import ORDER_FIELDS, set_order
from hub.cases.operations.dispatching import breach, send_ambulance, unacknowledged
from hub.cases.operations.holding import lease_ended
from hub.cases.operations.ladder import look_again
from hub.cases.operations.locking import lock_case, lock_state, raise_alarm
from hub.cases.states import WELFARE_CALLED, State
from hub.clock import now
from hub.record.actors import CLOCK
from hub.record.operations import write

WELFARE_MISSED_AFTER = timedelta(minutes=15)


def _case_id(item: DueItem) -> UUID:
    return UUID(item.subject.removeprefix("case:"))


@handles("case.breach")
def _breach(item: DueItem) -> None:
    breach(case_id=_case_id(item))


@handles("case.lease")
def _lease(item: DueItem) -> None:
    lease_ended(case_id=_case_id(item))


@handles("case.welfare")
def _welfare(item: DueItem) -> None:
    case = lock_state(_case_id(item))
    if case is None or not case.is_open:
        return
    write(stream=case.stream, kind="case.welfare_due", by=CLOCK, data={})
    # Updates and releases look at the clock again; each must not put the alarm off.
    _look_for_the_call(case)


def _look_for_the_call(case: Case) -> None:
    """The alarm, unless the call is made before; one that is on the agenda already keeps its time."""
    due, key = now() + WELFARE_MISSED_AFTER, f"welfare-missed:{case.pk}"
    schedule(kind="case.welfare_missed", subject=case.stream, due_at=due, key=key, moves=False)


@handles("case.welfare_missed")
def _welfare_missed(item: DueItem) -> None:
    case = lock_case(_case_id(item))
    if case.state not in WELFARE_CALLED:
        return
    # Looked at again until the call is made (which takes this off the agenda): an answered alarm is no call.
    _look_for_the_call(case)
    if any(alarm.kind == AlarmKind.WELFARE for alarm in case.open_alarms):
        return
    changed = raise_alarm(case, AlarmKind.WELFARE, "The welfare call is overdue: ring the patient now.")
    set_order(case)
    case.version += 1
    case.save(update_fields=["version", *changed, *ORDER_FIELDS])
    write(stream=case.stream, kind="case.welfare_missed", by=CLOCK, data={})


@handles("case.no_answer_limit")
def _no_answer_limit(item: DueItem) -> None:
    """Nobody decided: unknown counts as dangerous, an ambulance goes at the original category or higher."""
    case = lock_case(_case_id(item))
    if case.unanswered == 0:
        return
    if case.state == State.IN_ASSESSMENT:
        look_again(case)
    elif case.state in (State.WAITING, State.CLAIMED, State.AWAITING_ACCEPTANCE):
        send_ambulance(
            case_id=case.pk, by=CLOCK, category=case.category, reason="no_answer",
            words="No answer, and nobody decided within the limit.",
        )  # fmt: skip


@handles("dispatch.unacknowledged")
def _unacknowledged(item: DueItem) -> None:
    unacknowledged(dispatch_id=UUID(item.key.removeprefix("dispatch:")))
