"""What is being typed and not yet saved: kept through a closed tab, an ended session, another workstation."""

from django.conf import settings
from django.db import models

from hub.cases.models import Case


class Draft(models.Model):
    """The text of one field of one person about one case. Working paper, not part of the record."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=40)
    text = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user", "field"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.field} of {self.case_id}"
