"""A refusal on its way out: a page for a person, a fragment for htmx, JSON for a script. Nothing typed is lost."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from hub.cases.web.kept import typed
from hub.refusals import Refusal

NUL = "\x00"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
CANNOT_BE_KEPT = (
    "What was sent holds a character that cannot be kept (NUL). Nothing was saved. "
    "Take the character out and send it again; what you typed is below."
)


class RefusalMiddleware:
    """Turns a Refusal that a view raised into an answer with the refusal's own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this when a view raised; other exceptions go their own way."""
        return answer(request, exception) if isinstance(exception, Refusal) else None


class NulMiddleware:
    """PostgreSQL keeps no NUL character: wherever one comes in, it is told so before anything is touched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # The API reads its own requests, and answers in its own documents.
        if not request.path.startswith("/api/") and _holds_nul(request):
            return answer(request, Refusal(CANNOT_BE_KEPT, code="nul-character", status=400))
        return self.get_response(request)


def _holds_nul(request: HttpRequest) -> bool:
    if NUL in request.path or NUL in "".join(request.COOKIES.values()):
        return True
    sent = [request.GET]
    if request.content_type in FORMS:
        sent.append(request.POST)
    return any(
        NUL in key or any(NUL in value for value in values)
        for fields in sent
        for key, values in fields.lists()
    )


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in the shape that whoever asked can read."""
    if wants_json(request):
        said = {"code": refusal.code, "sentence": refusal.sentence, **refusal.extra}
        return JsonResponse(said, status=refusal.status)
    match = request.resolver_match
    context = {
        "refusal": refusal,
        "holder": refusal.extra.get("holder"),
        "case_id": refusal.extra.get("case") or (match.kwargs.get("case_id") if match else None),
        "typed": typed(request),
    }
    template = "hub/errors/_refused.html" if request.headers.get("HX-Request") else "hub/errors/refused.html"
    return render(request, template, context, status=refusal.status)


def wants_json(request: HttpRequest) -> bool:
    """A script of ours (or an API client) asks, not a person."""
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")
