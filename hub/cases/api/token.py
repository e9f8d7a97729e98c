"""Tokens: OAuth2 client credentials and nothing else, five minutes long; guessing secrets is slowed down."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.core.cache import cache
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.models import get_access_token_model
from oauth2_provider.views import TokenView

from hub.clock import now
from hub.people.access import open_to_all
from hub.people.origin import address_of

FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
READ = ("grant_type", "scope", "client_id", "client_secret")
LONGEST = 300
# Wrong secrets from one address for one client within five minutes. The address is part of the key, so
# that a stranger who guesses cannot shut the CAD out.
MOST_FAILURES, WINDOW = 20, 300

_issue: Callable[..., HttpResponse] = TokenView.as_view()


@csrf_exempt
@open_to_all("the client's secret is the sign-in")
@sensitive_post_parameters("client_secret")
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a client's id and secret for a token. Errors are OAuth2's JSON (RFC 6749, 5.2)."""
    if request.method != "POST":
        response = refused("invalid_request", "Send a POST.", status=405)
        response["Allow"] = "POST"
        return response
    asked = _form(request)
    if asked is None:
        return refused("invalid_request", f"Send a readable body of type {FORM}, in printable ASCII.")
    if asked.get("grant_type") != GRANT:
        return refused("unsupported_grant_type", f"The one grant here is {GRANT}.")
    name = _client_id(request, asked)
    if name is None:
        return refused("invalid_client", "Send client_id and client_secret.", status=401)
    return _guarded(request, name)


def _guarded(request: HttpRequest, name: str) -> HttpResponse:
    key = f"token-failures:{address_of(request)}:{name}"
    if cache.get(key, 0) >= MOST_FAILURES:
        response = refused(
            "temporarily_unavailable", "Too many wrong secrets. Wait, then try again.", status=429
        )
        response["Retry-After"] = str(WINDOW)
        return response
    response = _issue(request)
    if response.status_code == 401:
        cache.add(key, 0, WINDOW)
        cache.incr(key)
    elif response.status_code == 200:
        _forget_old(name)
    return response


def _forget_old(name: str) -> None:
    """A client that comes every five minutes would leave a hundred thousand dead rows a year."""
    old = now() - timedelta(hours=1)
    get_access_token_model().objects.filter(application__client_id=name, expires__lt=old).delete()


def _form(request: HttpRequest) -> dict[str, str] | None:
    """The fields that are read, or None when the body cannot be read or holds what no client has."""
    if request.content_type != FORM:
        return None
    try:
        fields = {name: request.POST.get(name, "") for name in READ}
    except (BadRequest, SuspiciousOperation, UnreadablePostError, UnicodeDecodeError, LookupError):
        return None
    return fields if all(_plain(value) for value in fields.values()) else None


def _plain(value: str) -> bool:
    return value.isascii() and (value == "" or value.isprintable()) and len(value) <= LONGEST


def _client_id(request: HttpRequest, asked: dict[str, Any]) -> str | None:
    """Who says to be calling: by HTTP Basic or in the form. Read here first, since the library trips over odd bytes."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return asked["client_id"] or None
    scheme, _, encoded = header.partition(" ")
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        return None
    name = unquote_plus(name)
    sound = scheme == "Basic" and _plain(name) and _plain(unquote_plus(secret))
    return name if sound and name else None


def refused(error: str, description: str, *, status: int = 400) -> HttpResponse:
    """An OAuth2 error."""
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="api"'
    return response
