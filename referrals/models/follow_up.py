"""A follow-up: a check on somebody the hub has already helped."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from hub.cases.models import Case
from hub.clock import now
from hub.people.models import User
from hub.record.transitions import check_constraint
from referrals.states import FOLLOW_UP_OPEN, FOLLOW_UP_STATES, Answer, FollowUpState, Means

# So long "I do this one" keeps others away.
CLAIM_LASTS = timedelta(minutes=30)


def due_key(follow_up_id: int) -> str:
    """Under which key a follow-up's time stands on the agenda."""
    return f"follow_up.due:{follow_up_id}"


def missed_key(follow_up_id: int) -> str:
    """Under which key a follow-up's limit stands on the agenda."""
    return f"follow_up.missed:{follow_up_id}"


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """The ways to reach follow-ups."""

    def open(self) -> "FollowUpQuerySet":
        """Everything still to do, earliest first."""
        return self.filter(state__in=FOLLOW_UP_OPEN).order_by("due_at", "id")

    def due(self) -> "FollowUpQuerySet":
        """What somebody must do now: due, or missed."""
        return self.filter(state__in=FOLLOW_UP_OPEN[1:]).order_by("due_at", "id")


class FollowUp(models.Model):
    """Who is asked, when, by what means, and what they said."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups")
    state = models.CharField(max_length=10, choices=FollowUpState.choices, default=FollowUpState.PLANNED)
    means = models.CharField(max_length=6, choices=Means.choices)
    reason = models.CharField("which disposition asks for it", max_length=120)
    due_at = models.DateTimeField()
    missed_at = models.DateTimeField("from when it counts as missed")
    created_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)

    contact_name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    # Part of the patient's link: a new one makes old links useless; empty when no link was sent.
    reply_key = models.CharField(max_length=24, blank=True)
    reply_until = models.DateTimeField(null=True)

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    words = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=160, blank=True)

    objects = FollowUpQuerySet.as_manager()

    if TYPE_CHECKING:
        case_id: object
        claimed_by_id: int | None

    class Meta:
        constraints = [
            check_constraint(FOLLOW_UP_STATES, "follow_up_state_known"),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=FOLLOW_UP_OPEN),
                name="follow_up_one_open_per_case",
            ),
            models.CheckConstraint(
                name="follow_up_done_with_answer",
                condition=~models.Q(state="done") | (~models.Q(answer="") & models.Q(done_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="follow_up_open", fields=["due_at", "id"], condition=models.Q(state__in=FOLLOW_UP_OPEN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.means} for {self.case_id} at {self.due_at:%Y-%m-%d %H:%M} ({self.state})"

    @property
    def stream(self) -> str:
        """A follow-up's story is part of its case's."""
        return f"case:{self.case_id}"

    @property
    def open(self) -> bool:
        """Still to do."""
        return self.state in FOLLOW_UP_OPEN

    @property
    def holder(self) -> User | None:
        """Who does it now; None once a claim has run out."""
        if self.claimed_at is None or self.claimed_at <= now() - CLAIM_LASTS:
            return None
        return self.claimed_by

    @property
    def reference(self) -> str:
        """What its messages carry."""
        return f"follow_up:{self.pk}"

    @property
    def due_key(self) -> str:
        """Its time on the agenda."""
        return due_key(self.pk)

    @property
    def missed_key(self) -> str:
        """Its limit on the agenda."""
        return missed_key(self.pk)
