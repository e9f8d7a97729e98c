"""What must be true before a case may end without an ambulance. Rooms above add their own guards."""

from collections.abc import Callable

from hub.cases.models import Case
from hub.record.actors import Actor

# Asked before an ambulance goes at a category below the present one: LOWER + "C4".
LOWER = "lower to "

Guard = Callable[[Case, str], list[str]]
Afterwards = Callable[[Case, str, Actor], None]
Reopened = Callable[[Case, Actor], None]
_GUARDS: list[Guard] = []
_AFTERWARDS: list[Afterwards] = []
_REOPENED: list[Reopened] = []


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


def missing(case: Case, outcome: str) -> list[str]:
    """Everything that still stands between the case and this outcome."""
    return [sentence for check in _GUARDS for sentence in check(case, outcome)]


def run_afterwards(case: Case, outcome: str, by: Actor) -> None:
    """Tell the rooms above how the case has ended, or that an ambulance goes whatever else was on offer."""
    for function in _AFTERWARDS:
        function(case, outcome, by)


def run_after_reopening(case: Case, by: Actor) -> None:
    """Tell the rooms above that the hub has the case again."""
    for function in _REOPENED:
        function(case, by)
