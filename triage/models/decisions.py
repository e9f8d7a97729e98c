"""What an assessment concludes: overrides of the rules, the decided disposition, and the closing set."""

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property

from hub.clock import now
from hub.people.models import naming
from hub.prepared import Prepared
from triage.models.assessments import Assessment

_PERSON = settings.AUTH_USER_MODEL


class Override(models.Model):
    """Going above or below what the rules suggest. Below C1 or C2 it waits for a second clinician."""

    class Direction(models.TextChoices):
        UP = "up", "More urgent"
        DOWN = "down", "Less urgent"

    class Reason(models.TextChoices):
        """Why below; nothing else is taken."""

        KNOWN_CONDITION = "known_condition", "A known, unchanged condition explains the sign"
        SEEN_BY_CLINICIAN = "seen_by_clinician", "A clinician is with the patient and has examined"
        CARE_PLAN = "care_plan", "An agreed care plan (ReSPECT, palliative) says otherwise"
        MISHEARD = "misheard", "The sign turned out not to be present after careful questions"
        PATIENT_DECLINES = "patient_declines", "The patient, with capacity, declines"
        OTHER = "other", "Another reason, in words"

    class State(models.TextChoices):
        ASKED = "asked", "Waits for a second clinician"
        IN_FORCE = "in_force", "In force"
        DECLINED = "declined", "Declined by the second clinician"
        WITHDRAWN = "withdrawn", "Withdrawn"
        LAPSED = "lapsed", "Lapsed: the answers changed, or the assessment ended"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="overrides")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    suggested = models.CharField("what the rules suggest", max_length=20)
    code = models.CharField("what is decided instead", max_length=20)
    # The rules that decided when it was made: other grounds are another question.
    basis = models.JSONField(default=list)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    second = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    second_words = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment"],
                condition=models.Q(state__in=["asked", "in_force"]),
                name="override_one_at_a_time",
            ),
            models.CheckConstraint(
                name="override_down_says_why",
                condition=models.Q(direction="up") | (~models.Q(reason="") & ~models.Q(words="")),
            ),
            models.CheckConstraint(
                name="override_second_is_another_person",
                condition=models.Q(second__isnull=True) | ~models.Q(second=models.F("by")),
            ),
            models.CheckConstraint(
                name="override_below_red_has_second",
                condition=~models.Q(direction="down", suggested__in=["C1", "C2"], state="in_force")
                | models.Q(second__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="override_asked", fields=["at"], condition=models.Q(state="asked")),
        ]

    def __str__(self) -> str:
        return f"{self.direction} from {self.suggested} to {self.code} ({self.state})"


class Decision(models.Model):
    """The disposition decided on the answers as they then were. Append-only; the newest counts."""

    append_only = True

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="decisions")
    suggested = models.CharField(max_length=20)
    code = models.CharField(max_length=20)
    # The whole disposition as content had it then, so that the record needs nothing else to be read.
    disposition = models.JSONField()
    grounds = models.JSONField(default=list)
    assumed = models.JSONField(default=list)
    tags = models.JSONField("groups with a stricter closing set", default=list)
    override = models.ForeignKey(Override, null=True, on_delete=models.PROTECT, related_name="+")
    narrative = models.TextField()
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code

    @cached_property
    def closing_set(self) -> "ClosingSet | None":
        """The newest closing set; read once, so a new one is seen by whoever reads the decision anew."""
        return _CLOSING_SET.row(self.pk)


class ClosingSet(models.Model):
    """What the caller was told and said at the end of the call. Append-only; the newest of a decision counts."""

    append_only = True

    class Agreement(models.TextChoices):
        AGREES = "agrees", "Agrees"
        RELUCTANT = "reluctant", "Agrees with reluctance"
        DECLINED = "declined", "Does not agree"

    class Written(models.TextChoices):
        TEXT = "text", "Text message"
        POST = "post", "By post"
        DECLINED = "declined", "Declined"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="closing_sets")
    reason_explained = models.BooleanField()
    no_ambulance_told = models.BooleanField()
    advice_given = models.BooleanField()
    advice = models.JSONField("the sentences that were on the screen", default=list)
    worsening_told = models.BooleanField()
    worsening = models.JSONField(default=list)
    time_scale = models.CharField(max_length=200)
    ring = models.CharField("whom to ring", max_length=200)
    repeated_back = models.BooleanField()
    agreement = models.CharField(max_length=10, choices=Agreement.choices)
    disagreement_action = models.TextField("what was done when they did not agree", blank=True)
    with_them = models.CharField("who is with them", max_length=200)
    written = models.CharField(max_length=10, choices=Written.choices)
    written_to = models.CharField(max_length=60, blank=True)
    # Stricter items by group: {"means-removed": "yes, by her sister"}
    stricter = models.JSONField(default=dict)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"closing set of decision {self.decision_id}"


_CLOSING_SET = Prepared(
    lambda key: naming(ClosingSet.objects.filter(decision_id=key), "by").order_by("-id")[:1]
)
