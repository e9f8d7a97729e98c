"""What the requests of an assessment have in common: fence, answer as page or fragment, refusals in place."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render

from hub.cases.models import Case
from hub.cases.web.acting import person, visible_case
from hub.refusals import Refusal
from triage.operations.lowering import Why
from triage.standing import Standing, current, standing
from triage.web.page import parts, whole

MOST_WORDS = 2000


def fence(request: HttpRequest) -> int:
    """The holding that this page belongs to; 0, which nobody holds, when it says none."""
    return number(request, "fence")


def number(request: HttpRequest, name: str) -> int:
    """A number that the page carries with it; 0, which is nothing's, when it carries none."""
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 18 else 0


def held(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """What every operation of the holder takes."""
    return {"case_id": case_id, "by": person(request), "fence": fence(request)}


def why(request: HttpRequest) -> Why:
    """Why something told before does not hold; the form that asks for it sends it beside what was pressed."""
    return Why(request.POST.get("why", ""), request.POST.get("why_words", "")[:MOST_WORDS])


def post_only(name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Only a form gets in; whoever opens the address itself is taken to the page of that name."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, case_id: UUID, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, case_id, **kwargs)
            if request.method in {"GET", "HEAD"}:
                return redirect(name, case_id)
            return HttpResponseNotAllowed(["POST"])

        return guarded

    return guard


def by_htmx(request: HttpRequest) -> bool:
    """A fragment is wanted, not a page."""
    return bool(request.headers.get("HX-Request"))


def carry_out(request: HttpRequest, case_id: UUID, do: Callable[[], Standing]) -> HttpResponse:
    """Do a thing to the assessment and show where it stands now: a fragment for htmx, the page's address otherwise.

    A refusal is told above the questions, with its own status, and the questions are drawn as they are kept.
    """
    try:
        now_ = do()
    except Refusal as refusal:
        return refused(request, case_id, refusal)
    if not by_htmx(request):
        next_ = now_.result.next_question if now_.result else None
        address = redirect("triage:assessment", case_id)
        if next_:
            address["Location"] += f"#q-{next_}"
        return address
    return render(request, "triage/_after_answer.html", parts(now_, person(request)))


def standing_of(case: Case) -> Standing | None:
    """The case's assessment as it stands, if one is open."""
    assessment = current(case)
    return standing(case, assessment) if assessment else None


def refused(request: HttpRequest, case_id: UUID, refusal: Refusal) -> HttpResponse:
    """The refusal where the person looks, over the assessment as it is kept."""
    if "application/json" in request.headers.get("Accept", ""):
        raise refusal
    case = visible_case(request, case_id)
    now_ = standing_of(case)
    if now_ is None:
        raise refusal
    user = person(request)
    if by_htmx(request):
        context = {**parts(now_, user), "refusal": refusal}
        return render(request, "triage/_after_answer.html", context, status=refusal.status)
    return render(
        request, "triage/assessment.html", {**whole(now_, user), "refusal": refusal}, status=refusal.status
    )


def saved(moment_words: str) -> JsonResponse:
    """What js/drafts.js likes to hear."""
    return JsonResponse({"saved_at": moment_words})
