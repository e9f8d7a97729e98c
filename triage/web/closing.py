"""The closing page: conclude, go above or below the rules, read the advice, fill the closing set, end the case."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hub.cases import closing_guards
from hub.cases.phones import as_e164, as_written, is_mobile
from hub.cases.states import Outcome
from hub.cases.web.acting import person, visible_case
from hub.people.access import requires
from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from hub.said import within
from triage import published
from triage.guards import details_of
from triage.models import Opening
from triage.operations import concluding, overriding
from triage.policies import (
    AMBULANCE,
    decided,
    missing_to_conclude,
    needs_a_service,
    strict_items,
    unanswered_red_flags,
)
from triage.protocols import Disposition
from triage.protocols.decoding import decode
from triage.standing import Standing
from triage.web.acting import held, post_only, standing_of
from triage.web.forms import ClosingForm, DownForm, UpForm
from triage.web.page import whole
from triage.words import words_for
from triage.written import copy_of, text_of

PAGE = "triage:closing"


@requires(Permission.VIEW_CASE)
@require_safe
def closing(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The page."""
    case, user = visible_case(request, case_id), person(request)
    look(stream=case.stream, by=user, page="closing")
    now_ = standing_of(case)
    if now_ is None:
        return render(request, "triage/none.html", {"case": case})
    return render(request, "triage/closing.html", _context(now_, user))


def _context(now_: Standing, user: User, **more: Any) -> dict[str, Any]:
    catalogue = published.shared()
    dispositions = catalogue.dispositions if catalogue else {}
    chosen = decided(now_, dispositions)
    settled = decode(Disposition, now_.decision.disposition) if now_.decision else None
    said = words_for(now_, (settled or chosen).code) if chosen else None
    outcome = str(Outcome.ADVICE)
    page = whole(now_, user)
    form = more.pop("closing_form", None) or _closing_form(now_, settled, said, page)
    return {
        **page,
        "chosen": chosen,
        "settled": settled,
        "said": said,
        "missing_to_conclude": missing_to_conclude(now_, dispositions),
        "missing_to_close": closing_guards.missing(now_.case, outcome) if settled else [],
        "ambulance": settled is not None and settled.code in AMBULANCE,
        "needs_service": settled is not None and needs_a_service(settled),
        "closing_form": form,
        "copy": _copy(now_, form),
        "closing_set": now_.decision.closing_sets.last() if now_.decision else None,
        "ask_before_down": unanswered_red_flags(now_) if now_.result and now_.result.complete else [],
        "up_form": UpForm(choices=_choices(now_, dispositions, up=True)),
        "down_form": DownForm(choices=_choices(now_, dispositions, up=False)),
        **more,
    }


def _copy(now_: Standing, form: ClosingForm | None) -> str:
    """The written copy: as recorded while the form is untouched, else as the form would have it."""
    if now_.decision is None or form is None or not now_.decision.disposition["no_ambulance"]:
        return ""
    row = now_.decision.closing_sets.last()
    if row is not None and not form.is_bound:
        return copy_of(row)
    said = words_for(now_, now_.decision.code)
    return text_of(
        reason=str(now_.decision.disposition["say"]),
        advice=said.advice,
        worsening=said.worsening,
        time_scale=str(form["time_scale"].value() or ""),
        ring=str(form["ring"].value() or ""),
    )


def _choices(now_: Standing, dispositions: dict[str, Disposition], *, up: bool) -> list[tuple[str, str]]:
    """Dispositions above or below what the rules suggest, nearest first."""
    if now_.result is None:
        return []
    suggested = now_.result.at_least.urgency
    other = [
        each
        for each in dispositions.values()
        if (each.urgency < suggested if up else each.urgency > suggested)
    ]
    ordered = sorted(other, key=lambda each: each.urgency, reverse=up)
    return [(each.code, each.title) for each in ordered]


def _closing_form(
    now_: Standing, settled: Disposition | None, said: Any, page: dict[str, Any]
) -> ClosingForm | None:
    """As recorded, else as the content proposes; what was being typed stands above both."""
    if now_.decision is None or settled is None or not settled.no_ambulance:
        return None
    items = strict_items(now_.decision.tags)
    row = now_.decision.closing_sets.last()
    if row is not None:
        details = details_of(row)
        initial = {name: getattr(details, name) for name in ClosingForm.base_fields} | dict(details.stricter)
    else:
        net = said.net if said else None
        minutes = net.within_minutes if net and not settled.services else settled.within_minutes
        initial = {
            "ring": net.ring if net else "",
            "time_scale": within(timedelta(minutes=minutes)),
            "written_to": _mobile(page["opening"]),
        }
    return ClosingForm(initial=initial | page["drafts"], items=items, auto_id="closing-%s")


def _mobile(opening: Opening | None) -> str:
    """The number said on this call, when a text message can reach it; a number from the record is nobody's word."""
    number = as_e164(opening.number_back) if opening else ""
    return as_written(number) if is_mobile(number) else ""


def _act(request: HttpRequest, case_id: UUID, do: Any, **more: Any) -> HttpResponse:
    """Do a thing and show the page again; a refusal is shown on it, with what was typed."""
    try:
        do()
    except Refusal as refusal:
        case = visible_case(request, case_id)
        now_ = standing_of(case)
        if now_ is None:
            raise
        context = _context(now_, person(request), refusal=refusal, **more)
        return render(request, "triage/closing.html", context, status=refusal.status)
    return redirect(PAGE, case_id)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def conclude(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide on the disposition."""
    text = request.POST.get("narrative", "")
    return _act(request, case_id, lambda: concluding.conclude(**held(request, case_id), text=text))


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def up(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Above the rules."""
    sent = request.POST
    return _act(
        request,
        case_id,
        lambda: overriding.override_up(
            **held(request, case_id), code=sent.get("code", ""), words=sent.get("words", "")
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
    return _act(request, case_id, lambda: overriding.withdraw_override(**held(request, case_id)))


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def closing_set(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was said at the end of the call."""
    case = visible_case(request, case_id)
    now_ = standing_of(case)
    tags = now_.decision.tags if now_ and now_.decision else []
    form = ClosingForm(request.POST, items=strict_items(tags), auto_id="closing-%s")

    def do() -> None:
        if not form.is_valid():
            raise Refusal("Some of it could not be read; see below.", code="bad-closing-set", status=422)
        concluding.record_closing_set(**held(request, case_id), details=form.details())

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
    text = _copy(now_, form) if now_ else ""
    return render(request, "triage/_copy.html", {"copy": text, "written": form["written"].value()})


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def advice(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """End the case with advice."""
    try:
        concluding.close_with_advice(**held(request, case_id), words=request.POST.get("words", ""))
    except Refusal as refusal:
        said = refusal
        return _act(request, case_id, lambda: _again(said))
    return redirect("cases:case", case_id)


@requires(Permission.WORK_CASE)
@post_only(PAGE)
def send(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Send the ambulance that the assessment asks for."""
    try:
        concluding.send_as_assessed(**held(request, case_id), words=request.POST.get("words", ""))
    except Refusal as refusal:
        said = refusal
        return _act(request, case_id, lambda: _again(said))
    return redirect("cases:case", case_id)


def _again(refusal: Refusal) -> None:
    raise refusal
