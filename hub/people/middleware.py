"""The idle lock: after a quiet quarter of an hour a screen asks for the password and keeps what was typed."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.urls.exceptions import Resolver404

from hub.clock import now
from hub.people import presence
from hub.people.models import User
from hub.people.typed import typed_fields

STILL_ANSWERED = frozenset({"people:unlock", "people:sign_out", "people:alive"})
WRITE_EVERY = 30  # seconds


class IdleLockMiddleware:
    """Locks a session that has been quiet too long; a locked session gets 423 and keeps its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        response = self._guarded(request)
        # After signing out, the browser's "back" shows nothing of a patient.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _guarded(self, request: HttpRequest) -> HttpResponse:
        name, background = _route(request)
        moment = now().timestamp()
        quiet = moment - request.session.get("seen", moment)
        if quiet > settings.HUB_IDLE_SECONDS:
            request.session["locked"] = True
        if request.session.get("locked"):
            return self.get_response(request) if name in STILL_ANSWERED else locked(request)
        # Writing the session on every click would cost a write a request: once in half a minute is enough,
        # oftener under a short limit, or somebody at work would be locked out.
        write_after = min(WRITE_EVERY, settings.HUB_IDLE_SECONDS / 4)
        if not background and (quiet > write_after or "seen" not in request.session):
            request.session["seen"] = moment
            presence.seen(user=cast("User", request.user))
        return self.get_response(request)


def _route(request: HttpRequest) -> tuple[str, bool]:
    """The route's name, and whether the page asks by itself (a heartbeat is no sign of a person)."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return "", False
    # A screen that fetches its panels again (static/js/live.js) says so.
    by_itself = request.headers.get("X-Requested-With") == "live"
    return match.view_name, by_itself or getattr(match.func, "background", False)


def locked(request: HttpRequest, wrong: bool = False) -> HttpResponse:
    """The lock page; fields of a posted form travel through it as hidden fields."""
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return HttpResponse("The screen is locked.", status=423, content_type="text/plain")
    context = {
        "kept": typed_fields(request),
        "method": request.method,
        "path": request.get_full_path(),
        "wrong": wrong,
    }
    return render(request, "hub/people/locked.html", context, status=423)
