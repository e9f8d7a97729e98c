"""A case's life as tables: states, moves, categories, outcomes, and the default clocks. Printed into docs/."""

from dataclasses import dataclass

from django.db import models

from hub.record.transitions import StateTable


class State(models.TextChoices):
    """Where a case stands."""

    WAITING = "waiting", "Waiting"
    CLAIMED = "claimed", "Claimed"
    IN_ASSESSMENT = "in_assessment", "In assessment"
    AWAITING_ACCEPTANCE = "awaiting_acceptance", "Awaiting acceptance"
    AWAITING_DISPATCH = "awaiting_dispatch", "Awaiting dispatch"
    CLOSED = "closed", "Closed"


OPEN_STATES = tuple(state.value for state in State if state is not State.CLOSED)
OWNED_STATES = (State.CLAIMED.value, State.IN_ASSESSMENT.value)
# Nobody speaks with the patient in these, so somebody must ring now and then.
WELFARE_CALLED = (
    State.WAITING.value, State.AWAITING_ACCEPTANCE.value, State.AWAITING_DISPATCH.value,
)  # fmt: skip

_W, _C, _A = State.WAITING.value, State.CLAIMED.value, State.IN_ASSESSMENT.value
_R, _D, _X = State.AWAITING_ACCEPTANCE.value, State.AWAITING_DISPATCH.value, State.CLOSED.value

CASE_STATES = StateTable(
    name="case",
    begins=_W,
    moves={
        "claim": {_W: _C},
        "take_over": {_C: _C, _A: _A},
        "start_consultation": {_C: _A},
        "release": {_C: _W, _A: _W},
        "lease_expired": {_C: _W, _A: _W},
        "no_answer": {_C: _W},
        "send_ambulance": {_W: _D, _C: _D, _A: _D, _R: _D, _D: _D},
        "breach": {_W: _D, _C: _D},
        "dispatch_acknowledged": {_D: _X},
        "refer": {_A: _R},
        "referral_returned": {_R: _W},
        "referral_accepted": {_R: _X},
        "close": {_A: _X, _C: _X, _W: _X, _R: _X},
        "cancelled_by_cad": {_W: _X, _C: _X},
        "reopen": {_X: _W},
    },
    meaning={
        _W: "in the queue, owned by the hub",
        _C: "a clinician holds it and rings back",
        _A: "the consultation has begun",
        _R: "offered to a service; still the hub's until a named human there accepts",
        _D: "an ambulance is asked for; still the hub's until the CAD acknowledges",
        _X: "ended, with an outcome",
    },
)


class Category(models.TextChoices):
    """Ambulance response priority, most urgent first."""

    C1 = "C1", "C1"
    C2 = "C2", "C2"
    C3 = "C3", "C3"
    C4 = "C4", "C4"
    C5 = "C5", "C5"
    HCP1 = "HCP1", "HCP1"
    HCP2 = "HCP2", "HCP2"
    HCP3 = "HCP3", "HCP3"
    HCP4 = "HCP4", "HCP4"
    IFT1 = "IFT1", "IFT1"
    IFT2 = "IFT2", "IFT2"
    IFT3 = "IFT3", "IFT3"
    IFT4 = "IFT4", "IFT4"


def urgency(category: str) -> int:
    """1 for C1, HCP1 and IFT1 … 5 for C5: lower is more urgent."""
    return int(category[-1])


def most_urgent(*categories: str) -> str:
    """The most urgent of these; of equals the first, so that HCP2 stays HCP2 beside C2."""
    return min(categories, key=urgency)


class Segment(models.TextChoices):
    """Part of C2: A goes at once, B and C may be looked at by a clinician first."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Outcome(models.TextChoices):
    """How a case ends."""

    DISPATCHED = "dispatched", "Ambulance sent"
    REFERRED = "referred", "Referred and accepted"
    ADVICE = "advice", "Closed with advice"
    NO_CONTACT = "no_contact", "No contact"
    CANCELLED = "cancelled", "Cancelled"
    DUPLICATE = "duplicate", "Duplicate"
    PASSED_ON = "passed_on", "Passed on"


WELFARE_WHILE_AWAITING = (
    15  # minutes, at most, while a service or the CAD has been asked and has not answered
)


@dataclass(frozen=True, slots=True)
class Clocks:
    """A queue's limits in minutes from arrival. Defaults; the medical director approves the real ones."""

    first_attempt: int
    breach: int
    welfare_every: int
    breach_goes_to: str = "dispatch"


# C1 never waits here. HCP and IFT levels follow the category of the same number.
CLOCKS: dict[int, Clocks] = {
    1: Clocks(first_attempt=0, breach=0, welfare_every=5),
    2: Clocks(first_attempt=10, breach=20, welfare_every=30),
    3: Clocks(first_attempt=30, breach=60, welfare_every=60),
    4: Clocks(first_attempt=60, breach=90, welfare_every=90),
    5: Clocks(first_attempt=90, breach=120, welfare_every=120, breach_goes_to="senior clinician"),
}


def clocks_for(category: str) -> Clocks:
    """The limits of the category's queue."""
    return CLOCKS[urgency(category)]
