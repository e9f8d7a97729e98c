"""Who may and when may in onward care, as sentences. Operations refuse with them, pages ask the same functions."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from hub.cases.models import Call, Contact
from hub.people.models import User
from hub.people.permissions import Permission
from hub.refusals import Refusal
from referrals.models import FollowUp

# A follow-up that nobody answered is rung again after this time; clinical governance approves the figures.
TRY_AGAIN_AFTER = timedelta(minutes=15)
# So many attempts, so far apart, and every number once, before a clinician may end it with nobody reached.
ATTEMPTS = 3
APART = timedelta(minutes=5)
LEAST_WORDS = 10  # characters that say something


def must_be_free(follow_up: FollowUp, by: User) -> None:
    """Refusal 409 while somebody else does this follow-up."""
    holder = follow_up.holder
    if holder is not None and holder.pk != by.pk:
        raise Refusal(
            f"{holder.name} is doing this follow-up now. Nothing was saved.",
            code="not-yours",
            holder=holder.name,
        )


def must_be_open(follow_up: FollowUp) -> None:
    """Refusal 409 for a follow-up that is done."""
    if not follow_up.open:
        how = follow_up.get_answer_display().lower() or "not needed any more"
        raise Refusal(
            f"This follow-up is done ({how}, {follow_up.done_by or 'the hub'}). Nothing was changed.",
            code="already-done",
        )


def attempts_at_different_times(rung_at: Iterable[datetime]) -> int:
    """How many attempts count: one right after another is one."""
    counted: list[datetime] = []
    for moment in sorted(rung_at):
        if not counted or moment - counted[-1] >= APART:
            counted.append(moment)
    return len(counted)


def not_rung_yet(contacts: Iterable[Contact], calls: Sequence[Call]) -> list[Contact]:
    """The people whose number no follow-up call has tried."""
    rung = {each.number for each in calls}
    return [each for each in contacts if each.phone not in rung]


def why_not_give_up(by: User, contacts: Iterable[Contact], calls: Sequence[Call]) -> Refusal | None:
    """Ending a follow-up with nobody reached: a clinician, after three attempts at different times, every number once.

    calls: the follow-up's own, answered or not.
    """
    if not by.may(Permission.WORK_CASE):
        return Refusal(
            "Only a clinician ends a follow-up with nobody reached. It is due again.",
            code="not-permitted",
            status=403,
        )
    made = attempts_at_different_times(each.at for each in calls)
    if made < ATTEMPTS:
        return Refusal(
            f"{made} of {ATTEMPTS} attempts at different times were made. Ring again; nothing was changed.",
            code="ring-again",
        )
    if left := not_rung_yet(contacts, calls):
        numbers = ", ".join(each.phone for each in left)
        return Refusal(f"Ring the other numbers first: {numbers}. Nothing was changed.", code="ring-again")
    return None
