"""How an operation gets hold of a referral or a follow-up: the case's row first, then its own."""

from typing import Any
from uuid import UUID

from hub.cases.models import Case
from hub.cases.operations.locking import lock_case
from hub.record.actors import Actor
from hub.record.transitions import apply
from hub.refusals import Refusal
from referrals.models import FollowUp, Referral
from referrals.states import FOLLOW_UP_STATES, REFERRAL_STATES


def lock_referral(referral_id: UUID) -> tuple[Case, Referral]:
    """The case and the referral, both locked until the transaction ends. Refusal 404 when there is none."""
    case_id = Referral.objects.filter(pk=referral_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refusal("There is no such referral.", code="no-such-referral", status=404)
    case = lock_case(case_id)
    referral = Referral.objects.select_for_update(of=("self",)).select_related("service").get(pk=referral_id)
    referral.case = case
    return case, referral


def check_version(referral: Referral, version: int | None) -> None:
    """Refusal 412 when the caller decided on an older version. None means that the caller does not say."""
    if version is not None and version != referral.version:
        raise Refusal(
            "The referral has changed since you read it. Nothing was changed. Read it again, then decide.",
            code="stale",
            status=412,
            current=f'"{referral.version}"',
        )


def move(
    referral: Referral,
    name: str,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
    new: bool = False,
) -> None:
    """One move of the referral's state table; the version rises with it, the event names the service."""
    referral.version += 1
    told = {"referral": str(referral.pk), "service": referral.service.name, **(data or {})}
    apply(REFERRAL_STATES, referral, name, by=by, data=told, changed=("version", *changed), new=new)


def lock_follow_up(follow_up_id: int) -> tuple[Case, FollowUp]:
    """The case and the follow-up, both locked until the transaction ends. Refusal 404 when there is none."""
    case_id = FollowUp.objects.filter(pk=follow_up_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refusal("There is no such follow-up.", code="no-such-follow-up", status=404)
    case = lock_case(case_id)
    follow_up = (
        FollowUp.objects.select_for_update(of=("self",)).select_related("claimed_by").get(pk=follow_up_id)
    )
    follow_up.case = case
    return case, follow_up


def move_follow_up(
    follow_up: FollowUp,
    name: str,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
) -> None:
    """One move of the follow-up's state table."""
    told = {"follow_up": follow_up.pk, **(data or {})}
    apply(FOLLOW_UP_STATES, follow_up, name, by=by, data=told, changed=changed)
