"""What partners send."""

from hub.cases.api.fields import Choice, Strict, Text, Whole
from referrals.states import RejectReason, Status

MOST_PLACES = 100_000


class AcceptIn(Strict):
    """The named person who takes the patient."""

    name = Text(max_length=120, help_text="of the person who takes the patient")
    role = Text(max_length=120, help_text="such as duty nurse")


class RejectIn(Strict):
    reason = Choice(choices=RejectReason.choices, help_text="the directory's coded reason")
    words = Text(max_length=400, required=False, allow_blank=True)


class CompleteIn(Strict):
    outcome = Text(max_length=1000, help_text="what was done, and how the patient was left")


class ReturnIn(Strict):
    words = Text(max_length=400, help_text="why the hub has the patient again")


class CapacityIn(Strict):
    status = Choice(choices=[each for each in Status.choices if each[0] != Status.UNKNOWN])
    good_for_minutes = Whole(min_value=1, max_value=720, help_text="afterwards it reads unknown")
    capacity = Whole(
        min_value=0,
        max_value=MOST_PLACES,
        allow_null=True,
        help_text="places in a period; null is not counted",
    )
    note = Text(max_length=200, required=False, allow_blank=True)
