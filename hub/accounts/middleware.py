"""A password that somebody else has given is changed before anything else is done with it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from hub.people.middleware import STILL_ANSWERED

CHOOSING = "accounts:own_password"


class GivenPasswordMiddleware:
    """Leads whoever signed in with a given password to the page where they choose their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        """Django calls this when it knows which view the address means."""
        given = request.user.is_authenticated and request.user.password_given
        match = request.resolver_match
        if not given or (match is not None and match.view_name in STILL_ANSWERED | {CHOOSING}):
            return None
        return redirect(CHOOSING)
