"""Pages for what went wrong outside the rules: they say what happened, what was kept, and what to do."""

import logging
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from hub.cases.web.kept import typed
from hub.cases.web.refused import wants_json

logger = logging.getLogger(__name__)

WORDS: dict[int, tuple[str, str]] = {
    400: (
        "That could not be read",
        "Something in what was sent could not be read, so nothing was saved. Go back and send it again.",
    ),
    403: (
        "Not allowed",
        "You are signed in, but this is not open to you. Nothing was changed. Ask your supervisor if you need it.",
    ),
    404: (
        "Page not found",
        "There is nothing here, or it is not open to you. Check the address, or find the case in the queue.",
    ),
}


def _page(request: HttpRequest, status: int) -> HttpResponse:
    title, words = WORDS[status]
    if wants_json(request):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": words}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    context = {"title": title, "words": words, "typed": typed(request)}
    return render(request, "hub/errors/plain.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: too big, wrongly put together, or from a host that is not ours."""
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403 outside the permissions of roles."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404: also for what exists but is outside the person's scope."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500: touches neither the database nor the session, because one of them may be what failed."""
    if wants_json(request):
        words = "The hub has a fault. Nothing was half-saved; send it again."
        problem = {"type": "about:blank", "title": "Internal error", "status": 500, "detail": words}
        return JsonResponse(problem, status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("hub/errors/fault.html", {"typed": typed(request)}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponseBase:
    """403: the page was too old or came from elsewhere. From our own page the form can be sent again."""
    logger.info("A form was refused: %s", reason)
    if wants_json(request):
        words = "This page is too old. Nothing was saved. Copy what you typed, then load the page again."
        return JsonResponse({"code": "page-too-old", "sentence": words}, status=403)
    context = {"typed": typed(request), "path": request.get_full_path(), "again": _from_our_own_page(request)}
    return render(request, "hub/errors/stale_form.html", context, status=403)


def _from_our_own_page(request: HttpRequest) -> bool:
    """Only then is sending again offered: a form that another site made must not get our token."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(source).netloc == request.get_host() and "password" not in request.POST
