"""A referral: the request to one service, and its life until a named person there accepts and finishes it."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from hub.cases.models import Case
from hub.clock import now
from hub.record.transitions import check_constraint
from referrals.models.service import Service
from referrals.states import AWAITING, OPEN, REFERRAL_STATES, Notice, RejectReason, State


def agenda_key(referral_id: uuid.UUID) -> str:
    """Under which key a referral's accept-by limit stands on the agenda."""
    return f"referral.accept_by:{referral_id}"


class ReferralQuerySet(models.QuerySet["Referral"]):
    """The ways to reach referrals."""

    def of_client(self, client: str) -> "ReferralQuerySet":
        """Those sent to this API client's own services, and nothing else; drafts are nobody's yet."""
        own = self.filter(service__client=client).exclude(service__client="")
        return own.exclude(state=State.DRAFT)

    def awaiting(self) -> "ReferralQuerySet":
        """Offered, not answered; the one whose limit comes first leads."""
        return self.filter(state__in=AWAITING).order_by("accept_by")


class Referral(models.Model):
    """One request to one service. Changed only by the operations, each with its event on the case's stream."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)

    disposition = models.CharField(max_length=20)
    disposition_title = models.CharField(max_length=120)
    needed_by = models.DateTimeField()
    # What the service reads: a copy of what the clinician saw when sending.
    content = models.JSONField(default=dict)
    agreement = models.CharField("what the patient agreed to", max_length=300, blank=True)

    created_at = models.DateTimeField(default=now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    accept_by = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_name = models.CharField(max_length=120, blank=True)
    accepted_by_role = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reject_reason = models.CharField(max_length=2, choices=RejectReason.choices, blank=True)
    words = models.TextField("why it ended, or with what outcome", blank=True)
    # What became of the hub's case while the service has the patient: the newest word counts.
    notice = models.CharField(max_length=16, choices=Notice.choices, blank=True)
    noticed_at = models.DateTimeField(null=True)
    # The capacity period a place was taken in; null when none is held.
    place_in = models.DateTimeField(null=True)

    objects = ReferralQuerySet.as_manager()

    if TYPE_CHECKING:
        case_id: uuid.UUID
        service_id: uuid.UUID

    class Meta:
        constraints = [
            check_constraint(REFERRAL_STATES, "referral_state_known"),
            models.UniqueConstraint(
                fields=["case", "service"],
                condition=models.Q(state__in=OPEN),
                name="referral_once_open_per_case_and_service",
            ),
            # Safety: one offer at a time, so that two services never both believe they have the patient.
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=AWAITING), name="referral_one_awaiting_per_case"
            ),
            models.CheckConstraint(
                name="referral_accepted_by_a_named_person",
                condition=~models.Q(state__in=["accepted", "in_progress", "completed", "returned"])
                | (
                    models.Q(accepted_at__isnull=False)
                    & ~models.Q(accepted_by_name="")
                    & ~models.Q(accepted_by_role="")
                ),
            ),
            models.CheckConstraint(
                name="referral_rejected_with_reason",
                condition=~models.Q(state="rejected") | ~models.Q(reject_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                name="referral_awaiting", fields=["accept_by"], condition=models.Q(state__in=AWAITING)
            ),
            models.Index(name="referral_of_service", fields=["service", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.disposition} to {self.service_id} ({self.state})"

    @property
    def stream(self) -> str:
        """A referral's story is part of its case's."""
        return f"case:{self.case_id}"

    @property
    def agenda_key(self) -> str:
        """The accept-by limit on the agenda."""
        return agenda_key(self.pk)

    @property
    def awaiting(self) -> bool:
        """Offered, and not answered."""
        return self.state in AWAITING
