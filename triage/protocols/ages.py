"""Ages with exact, half-open borders.

A birthday in a month that lacks the day (29 February, the 31st) falls on the first day of the next
month: a person is never counted older than the calendar makes certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

_FOREVER: Final = 10**6


class Sex(StrEnum):
    """Sex as far as it changes danger; anything not recorded as one of the two is unknown."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """An age such as `28 days`, `3 months` or `16 years`; years are kept as months."""

    count: int
    in_days: bool

    @classmethod
    def from_text(cls, text: str) -> AgeLimit:
        """Read `16 years`; raises ValueError with what to write instead."""
        match = re.fullmatch(r"(\d+) (day|week|month|year)s?", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an age. Write it like '28 days', '3 months' or '16 years'.")
        count, unit = int(match[1]), match[2]
        if unit in ("day", "week"):
            return cls(count * (7 if unit == "week" else 1), in_days=True)
        return cls(count * (12 if unit == "year" else 1), in_days=False)

    def to_text(self) -> str:
        if self.in_days:
            return f"{self.count} days"
        if self.count % 12 == 0:
            return f"{self.count // 12} years"
        return f"{self.count} months"

    @property
    def sort_key(self) -> float:
        """Days, near enough to put limits in order."""
        return float(self.count) if self.in_days else self.count * 30.436875


@dataclass(frozen=True, slots=True)
class Age:
    """How old a patient is: the least and the most the record allows, in completed months and in days."""

    least_months: int
    most_months: int
    least_days: int
    most_days: int

    @classmethod
    def on(cls, born: date, today: date) -> Age:
        """The exact age today of somebody born on a date; raises ValueError when that is in the future."""
        if born > today:
            raise ValueError("The date of birth is after today.")
        months = (today.year - born.year) * 12 + today.month - born.month
        if today.day < born.day:
            months -= 1
        days = (today - born).days
        return cls(months, months, days, days)

    @classmethod
    def of_years(cls, years: int) -> Age:
        """Somebody known only to be this many years old."""
        return cls(years * 12, years * 12 + 11, years * 365, (years + 1) * 366 - 1)

    @classmethod
    def of_months(cls, months: int) -> Age:
        """Somebody known only to be this many months old."""
        return cls(months, months, months * 28, (months + 1) * 31 - 1)

    @classmethod
    def of_days(cls, days: int) -> Age:
        """Somebody known only to be this many days old."""
        return cls(days // 31, days // 28, days, days)

    @classmethod
    def from_text(cls, text: str) -> Age:
        """Read `58 years`, `5 months`, `20 days` or `not known`."""
        if text == "not known":
            return UNKNOWN_AGE
        limit = AgeLimit.from_text(text)
        if limit.in_days:
            return cls.of_days(limit.count)
        if "year" in text:
            return cls.of_years(limit.count // 12)
        return cls.of_months(limit.count)

    def reached(self, limit: AgeLimit) -> bool | None:
        """Whether the age is at least the limit; None when the record cannot tell."""
        least, most = (
            (self.least_days, self.most_days) if limit.in_days else (self.least_months, self.most_months)
        )
        if least >= limit.count:
            return True
        return None if most >= limit.count else False


UNKNOWN_AGE: Final = Age(0, _FOREVER, 0, _FOREVER * 31)


@dataclass(frozen=True, slots=True)
class Group:
    """People from one age (included) to another (excluded), of one sex or of any."""

    start: AgeLimit | None = field(default=None, metadata={"key": "from"})
    end: AgeLimit | None = field(default=None, metadata={"key": "to"})
    sex: Sex | None = None

    def holds(self, age: Age, sex: Sex) -> bool | None:
        """Whether a person belongs; None when what is known cannot tell."""
        after_start = True if self.start is None else age.reached(self.start)
        past_end = False if self.end is None else age.reached(self.end)
        right_sex = _same_sex(self.sex, sex)
        if after_start is False or past_end is True or right_sex is False:
            return False
        if after_start is None or past_end is None or right_sex is None:
            return None
        return True

    def __str__(self) -> str:
        sex = "" if self.sex is None else f", {self.sex}"
        if self.start is None and self.end is None:
            return f"every age{sex}"
        start = "birth" if self.start is None else self.start.to_text()
        end = "and over" if self.end is None else f"to under {self.end.to_text()}"
        return f"{start} {end}{sex}"


def _same_sex(wanted: Sex | None, actual: Sex) -> bool | None:
    if wanted is None:
        return True
    return None if actual is Sex.UNKNOWN else wanted is actual
