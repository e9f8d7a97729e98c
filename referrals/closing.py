"""What onward care does when a case ends: offers still standing are taken back, the follow-up is planned."""

from hub.cases.closing_guards import after_closing
from hub.cases.models import Case
from hub.cases.states import Outcome
from hub.record.actors import Actor
from referrals.operations.answering import withdraw_standing
from referrals.operations.following import cancel_follow_ups, plan_follow_up
from referrals.queries import concluded_of


@after_closing
def _ended(case: Case, outcome: str, by: Actor) -> None:
    withdraw_standing(case=case, by=by, why=f"The case ended: {Outcome(outcome).label.lower()}")
    cancel_follow_ups(case=case, by=by, why="The case ended anew")
    if outcome not in (Outcome.ADVICE, Outcome.REFERRED):
        return
    concluded = concluded_of(case)
    if concluded is not None and concluded.need.follow_up is not None:
        plan_follow_up(case=case, rule=concluded.need.follow_up, reason=concluded.need.title, by=by)
