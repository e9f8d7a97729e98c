"""Observations that somebody beside the patient measured."""

from django.conf import settings
from django.db import models

from hub.clock import now
from triage.models.assessments import Assessment


class Observation(models.Model):
    """One set of observations as told on the telephone; null was not measured. Append-only, a new set is a new row."""

    append_only = True

    class Consciousness(models.TextChoices):
        ALERT = "A", "Alert"
        CONFUSED = "C", "New confusion"
        VOICE = "V", "Answers to voice only"
        PAIN = "P", "Answers to pain only"
        UNRESPONSIVE = "U", "Unresponsive"

    class Source(models.TextChoices):
        OWN_DEVICE = "own_device", "The patient's own device"
        CARER_DEVICE = "carer_device", "A carer's device, such as an oximeter"
        CARE_HOME = "care_home", "Care home staff"
        CLINICIAN = "clinician", "A clinician with the patient"
        MONITORING = "monitoring", "Remote monitoring or virtual ward"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="observations")
    respiratory_rate = models.PositiveSmallIntegerField(null=True)
    saturation = models.PositiveSmallIntegerField(null=True)
    scale = models.PositiveSmallIntegerField(default=1)
    on_oxygen = models.BooleanField(null=True)
    systolic = models.PositiveSmallIntegerField(null=True)
    pulse = models.PositiveSmallIntegerField(null=True)
    consciousness = models.CharField(max_length=1, choices=Consciousness.choices, blank=True)
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    source = models.CharField(max_length=12, choices=Source.choices)
    source_words = models.CharField("who measured, with what", max_length=200, blank=True)
    measured_at = models.DateTimeField("when it was measured, as told")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="observation_scale_known", condition=models.Q(scale__in=[1, 2]))
        ]

    def __str__(self) -> str:
        return f"observations of {self.measured_at:%H:%M}"
