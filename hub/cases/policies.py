"""Who may and when may, as sentences. Operations refuse with them, buttons ask the same functions."""

from hub.cases import closing_guards
from hub.cases.alarms import MUST_BE_HEARD
from hub.cases.models import Case
from hub.cases.states import Outcome, State, most_urgent, urgency
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.actors import Actor
from hub.refusals import Refusal


def _not_permitted(sentence: str) -> Refusal:
    return Refusal(sentence, code="not-permitted", status=403)


def why_not_claim(case: Case, by: User) -> Refusal | None:
    """Only clinicians hold cases, and only waiting ones are free."""
    if not by.may(Permission.WORK_CASE):
        return _not_permitted("Your role does not hold cases.")
    if case.state != State.WAITING:
        return Refusal(f"The case is {case.get_state_display().lower()}.", code="not-waiting")
    return None


def why_not_take_over(case: Case, by: User) -> Refusal | None:
    """A senior clinician may take over what somebody else holds."""
    if not (by.may(Permission.TAKE_OVER) and by.may(Permission.WORK_CASE)):
        return _not_permitted("Only a senior clinician takes a case over.")
    if case.owner_id is None or case.owner_id == by.pk:
        return Refusal("Nobody else holds this case.", code="not-held")
    return None


def why_not_send(case: Case, by: Actor) -> Refusal | None:
    """Everyone who can see an open case may send an ambulance."""
    if isinstance(by, User) and not by.may(Permission.SEND_AMBULANCE):
        return _not_permitted(
            "Your role does not send ambulances; tell a clinician or the supervisor at once."
        )
    if not case.is_open:
        return Refusal(
            f"The case has ended ({case.get_outcome_display()}). Open it again, or ring 999, to send an ambulance.",
            code="case-closed",
        )
    return None


def least_category(case: Case, certain: closing_guards.Demand | None) -> str:
    """Below what nobody sends without a decision: the case's category, or what is certain of the patient."""
    return most_urgent(case.category, certain.category) if certain else case.category


def quick_category(case: Case) -> str:
    """What "send ambulance now" asks for."""
    return quick_category_with(case, closing_guards.demanded(case))


def quick_category_with(case: Case, certain: closing_guards.Demand | None) -> str:
    """The same, for who has read already what is certain: no ambulance goes as C5."""
    least = least_category(case, certain)
    return "C4" if urgency(least) > 4 else least


def why_not_lower(case: Case, by: Actor, category: str, least: str) -> Refusal | None:
    """Going below the present category is for the clinician who holds it and has finished assessing."""
    if urgency(category) <= urgency(least):
        return None
    if not isinstance(by, User) or case.state != State.IN_ASSESSMENT or case.owner_id != by.pk:
        return Refusal(
            f"{category} is less urgent than {least}. Only the clinician who assesses the case goes down. "
            f"Send at {least}, or higher.",
            code="lower-needs-assessment",
        )
    if missing := closing_guards.missing(case, f"{closing_guards.LOWER}{category}"):
        return Refusal(
            f"{category} is less urgent than {least}; before that: " + " ".join(missing),
            code="lower-needs-assessment",
            missing=missing,
        )
    return None


@closing_guards.guard
def unheard(case: Case, outcome: str) -> list[str]:
    """Nobody decides over what somebody heard and nobody has answered: worse, given back, raised by the sender."""
    return [
        f"An alarm stands that nobody has answered: “{alarm.sentence}” Say on the case what was done about it."
        for alarm in case.open_alarms
        if alarm.kind in MUST_BE_HEARD
    ]


def why_not_defer(case: Case, by: User, minutes: int, reason: str) -> Refusal | None:
    """Once, by a senior clinician, with a reason, by at most an hour."""
    if not by.may(Permission.DEFER_BREACH):
        return _not_permitted("Only a senior clinician defers the limit.")
    if case.breach_deferred_at is not None:
        return Refusal(
            "The limit was deferred once already; it cannot be deferred again.", code="deferred-before"
        )
    if case.state not in (State.WAITING, State.CLAIMED, State.IN_ASSESSMENT):
        return Refusal(f"The case is {case.get_state_display().lower()}; no limit runs.", code="not-waiting")
    if not 1 <= minutes <= 60 or not reason.strip():
        return Refusal("Say by how many minutes (1 to 60) and why.", code="reason-missing", status=422)
    return None


def why_not_close_unseen(case: Case, by: User, outcome: str, second: User | None) -> Refusal | None:
    """Ending a case without an assessment: who may, and when a second clinician must agree."""
    if not by.may(Permission.WORK_CASE):
        return _not_permitted("Only a clinician closes a case.")
    if outcome == Outcome.NO_CONTACT and case.unanswered < 3:
        return Refusal(
            f"{case.unanswered} of 3 attempts were made without an answer. Ring again, or send an ambulance.",
            code="ladder-not-finished",
        )
    certain = closing_guards.demanded(case)
    red = certain is not None and certain.red
    grave = red or urgency(case.category) <= 2 or bool(case.risks) or outcome == Outcome.NO_CONTACT
    agreed = second is not None and second.pk != by.pk and second.may(Permission.SECOND_SIGN)
    if grave and not agreed:
        return Refusal(
            "A second, senior clinician must agree to end this case without contact. Nothing was changed.",
            code="second-needed",
        )
    return None


def why_not_duplicate(case: Case, other: Case) -> Refusal | None:
    """A patient who is certain to need C1 or C2 goes on as urgently under the other number, or has the ambulance."""
    certain = closing_guards.demanded(case)
    if certain is None or not certain.red or other.outcome == Outcome.DISPATCHED:
        return None
    if other.is_open and urgency(other.category) <= urgency(certain.category):
        return None
    return Refusal(
        f"{certain.why} {other.reference} goes on as {other.category} only. Nothing was changed. "
        f"Raise that case to {certain.category}, or send the ambulance from this one.",
        code="other-less-urgent",
        other=other.reference,
    )
