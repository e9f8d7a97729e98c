"""Form fields that say precisely what is wrong."""

import re
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from nhs_number.validate import is_valid

from hub.clock import local, now

OLDEST = 130  # years
BIGGEST = 2_147_483_647  # PostgreSQL's integer


class PhoneField(forms.CharField):
    """A telephone number as somebody says it; kept even when it cannot be rung by machine, if it has digits."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})

    def __init__(self, **options: object) -> None:
        super().__init__(max_length=30, strip=True, **options)  # type: ignore[arg-type]

    def clean(self, value: object) -> str:
        """At least three digits: 999 and 101 are numbers, a name is not."""
        text: str = super().clean(value)
        if text and len(re.findall(r"\d", text)) < 3:
            raise ValidationError("This is not a telephone number. Write its digits, such as 020 7946 0018.")
        return text


class NhsNumberField(forms.CharField):
    """An NHS number, ten digits with a right check digit; spaces and hyphens do not matter."""

    def __init__(self, **options: object) -> None:
        super().__init__(max_length=16, **options)  # type: ignore[arg-type]

    def clean(self, value: object) -> str:
        """Ten digits, or nothing."""
        text = re.sub(r"[\s-]", "", super().clean(value))
        if not text:
            return ""
        if not re.fullmatch(r"[0-9]{10}", text):
            raise ValidationError(
                "An NHS number has ten digits. Correct it, or leave it empty: the case can go on."
            )
        if not is_valid(text):
            raise ValidationError(
                "The last digit does not fit the others, so one digit is wrong. Ask again, or leave it empty."
            )
        return text


class BirthDateField(forms.DateField):
    """A date of birth in three boxes, not in the future and not impossibly long ago."""

    widget = forms.SelectDateWidget

    def clean(self, value: object) -> date | None:
        """A real date within a human life."""
        born: date | None = super().clean(value)
        if born is None:
            return None
        today = local(now()).date()
        if born > today:
            raise ValidationError("The date of birth is in the future. Check the year.")
        if born.year < today.year - OLDEST:
            raise ValidationError(f"The year {born.year} is too long ago. Write the year with four digits.")
        return born


def fence_field() -> forms.IntegerField:
    """Which holding of the case this page belongs to; absent when the person does not hold it."""
    return forms.IntegerField(required=False, min_value=0, max_value=BIGGEST, widget=forms.HiddenInput)
