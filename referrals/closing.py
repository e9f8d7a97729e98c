"""What onward care does when a case ends or is opened again: offers, follow-up, and who has the patient."""

from hub.cases.closing_guards import after_closing, after_reopening
from hub.cases.models import Case
from hub.cases.states import Outcome
from hub.record.actors import Actor
from referrals.operations.answering import withdraw_standing
from referrals.operations.following import cancel_follow_ups, plan_follow_up
from referrals.operations.telling import tell_of_another_end, tell_of_reopening
from referrals.queries import need_of


@after_closing
def _ended(case: Case, outcome: str, by: Actor) -> None:
    withdraw_standing(case=case, by=by, why=f"The case ended: {Outcome(outcome).label.lower()}")
    tell_of_another_end(case=case, outcome=outcome, by=by)
    cancel_follow_ups(case=case, by=by, why="The case ended anew")
    if outcome not in (Outcome.ADVICE, Outcome.REFERRED):
        return
    need = need_of(case)
    if need is not None and need.follow_up is not None:
        plan_follow_up(case=case, rule=need.follow_up, reason=need.title, by=by)


@after_reopening
def _opened_again(case: Case, by: Actor) -> None:
    tell_of_reopening(case=case, by=by)
