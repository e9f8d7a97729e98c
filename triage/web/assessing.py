"""The assessment's page, and what is done on it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hub.cases.models import Case
from hub.cases.operations.noting import add_note
from hub.cases.web.acting import person, visible_case
from hub.clock import local
from hub.people.access import requires
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from triage.operations import answering, assessing, drafting
from triage.operations.observing import observe
from triage.standing import Standing
from triage.web import searching
from triage.web.acting import carry_out, held, post_only, refused, saved, standing_of, why
from triage.web.forms import OpeningForm
from triage.web.observing import ObservationForm
from triage.web.page import mine, parts, whole

PAGE = "triage:assessment"


@requires(Permission.VIEW_CASE)
@require_safe
def assessment(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The page. The holder's first visit opens the assessment; others read."""
    case, user = visible_case(request, case_id), person(request)
    look(stream=case.stream, by=user, page="assessment")
    now_ = _opened(case, user)
    if now_ is None:
        return render(request, "triage/none.html", {"case": case})
    words = request.GET.get("q", "").strip()
    context = {**whole(now_, user), "words": words}
    context |= searching.found(now_, words) if words else searching.suggested(now_)
    return render(request, "triage/assessment.html", context)


def _opened(case: Case, user: User) -> Standing | None:
    if mine(case, user):
        return assessing.open_assessment(case_id=case.pk, by=user, fence=case.fence)
    return standing_of(case)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def answer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One answer."""
    finding, value, seen = _sent(request)
    return carry_out(
        request,
        case_id,
        lambda: answering.answer(
            **held(request, case_id), finding=finding, value=value, seen=seen, why=why(request)
        ),
    )


def _sent(request: HttpRequest) -> tuple[str, str, int | None]:
    """Finding, value and the answer seen, as one button says them: "breathing normal 0"."""
    pressed = request.POST.get("answer", "").split(" ")
    finding, value, seen = pressed if len(pressed) == 3 else ("", "", "")
    if value == "number":
        value = request.POST.get("number", "").strip()
    return finding, value, int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else None


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def rest(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The remaining danger signs, asked in one breath, are absent."""
    findings = request.POST.getlist("finding")
    return carry_out(
        request, case_id, lambda: answering.answer_rest_absent(**held(request, case_id), findings=findings)
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def add_presentation(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One more presentation."""
    wanted = request.POST.get("presentation", "")
    return carry_out(
        request,
        case_id,
        lambda: assessing.add_presentation(**held(request, case_id), presentation=wanted, why=why(request)),
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def close_presentation(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A presentation that does not fit."""
    wanted = request.POST.get("presentation", "")
    return carry_out(
        request,
        case_id,
        lambda: assessing.close_presentation(**held(request, case_id), presentation=wanted, why=why(request)),
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def context(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Age and sex as told."""
    age, sex = request.POST.get("age", "").strip(), request.POST.get("sex", "")
    return carry_out(
        request,
        case_id,
        lambda: assessing.set_context(**held(request, case_id), age=age[:20], sex=sex, why=why(request)),
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def opening(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The opening questions; a form that is not whole is shown again with what was typed."""
    form = OpeningForm(request.POST, auto_id="opening-%s")
    try:
        if form.is_valid():
            assessing.record_opening(**held(request, case_id), details=form.details())
            return redirect(PAGE, case_id)
        refusal = Refusal("Some of it is too long.", code="bad-opening", status=422)
    except Refusal as said:
        refusal = said
    return _again(request, case_id, refusal, opening_form=form)


def _again(request: HttpRequest, case_id: UUID, refusal: Refusal, **more: object) -> HttpResponse:
    case = visible_case(request, case_id)
    now_ = standing_of(case)
    if now_ is None:
        raise refusal
    page = {**whole(now_, person(request)), "refusal": refusal, **more}
    return render(request, "triage/assessment.html", page, status=refusal.status)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def observations(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One set of observations; what is wrong is shown with what was typed."""
    form = ObservationForm(request.POST, auto_id="observation-%s")
    try:
        if form.is_valid():
            observe(**held(request, case_id), **form.details())
            return redirect(PAGE, case_id)
        refusal = Refusal(
            "A number of the observations cannot be read. Nothing was saved.",
            code="bad-observations",
            status=422,
        )
    except Refusal as said:
        refusal = said
    return _again(request, case_id, refusal, observation_form=form)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def begin_again(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A new assessment with nothing answered; the old one is kept."""
    return carry_out(
        request, case_id, lambda: assessing.begin_again(**held(request, case_id), why=why(request))
    )


@requires(Permission.ADD_TO_CASE)
@post_only(PAGE)
def note(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The typed note goes onto the timeline, and its draft away."""
    visible_case(request, case_id)
    try:
        add_note(case_id=case_id, by=person(request), text=request.POST.get("note", ""))
    except Refusal as refusal:
        return refused(request, case_id, refusal)
    drafting.drop_drafts(case_id=case_id, by=person(request), fields=["note"])
    return redirect(PAGE, case_id)


@requires(Permission.ADD_TO_CASE)
@post_only(PAGE)
def draft(request: HttpRequest, case_id: UUID, field: str) -> HttpResponse:
    """What is being typed is kept, whoever holds the case now: words are never lost."""
    visible_case(request, case_id)
    text, of = request.POST.get(field, ""), request.GET.get("of", "")
    moment = drafting.save_draft(case_id=case_id, by=person(request), field=field, text=text, edition=of)
    return saved(f"{local(moment):%H:%M:%S}")


@requires(Permission.VIEW_CASE)
@require_safe
def search(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Findings and presentations that fit what the caller says."""
    case = visible_case(request, case_id)
    now_ = standing_of(case)
    if now_ is None:
        return HttpResponse(status=204)
    words = request.GET.get("q", "").strip()
    found = {**parts(now_, person(request)), "words": words, **searching.found(now_, words)}
    return render(request, "triage/_found.html", found)
