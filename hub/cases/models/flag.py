"""Flags on a case: shown with author, date and review date; an expired flag is shown as expired."""

from datetime import datetime

from django.db import models

from hub.cases.models.case import Case
from hub.clock import now


class Flag(models.Model):
    """A coded warning that travels with the case."""

    class Kind(models.TextChoices):
        SAFEGUARDING = "safeguarding", "Safeguarding"
        SCENE_SAFETY = "scene_safety", "Scene safety"
        REJECTED_SERVICES = "rejected_services", "Rejected services"
        REASONABLE_ADJUSTMENT = "reasonable_adjustment", "Reasonable adjustment"
        INFECTION_RISK = "infection_risk", "Infection risk"
        REPEAT_CALLER = "repeat_caller", "Repeat caller"
        RESPECT = "respect", "ReSPECT"
        AGENCY_CONTACTED = "agency_contacted", "Agency contacted"
        ADDITIONAL_INFORMATION = "additional_information", "Additional information"
        CALL_WARNING = "call_warning", "Call warning"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    text = models.CharField(max_length=400)
    author = models.CharField(max_length=160)
    at = models.DateTimeField(default=now)
    review_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"

    def expired(self, at: datetime) -> bool:
        """Past its review date: shown as such, never hidden."""
        return self.review_at is not None and self.review_at < at
