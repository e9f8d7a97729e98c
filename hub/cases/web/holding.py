"""Claim, keep, release, take over, and begin: who holds a case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from hub.cases.operations import contacting, holding
from hub.cases.web.acting import carry_out, person, post_only, visible_case
from hub.cases.web.forms import FenceForm, ReasonForm
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.refusals import Refusal


@requires(Permission.WORK_CASE)
@post_only
def claim(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take this case."""
    visible_case(request, case_id)
    holding.claim(case_id=case_id, by=person(request))
    messages.success(request, "The case is yours. Ring back now.")
    return redirect("cases:case", case_id)


@requires(Permission.WORK_CASE)
@post_only
def heartbeat(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The holder's screen is still open; said by the screen itself, so it is no sign of a person."""
    visible_case(request, case_id)
    form = FenceForm(request.POST)
    if not form.is_valid():
        raise Refusal("The page did not say which holding it belongs to.", code="fence-missing", status=422)
    until = holding.heartbeat(case_id=case_id, by=person(request), fence=form.cleaned_data["fence"])
    return JsonResponse({"lease_until": until})


heartbeat.background = True  # type: ignore[attr-defined]


@requires(Permission.WORK_CASE)
@post_only
def release(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Put the case back; its age and clocks stay."""

    def do(form: ReasonForm) -> None:
        fence = form.cleaned_data["fence"] or 0
        holding.release(case_id=case_id, by=person(request), fence=fence, reason=form.said("reason"))

    return carry_out(
        request, case_id, ReasonForm, title="Put the case back", button="Put back", do=do,
        done="The case is back in the queue, with its age and its clocks.",
    )  # fmt: skip


@requires(Permission.TAKE_OVER)
@post_only
def take_over(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A senior clinician takes the case from its holder."""

    def do(form: ReasonForm) -> None:
        holding.take_over(case_id=case_id, by=person(request), reason=form.said("reason"))

    return carry_out(
        request, case_id, ReasonForm, title="Take the case over", button="Take over", do=do,
        done="The case is yours. Tell the colleague who had it.",
    )  # fmt: skip


@requires(Permission.WORK_CASE)
@post_only
def start(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The consultation begins: on to the assessment."""
    visible_case(request, case_id)
    form = FenceForm(request.POST)
    fence = form.cleaned_data["fence"] if form.is_valid() else 0
    contacting.start_consultation(case_id=case_id, by=person(request), fence=fence)
    return redirect("triage:assessment", case_id)
