"""RFC 9457 problem documents: what happened, what was kept, what to do. Never a traceback."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from hub.faults import plainly, where
from hub.refusals import Refusal

log = logging.getLogger("hub.cases.api")

MEDIA_TYPE = "application/problem+json"
NOTHING_KEPT = "Nothing of this request was kept."

# What to write instead, by the kind of fault, where the field itself does not say it.
INSTEAD = {
    "required": "Send it.",
    "null": "Leave it out, or send a value.",
    "blank": "Leave it out, or send null, when it is not recorded.",
    "invalid_choice": "Use one of the values in /api/docs.",
    "unknown": "Correct its name, or leave it out.",
}
# (status, code, title, what to do) of what the framework itself refuses.
PLAIN = {
    400: ("unreadable", "The request cannot be read", "Correct it and send it again."),
    401: (
        "not-signed-in",
        "A token is needed",
        "Get a token at /api/token/ and send it as Authorization: Bearer.",
    ),
    403: (
        "not-permitted",
        "Not permitted",
        "Use a client that has the scope, or ask the hub's administrator.",
    ),
    404: ("not-found", "Not found", "Look at the address; a client sees only what is its own."),
    405: (
        "method-not-allowed",
        "This address does not know that method",
        "The Allow header names those it knows.",
    ),
    406: ("not-acceptable", "Only JSON is spoken here", "Accept application/json."),
    413: ("too-large", "The body is too large", "Send a smaller one."),
    415: ("not-json", "Only JSON is read here", "Send Content-Type: application/json."),
    422: ("invalid", "Some of it cannot be accepted", "Correct what `errors` names and send it again."),
    428: ("etag-needed", "Say which version you change", "Read it, and send its ETag as If-Match."),
    429: ("too-many", "Too many requests", "Wait for the seconds in Retry-After."),
    500: ("unexpected", "The hub failed", "Try again; if it stays so, ring the hub."),
    503: ("busy", "The hub is busy", "Send it again after the seconds in Retry-After."),
}


def document(*, status: int, code: str, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """The members of a problem document."""
    return {"type": f"urn:hub:problem:{code}", "title": title, "status": status, "detail": detail, **more}


def plain(status: int, what: str = "", **more: Any) -> dict[str, Any]:
    """A problem of the framework's own kind; `what` says what happened in this very case."""
    code, title, advice = PLAIN[status]
    sentence = f"{what or title + '.'} {NOTHING_KEPT} {advice}"
    return document(status=status, code=code, title=title, detail=sentence, **more)


def as_problem(error: Exception, context: dict[str, Any]) -> Response:
    """The framework's exception handler."""
    members, headers = _members(error, context)
    return Response(members, status=members["status"], headers=headers, content_type=MEDIA_TYPE)


def _members(error: Exception, context: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(error, Refusal):
        return _refused(error), {}
    if isinstance(error, exceptions.ValidationError):
        return plain(422, errors=list(_faults(error.detail))), {}
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    if isinstance(error, (Http404, PermissionDenied)):
        return plain(404 if isinstance(error, Http404) else 403), {}
    if isinstance(error, SuspiciousOperation):
        return plain(413 if isinstance(error, RequestDataTooBig) else 400), {}
    return _not_foreseen(error, context)


def _refused(refusal: Refusal) -> dict[str, Any]:
    title = refusal.code.replace("-", " ").capitalize()
    return document(
        status=refusal.status, code=refusal.code, title=title, detail=refusal.sentence, **refusal.extra
    )


def _framework(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    status = error.status_code if error.status_code in PLAIN else 400
    return plain(status, str(error.detail)), headers


def _not_foreseen(error: Exception, context: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Logged here by its kind and place, without the row that it is about; the sender gets a plain sentence."""
    view = type(context.get("view")).__name__
    if isinstance(error, DataError):
        log.error("PostgreSQL refused a value in %s: %s at %s", view, plainly(error), where(error))
        return plain(422, "A value cannot be stored."), {}
    if isinstance(error, OperationalError):
        log.error("PostgreSQL was too busy in %s: %s at %s", view, plainly(error), where(error))
        return plain(503), {"Retry-After": "2"}
    log.error("Unforeseen in %s: %s at %s", view, plainly(error), where(error))
    return plain(500), {}


def _faults(detail: Any, path: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Each wrong thing: where (a JSON pointer, or the parameter), what was wrong, what to write instead."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _faults(inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, path)
    else:
        wrong, _, instead = str(detail).partition("\n")
        code = str(getattr(detail, "code", ""))
        yield {**_where(path), "detail": wrong, "instead": instead or INSTEAD.get(code, "See /api/docs.")}


def _where(path: tuple[str, ...]) -> dict[str, str]:
    if len(path) == 1 and path[0].startswith("?"):
        return {"parameter": path[0][1:]}
    steps = (step.replace("~", "~0").replace("/", "~1") for step in path)
    return {"pointer": "#" + "".join(f"/{step}" for step in steps)}


def response(members: dict[str, Any]) -> HttpResponse:
    """A problem document outside the framework's views."""
    return JsonResponse(members, status=members["status"], content_type=MEDIA_TYPE)


def no_such_address(request: HttpRequest) -> HttpResponse:
    """What below /api/ is no address; problems even here."""
    return response(plain(404, "There is no such address."))


no_such_address.open_reason = "answers 404 and nothing else"  # type: ignore[attr-defined]
no_such_address.csrf_exempt = True  # type: ignore[attr-defined]
