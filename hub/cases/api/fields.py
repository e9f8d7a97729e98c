"""Strict fields: the JSON type that was asked for, every bound said, unknown names refused by name."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from hub.clock import now

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
EARLIEST_YEAR = 1880


class Strict(serializers.Serializer[Any]):
    """An object with the named members and no others: a typo must not lose data."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise ValidationError(
                {"non_field_errors": ["Not an object.\nWrite {…} with the members of /api/docs."]}
            )
        unknown = set(data) - set(self._writable_names)
        try:
            value: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**error.detail, **self._refused(unknown)}) from error  # type: ignore[dict-item]
        if unknown:
            raise ValidationError(self._refused(unknown))
        return value

    @property
    def _writable_names(self) -> Iterable[str]:
        return [name for name, field in self.fields.items() if not field.read_only]

    def _refused(self, unknown: set[str]) -> dict[str, list[ErrorDetail]]:
        known = ", ".join(self._writable_names)
        words = f"Not a member here; its content would be lost.\nThe members are {known}."
        return {name: [ErrorDetail(words, code="unknown")] for name in sorted(unknown)}


class Text(serializers.CharField):
    """A JSON string, trimmed, with a bound; blank only where it is allowed."""

    default_error_messages = {"invalid": "Not a text.\nWrite a JSON string."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.allow_blank:
            # Said for the API's description; a blank text has been refused before this runs.
            self.validators.append(RegexValidator(r"\S"))

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Pattern(serializers.CharField):
    """A text of one exact form; `example` is said to whoever got it wrong."""

    default_error_messages = {"invalid": "Not a text.\nWrite a JSON string."}

    def __init__(self, pattern: str, *, what: str, example: str, **kwargs: Any) -> None:
        self.pattern, self.what, self.example = pattern, what, example
        super().__init__(trim_whitespace=False, **kwargs)
        words = f"Not {what}.\nWrite it such as {example}."
        self.validators.append(RegexValidator(re.compile(rf"^(?:{pattern})\Z", re.ASCII), words))

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of the named values, as a JSON string, written exactly so."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            names = ", ".join(str(name) for name in self.choices)
            raise ValidationError(f"Not one of the values.\nWrite one of {names}.", code="invalid_choice")
        return data


class Whole(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise ValidationError("Not a whole number.\nWrite a JSON number such as 71.")
        return data


class Truth(serializers.BooleanField):
    """true or false, and no word that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise ValidationError("Not true or false.\nWrite true or false, without quotes.")
        return data


class Degrees(serializers.FloatField):
    """A coordinate as a JSON number; kept to six places, about a hand's breadth."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise ValidationError("Not a coordinate.\nWrite degrees as a JSON number such as 51.501009.")
        try:
            return Decimal(str(data)).quantize(Decimal("0.000001"))
        except InvalidOperation as error:
            raise ValidationError(
                "Not a coordinate.\nWrite degrees as a JSON number such as 51.501009."
            ) from error


class Moment(serializers.DateTimeField):
    """A moment by RFC 3339, with its offset: without one nobody knows which hour of a clock change is meant."""

    def to_internal_value(self, value: Any) -> datetime:
        advice = "Write date, time and offset, such as 2026-11-22T09:30:00Z."
        if not isinstance(value, str) or not MOMENT.match(value):
            raise ValidationError(f"Not a moment.\n{advice}")
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(f"There is no such moment.\n{advice}") from error
        if abs(moment.year - now().year) > 100:
            raise ValidationError(f"A moment more than a hundred years away.\n{advice}")
        return moment


class Day(serializers.DateField):
    """A calendar day that can be somebody's birthday: not in the future, not before 1880."""

    def to_internal_value(self, value: Any) -> date:
        advice = "Write year, month and day, such as 1948-07-05."
        if not isinstance(value, str) or not DAY.match(value):
            raise ValidationError(f"Not a date.\n{advice}")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError(f"There is no such day.\n{advice}") from error
        # A day ahead is let pass: it may already be tomorrow where the sender's clock stands.
        if day.year < EARLIEST_YEAR or (day - now().date()).days > 1:
            raise ValidationError(f"Nobody alive was born then.\n{advice}")
        return day
