"""Onward care on the live board: offers that nobody has answered, follow-ups that are due."""

from django.template.loader import render_to_string

from hub.cases.telling import Sentence, add_sentences
from hub.live.panels import panel
from hub.people.permissions import Permission
from referrals import queries

add_sentences(
    {
        "referral.notice": Sentence("{service} was told: {notice}"),
        "referral.not_told": Sentence("{service} could not be told by message: ring them", serious=True),
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
