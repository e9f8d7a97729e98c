"""The closing page: conclude, go above or below the rules, read the advice, fill the closing set, end the case."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hub.cases.web.acting import person, visible_case
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from triage.operations import concluding, overriding
from triage.policies import (
    strict_items,
)
from triage.protocols import Disposition
from triage.protocols.decoding import decode
from triage.queries import decision_of
from triage.web.acting import held, number, post_only, standing_of, why
from triage.web.closing_page import Typed, context, copy_text
from triage.web.forms import ClosingForm
from triage.words import words_for
from triage.written import texts_of

PAGE, CASE = "triage:closing", "cases:case"


@requires(Permission.VIEW_CASE)
@require_safe
def closing(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The page."""
    case, user = visible_case(request, case_id), person(request)
    look(stream=case.stream, by=user, page="closing")
    now_ = standing_of(case)
    if now_ is None:
        return render(request, "triage/none.html", {"case": case})
    return render(request, "triage/closing.html", context(now_, user))


def _act(
    request: HttpRequest, case_id: UUID, do: Callable[[], object], *, then: str = PAGE, **more: Any
) -> HttpResponse:
    """Do a thing and go on to a page; a refusal is shown on this one, with what was typed."""
    try:
        do()
    except Refusal as refusal:
        case = visible_case(request, case_id)
        now_ = standing_of(case)
        if now_ is None:
            raise
        page = context(now_, person(request), refusal=refusal, **more)
        return render(request, "triage/closing.html", page, status=refusal.status)
    return redirect(then, case_id)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def conclude(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide on the disposition that the page showed."""
    typed = Typed(request.POST.get("narrative", ""), request.POST.get("seen", ""))
    return _act(
        request,
        case_id,
        lambda: concluding.conclude(**held(request, case_id), text=typed.text, seen=typed.edition),
        typed=typed,
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def up(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Above the rules."""
    sent = request.POST
    return _act(
        request,
        case_id,
        lambda: overriding.override_up(
            **held(request, case_id), code=sent.get("code", ""), words=sent.get("words", ""), why=why(request)
        ),
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def down(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Below the rules."""
    sent = request.POST
    return _act(
        request,
        case_id,
        lambda: overriding.override_down(
            **held(request, case_id),
            code=sent.get("code", ""),
            reason=sent.get("reason", ""),
            words=sent.get("words", ""),
        ),
        typed_down=sent.get("words", ""),
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The rules' answer counts again."""
    return _act(
        request, case_id, lambda: overriding.withdraw_override(**held(request, case_id), why=why(request))
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def closing_set(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was said at the end of the call."""
    decision = decision_of(visible_case(request, case_id))
    form = ClosingForm(
        request.POST, items=strict_items(decision.tags if decision else []), auto_id="closing-%s"
    )

    def do() -> None:
        if not form.is_valid():
            raise Refusal("Some of it could not be read; see below.", code="bad-closing-set", status=422)
        drawn_for = number(request, "decision")
        concluding.record_closing_set(**held(request, case_id), details=form.details(), decided_as=drawn_for)

    return _act(request, case_id, do, closing_form=form)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def copy(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The written copy with what stands in the form now; nothing is saved."""
    case = visible_case(request, case_id)
    look(stream=case.stream, by=person(request), page="closing")
    now_ = standing_of(case)
    tags = now_.decision.tags if now_ and now_.decision else []
    form = ClosingForm(request.POST, items=strict_items(tags), auto_id="closing-%s")
    settled = decode(Disposition, now_.decision.disposition) if now_ and now_.decision else None
    text = copy_text(now_, words_for(now_, settled), form) if now_ and settled else ""
    shown = {"copy": text, "texts": len(texts_of(text)), "written": form["written"].value()}
    return render(request, "triage/_copy.html", shown)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def advice(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """End the case with advice."""
    words = request.POST.get("words", "")
    return _act(
        request,
        case_id,
        lambda: concluding.close_with_advice(**held(request, case_id), words=words),
        then=CASE,
    )


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def send(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Send the ambulance that the assessment asks for."""
    words = request.POST.get("words", "")
    return _act(
        request,
        case_id,
        lambda: concluding.send_as_assessed(**held(request, case_id), words=words),
        then=CASE,
    )
