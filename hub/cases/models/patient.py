"""Who the patient is, as far as known. Null means not recorded, which is not the same as none."""

from django.db import models


class Sex(models.TextChoices):
    """Sex as it matters to clinical rules; unknown is a value of its own."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    UNKNOWN = "unknown", "Not recorded"


class NhsNumberStatus(models.TextChoices):
    """How sure we are of the NHS number."""

    NOT_RECORDED = "not_recorded", "Not recorded"
    GIVEN = "given", "Given, not verified"
    VERIFIED = "verified", "Verified"
    MISMATCH = "mismatch", "Does not match the patient"


class PatientDetails(models.Model):
    """The patient's part of a case."""

    given_name = models.CharField(max_length=80, null=True, blank=True)
    family_name = models.CharField(max_length=80, null=True, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    stated_age = models.PositiveSmallIntegerField("age in years, as told", null=True, blank=True)
    sex = models.CharField(max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    nhs_number = models.CharField(max_length=10, null=True, blank=True)
    nhs_number_status = models.CharField(
        max_length=14, choices=NhsNumberStatus.choices, default=NhsNumberStatus.NOT_RECORDED
    )
    # Normalised for the repeat radar: spelling and sound of the name, without an extension of PostgreSQL.
    name_key = models.CharField(max_length=80, blank=True)
    interpreter = models.CharField("interpreter needed", max_length=60, null=True, blank=True)
    practice_code = models.CharField("GP practice (ODS code)", max_length=10, null=True, blank=True)
    # Codes of risk factors known before the assessment, such as "anticoagulant" or "alone".
    risks = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def patient_name(self) -> str | None:
        """Given and family name, or None when neither was recorded."""
        return " ".join(part for part in (self.given_name, self.family_name) if part) or None
