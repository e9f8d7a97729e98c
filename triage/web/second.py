"""Second opinions: the requests that wait, and a senior clinician's answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from hub.cases.web.acting import person
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.refusals import Refusal
from triage.operations.overriding import answer_override
from triage.queries import request_for_second, requests_for_second
from triage.web.acting import standing_of
from triage.web.page import parts


@requires(Permission.SECOND_SIGN)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Who waits for a second clinician."""
    return render(request, "triage/second_opinions.html", {"requests": requests_for_second()})


@requires(Permission.SECOND_SIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest, override_id: int) -> HttpResponse:
    """One request, with the answers it rests on; agree or decline in words."""
    asked = request_for_second(override_id, by=person(request))
    if asked is None:
        raise Refusal("There is no such request.", code="no-such-request", status=404)
    refusal = None
    if request.method == "POST":
        agrees = request.POST.get("answer") == "agree"
        try:
            answer_override(
                override_id=override_id,
                by=person(request),
                agrees=agrees,
                words=request.POST.get("words", ""),
            )
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, "Your answer is recorded. Tell your colleague.")
            return redirect("triage:second_opinions")
    now_ = standing_of(asked.assessment.case)
    context = {**(parts(now_, person(request)) if now_ else {}), "asked": asked, "refusal": refusal}
    return render(request, "triage/second_opinion.html", context, status=refusal.status if refusal else 200)
