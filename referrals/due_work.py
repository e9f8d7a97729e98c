"""What the clock does in onward care: accept-by limits and follow-ups."""

from uuid import UUID

from hub.agenda.handlers import handles
from hub.agenda.models import DueItem
from referrals.operations.answering import expire
from referrals.operations.following import miss, remind


def _after_colon(item: DueItem) -> str:
    return item.key.rpartition(":")[2]


@handles("referral.accept_by")
def _accept_by(item: DueItem) -> None:
    expire(referral_id=UUID(_after_colon(item)))


@handles("follow_up.due")
def _due(item: DueItem) -> None:
    remind(follow_up_id=int(_after_colon(item)))


@handles("follow_up.missed")
def _missed(item: DueItem) -> None:
    miss(follow_up_id=int(_after_colon(item)))
