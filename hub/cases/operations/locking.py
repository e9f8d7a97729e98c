"""How an operation gets hold of a case: the row's lock, and for owned work the fence."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from hub.cases.alarms import Alarm, AlarmKind, with_one_more
from hub.cases.models import Case
from hub.cases.states import CASE_STATES, OWNED_STATES
from hub.clock import now
from hub.people.models import User
from hub.prepared import Prepared
from hub.record.actors import Actor
from hub.record.transitions import apply
from hub.refusals import Refusal

_LOCKED = Prepared(lambda key: Case.objects.select_for_update().filter(pk=key))
_LOCKED_STATE = Prepared(lambda key: Case.objects.select_for_update().only("state").filter(pk=key))


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the transaction ends. Refusal 404 when there is none."""
    case = _LOCKED.row(case_id)
    if case is None:
        raise Refusal("There is no such case.", code="no-such-case", status=404)
    return case


def lock_state(case_id: UUID) -> Case | None:
    """The case, locked, with its state read and no more: for what the clock does to a thousand cases at once."""
    return _LOCKED_STATE.row(case_id)


def lock_held(case_id: UUID, *, by: User, fence: int) -> Case:
    """The case, locked, when this person still holds it with this fence.

    The fence rises with every claim and take-over: a stale tab, even of the same person, is told so.
    A lease that ran out but that nobody has taken back yet still counts: the holder is evidently there.
    """
    case = lock_case(case_id)
    if case.state in OWNED_STATES and case.owner_id == by.pk and case.fence == fence:
        return case
    raise not_yours(case)


def not_yours(case: Case) -> Refusal:
    """Why somebody cannot write to this case, naming who has it."""
    if case.owner is not None:
        words = f"{case.owner.name} has this case now."
    else:
        words = f"Nobody holds this case now; it is {case.get_state_display().lower()}."
    return Refusal(
        f"{words} What you sent was not saved. Copy what you need, then open the case again.",
        code="not-yours",
        holder=case.owner.name if case.owner else None,
        state=case.state,
    )


def move(
    case: Case, name: str, *, by: Actor, data: dict[str, Any] | None = None, changed: tuple[str, ...] = ()
) -> None:
    """One move of the case's state table; the version rises with it."""
    case.version += 1
    apply(CASE_STATES, case, name, by=by, data=data, changed=("version", *changed))


def let_go(case: Case) -> tuple[str, ...]:
    """Nobody holds the case any more; the names of the changed fields."""
    case.owner = None
    case.lease_until = None
    return ("owner", "lease_until")


ALARM_FIELDS = ("alarms", "alarm_at")


def raise_alarm(case: Case, kind: AlarmKind, sentence: str) -> tuple[str, ...]:
    """Put a sentence on the case that somebody must act on, beside those that stand; the changed fields' names."""
    return _keep_alarms(case, with_one_more(case.open_alarms, kind, sentence, now()))


def end_alarms(case: Case, ends: Callable[[Alarm], bool]) -> dict[str, list[str]]:
    """Take away the alarms that this operation answers; their words for its event (ALARM_FIELDS are changed)."""
    alarms = case.open_alarms
    ended = [each for each in alarms if ends(each)]
    _keep_alarms(case, [each for each in alarms if each not in ended])
    return {"alarms_ended": [each.sentence for each in ended]} if ended else {}


def _keep_alarms(case: Case, alarms: list[Alarm]) -> tuple[str, ...]:
    case.alarms = [each.kept() for each in alarms]
    case.alarm_at = min((each.raised_at for each in alarms), default=None)
    return ALARM_FIELDS
