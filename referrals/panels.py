"""Onward care on the live board: offers that nobody has answered, follow-ups that are due."""

from django.template.loader import render_to_string

from hub.cases.telling import Sentence, add_sentences
from hub.live.panels import panel
from hub.people.permissions import Permission
from referrals import queries

add_sentences(
    {
        "referral.send": Sentence(
            "Referral sent to {service}, to be answered by {accept_by}", ("reasons", "cautions", "agreement")
        ),
        "referral.receive": Sentence("{service} has the referral; nobody there has accepted yet"),
        "referral.accept": Sentence("{service} accepted: {name}, {role}"),
        "referral.reject": Sentence(
            "{service} rejected the referral: {reason_said}", ("words",), serious=True
        ),
        "referral.expire": Sentence("{service} did not answer in time", serious=True),
        "referral.fail": Sentence(
            "The referral could not be delivered to {service}", ("words",), serious=True
        ),
        "referral.withdraw": Sentence("The referral to {service} was taken back", ("words",)),
        "referral.start": Sentence("{service} is with the patient"),
        "referral.complete": Sentence("{service} has finished: {outcome}"),
        "referral.return": Sentence("{service} gave the patient back", ("words",), serious=True),
        "referral.notice": Sentence("{service} was told: {notice}"),
        "referral.not_told": Sentence("{service} could not be told by message: ring them", serious=True),
        "follow_up.planned": Sentence("Follow-up planned by {means}, due {due_at}", ("reason",)),
        "follow_up.remind": Sentence("Follow-up due; the patient has a text message: {texted}"),
        "follow_up.claimed": Sentence("Makes the follow-up call"),
        "follow_up.try_again": Sentence("Follow-up: no answer at attempt {attempts}"),
        "follow_up.miss": Sentence("Follow-up missed: nobody reached the patient", serious=True),
        "follow_up.finish": Sentence("Follow-up: {answer}", ("words",)),
        "follow_up.reply": Sentence("The patient's own reply, after the follow-up was done: {answer}"),
        "follow_up.worse": Sentence("Worse at the follow-up", serious=True),
        "follow_up.cancel": Sentence("Follow-up not needed: {why}"),
        "service.listed": Sentence("Put into the directory"),
        "service.changed": Sentence("Changed in the directory"),
        "service.ended": Sentence("Ended: takes no new offers", ("reason",), serious=True),
        "service.listed_again": Sentence("Put back into the directory", ("reason",)),
        "service.secret_given": Sentence("A new webhook secret was given"),
        "service.told_capacity": Sentence("Says {status} until {until}", ("note",)),
    }
)


@panel("board.awaiting_acceptance", topics=("referral", "case"), permission=Permission.VIEW_BOARD)
def awaiting_acceptance() -> str:
    """Offers that nobody has answered, with the clock that brings them back."""
    return render_to_string("referrals/_awaiting.html", {"awaiting": queries.awaiting()})


@panel("board.follow_ups", topics=("follow_up",), permission=Permission.VIEW_BOARD)
def follow_ups() -> str:
    """Follow-ups that are due or missed."""
    return render_to_string("referrals/_follow_ups_due.html", {"due": queries.follow_ups_due()})
