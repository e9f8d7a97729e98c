"""Alarms: sentences that somebody must act on. Pure.

Several stand on one case at once, and none takes another's place unseen. They live in one JSON column of the case
and not in rows of their own: every operation that raises or ends one holds the case's lock anyway, the queue, the
case and the board show them without one more query, and the record keeps each raising and each ending as an event.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

LONGEST = 300  # characters of one sentence


class AlarmKind(StrEnum):
    """What an alarm is about, and with that what ends it."""

    WORSE = "worse"  # somebody heard that the patient is worse
    GIVEN_BACK = "given_back"  # a service gave the patient back while the case was open
    CATEGORY_RAISED = "category_raised"  # by the sender, or by what the assessment makes certain
    LIMIT = "limit"  # the time limit passed
    NO_ANSWER = "no_answer"  # the ladder is climbed: a senior clinician decides
    WELFARE = "welfare"  # a welfare call is overdue
    BACK = "back"  # rejected, expired, withdrawn or failed: the offer came to nothing
    REOPENED = "reopened"
    FOLLOW_UP = "follow_up"  # missed
    DISPATCH = "dispatch"  # the CAD has not taken the request
    TELL_SERVICE = "tell_service"  # a service that has the patient must be rung
    TELL_PATIENT = "tell_patient"  # what the patient was to get in writing did not arrive


# What a conversation with the patient, or with whoever rang, answers.
ANSWERED_BY_TALKING = frozenset(
    {
        AlarmKind.WORSE, AlarmKind.NO_ANSWER, AlarmKind.WELFARE, AlarmKind.BACK, AlarmKind.REOPENED,
        AlarmKind.FOLLOW_UP, AlarmKind.TELL_PATIENT,
    }
)  # fmt: skip
# What nobody may decide over unheard: the case is neither offered, accepted away nor ended before it is answered.
MUST_BE_HEARD = frozenset({AlarmKind.WORSE, AlarmKind.GIVEN_BACK, AlarmKind.CATEGORY_RAISED})
# Outlives the case: a service still has the patient and has not been told.
OUTLIVES_THE_CASE = frozenset({AlarmKind.TELL_SERVICE})
# The newest words of these say everything that the older ones said, so one stands for all.
ONE_AT_A_TIME = frozenset(
    {AlarmKind.LIMIT, AlarmKind.NO_ANSWER, AlarmKind.WELFARE, AlarmKind.FOLLOW_UP, AlarmKind.DISPATCH}
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One open alarm. key: what an answer names, new with new words, so that nobody answers what they did not read."""

    kind: str
    sentence: str
    raised_at: datetime
    key: str

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """From the column."""
        return cls(**{**kept, "raised_at": datetime.fromisoformat(kept["raised_at"])})

    def kept(self) -> dict[str, Any]:
        """For the column."""
        return {**asdict(self), "kind": str(self.kind), "raised_at": self.raised_at.isoformat()}


def about(*kinds: AlarmKind) -> Callable[[Alarm], bool]:
    """Whether an alarm is of one of these kinds."""
    return lambda alarm: alarm.kind in kinds


def with_one_more(open_: Iterable[Alarm], kind: AlarmKind, sentence: str, at: datetime) -> list[Alarm]:
    """The alarms and one more, oldest first. The same words twice are one alarm; it keeps its first time."""
    alarms, sentence = list(open_), sentence[:LONGEST]
    if any(each.kind == kind and each.sentence == sentence for each in alarms):
        return alarms
    replaced = [each for each in alarms if each.kind == kind and kind in ONE_AT_A_TIME]
    first = replaced[0].raised_at if replaced else at
    kept = [each for each in alarms if each not in replaced]
    return sorted(
        [*kept, Alarm(kind, sentence, first, secrets.token_hex(4))], key=lambda each: each.raised_at
    )
