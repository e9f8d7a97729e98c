"""What must be true before a case may end without an ambulance. Rooms above add their own guards and demands."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.cases.models import Case
from hub.cases.states import urgency
from hub.record.actors import Actor

# Asked before an ambulance goes at a category below the present one: LOWER + "C4".
LOWER = "lower to "


@dataclass(frozen=True, slots=True)
class Demand:
    """The least urgent category at which this patient may still be sent an ambulance, and why, in one sentence."""

    category: str
    why: str

    @property
    def red(self) -> bool:
        """C1 and C2: nobody drops these alone."""
        return urgency(self.category) <= 2


Guard = Callable[[Case, str], list[str]]
Afterwards = Callable[[Case, str, Actor], None]
Reopened = Callable[[Case, Actor], None]
Demanding = Callable[[Case], Demand | None]


@dataclass(frozen=True, slots=True)
class Answered:
    """What one guard said of a case under the lock that still holds, so that it does not read the same again."""

    guard: Guard
    sentences: list[str]


_GUARDS: list[Guard] = []
_AFTERWARDS: list[Afterwards] = []
_REOPENED: list[Reopened] = []
_DEMANDS: list[Demanding] = []


def guard(function: Guard) -> Guard:
    """Register a guard: for a case and an outcome it says, in sentences, what is still missing."""
    _GUARDS.append(function)
    return function


def after_closing(function: Afterwards) -> Afterwards:
    """Register what else happens, in the same transaction, when a case has ended or an ambulance is asked for."""
    _AFTERWARDS.append(function)
    return function


def after_reopening(function: Reopened) -> Reopened:
    """Register what else happens, in the same transaction, when an ended case is open again."""
    _REOPENED.append(function)
    return function


def demand(function: Demanding) -> Demanding:
    """Register what a room above knows for certain of a case: the category below which it must not be sent."""
    _DEMANDS.append(function)
    return function


def demanded(case: Case) -> Demand | None:
    """The most urgent of all demands; it goes with the case wherever the case goes."""
    found = [each for function in _DEMANDS if (each := function(case)) is not None]
    return min(found, key=lambda each: urgency(each.category), default=None)


def missing(case: Case, outcome: str, *, besides: Guard | None = None) -> list[str]:
    """Everything that still stands between the case and this outcome.

    besides: a guard whose answer the asker has already, so that a page does not work it out twice.
    """
    return [sentence for check in _GUARDS if check is not besides for sentence in check(case, outcome)]


def run_afterwards(case: Case, outcome: str, by: Actor) -> None:
    """Tell the rooms above how the case has ended, or that an ambulance goes whatever else was on offer."""
    for function in _AFTERWARDS:
        function(case, outcome, by)


def run_after_reopening(case: Case, by: Actor) -> None:
    """Tell the rooms above that the hub has the case again."""
    for function in _REOPENED:
        function(case, by)
