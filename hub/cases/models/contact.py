"""Whom to ring about a case, and the calls made."""

from django.conf import settings
from django.db import models

from hub.cases.models.case import Case
from hub.clock import now


class Contact(models.Model):
    """A person who can be rung about a case; rank 1 is rung first."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contacts")
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120, blank=True)
    relationship = models.CharField(max_length=60, blank=True)
    phone = models.CharField("telephone, E.164 when it could be read", max_length=30)
    is_patient = models.BooleanField(default=False)
    is_caller = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["case", "rank"], name="contact_rank_once")]
        indexes = [models.Index(name="contact_by_phone", fields=["phone"])]

    def __str__(self) -> str:
        return f"{self.rank}. {self.name or self.relationship or 'somebody'} {self.phone}"


class Call(models.Model):
    """One telephone conversation or attempt. Never edited: what was heard later is a further call or note."""

    class Kind(models.TextChoices):
        INBOUND = "inbound", "Call in"
        CALL_BACK = "call_back", "Ring-back"
        WELFARE = "welfare", "Welfare call"
        FOLLOW_UP = "follow_up", "Follow-up call"

    class Result(models.TextChoices):
        ANSWERED = "answered", "Answered"
        NO_ANSWER = "no_answer", "No answer"
        ENGAGED = "engaged", "Engaged"
        VOICEMAIL = "voicemail", "Voicemail"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        CUT_OFF = "cut_off", "Cut off"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="calls")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL)
    number = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=14, choices=Result.choices)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(name="call_of_case", fields=["case", "at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M} {self.get_result_display()}"
