"""Who looks at a screen: the person behind a session cookie, asked again while the stream is open."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from hub.clock import now
from hub.people.models import User
from hub.people.permissions import Permission


class TurnedAwayError(Exception):
    """No stream for this request: the HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person at a screen, as far as the stream needs to know."""

    user: User
    permissions: frozenset[Permission]


def session_key(cookies: str) -> str:
    """The session's key in a Cookie header, or an empty text."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(cookies)
    except CookieError:
        return ""
    morsel = jar.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def viewer(key: str) -> Viewer:
    """The person behind the session. TurnedAwayError 401: nobody is signed in; 423: the screen is locked;
    403: the password was given by somebody else and is not changed yet.

    Reads only: a stream is no sign that a person is there, so it never keeps a session alive. For a thread.
    """
    try:
        return _viewer(key)
    finally:
        close_old_connections()  # back to the pool


def _viewer(key: str) -> Viewer:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key or None)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise TurnedAwayError(401, "Nobody is signed in on this screen.")
    quiet = now().timestamp() - request.session.get("seen", now().timestamp())
    if request.session.get("locked") or quiet > settings.HUB_IDLE_SECONDS:
        raise TurnedAwayError(423, "The screen is locked.")
    if user.password_given:
        # As on the pages (hub/accounts/middleware.py): with somebody else's password nothing is seen.
        raise TurnedAwayError(403, "Choose your own password first.")
    return Viewer(user, user.permissions)
