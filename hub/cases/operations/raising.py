"""What the assessment makes certain outlives the consultation: it goes with the case into the queue."""

from hub.cases import closing_guards
from hub.cases.alarms import AlarmKind
from hub.cases.models import Case
from hub.cases.operations.clocks import raise_category
from hub.cases.operations.locking import raise_alarm
from hub.cases.states import urgency


def raise_to_what_is_certain(case: Case) -> tuple[dict[str, str], tuple[str, ...]]:
    """Before a case waits again: at least the category that is certain, with an alarm that says why.

    For the move's event, and the names of the changed fields. Nothing is ever lowered here.
    """
    certain = closing_guards.demanded(case)
    if certain is None or urgency(certain.category) >= urgency(case.category):
        return {}, ()
    before = case.category
    changed = raise_category(case, certain.category)
    sentence = f"Raised from {before} to {certain.category}, because it waits again. {certain.why}"
    changed += raise_alarm(case, AlarmKind.CATEGORY_RAISED, sentence)
    return {"category_before": before, "category": certain.category, "alarm": sentence}, changed
