"""What every page's frame needs: the ways on that this person may take, and whether anybody is signed in."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse


class Way(NamedTuple):
    """One entry of the navigation: the right it needs ("" for everybody), its page, its words and its key."""

    right: str
    page: str
    text: str
    key: str


WAYS = (
    Way("view_queue", "cases:queue", "Queue", "q"),
    Way("take_call", "cases:take_call", "Take a call", "t"),
    Way("follow_up", "cases:welfare", "Welfare calls", "w"),
    Way("follow_up", "referrals:follow_ups", "Follow-ups", "f"),
    Way("second_sign", "triage:second_opinions", "Second opinions", "i"),
    Way("view_board", "board:board", "Board", "b"),
    Way("view_directory", "referrals:directory", "Directory", "d"),
    Way("view_protocols", "triage:protocols", "Protocols", "p"),
    Way("view_protocols", "triage:concerns", "Concerns", ""),
    Way("view_messages", "board:messages", "Messages", "m"),
    Way("view_people", "people:people", "People", "o"),
    Way("", "people:account", "Account", ""),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`navigation` (href, text, key, current) and `signed_in`; an early error has no user and gets neither."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "signed_in": False}
    match = request.resolver_match
    here = match.view_name if match else ""
    ways = [
        {"href": reverse(way.page), "text": way.text, "key": way.key, "current": way.page == here}
        for way in WAYS
        if not way.right or user.may(way.right)
    ]
    return {"navigation": ways, "signed_in": True}
