"""Follow-ups: the list of what is to do, and one call."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hub.cases.models import Case, Contact
from hub.cases.phones import as_written
from hub.cases.web.acting import person
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.operations.asking import claim_follow_up, give_up_follow_up, record_follow_up
from referrals.policies import not_rung_yet, why_not_give_up
from referrals.queries import calls_of, concluded_of, follow_ups_in, patient_of, reminder_of, replies_of
from referrals.states import FollowUpState
from referrals.web.forms import FollowUpForm, NobodyReachedForm
from referrals.web.identity import identity
from triage.queries import closing_set_of


@requires(Permission.FOLLOW_UP)
@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Everything still to do, earliest first; what is missed and due stands on top."""
    context = {
        "missed": follow_ups_in(FollowUpState.MISSED),
        "due": follow_ups_in(FollowUpState.REMINDED),
        "planned": follow_ups_in(FollowUpState.PLANNED),
        "demo_minutes": settings.DEMO_FOLLOW_UP_MINUTES,
    }
    return render(request, "referrals/follow_ups.html", context)


def _found(follow_up_id: int) -> FollowUp:
    rows = FollowUp.objects.select_related("case", "claimed_by")
    found: FollowUp = get_object_or_404(rows, pk=follow_up_id)
    return found


@requires(Permission.FOLLOW_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """Whom to ring, what they were told, and what they say. Looking is recorded."""
    found = _found(follow_up_id)
    if request.method != "POST":
        look(stream=found.stream, by=person(request), page="follow_up")
        return _page(request, found)
    form = FollowUpForm(request.POST, contacts=_to_ring(found))
    if not form.is_valid():
        return _page(request, found, form, status=422)
    given = form.cleaned_data
    try:
        done = record_follow_up(
            follow_up_id=follow_up_id, by=person(request), answer=given["answer"], words=given["words"],
            contact_id=given.get("contact"),
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, _found(follow_up_id), form, refusal=refusal, status=refusal.status)
    messages.success(request, _said(done))
    return redirect("referrals:follow_ups")


def _said(done: FollowUp) -> str:
    if done.open:
        return "Nobody answered. It is due again in 15 minutes."
    if done.answer == "worse":
        return "Saved. The case is open again, at the top of the queue."
    return "The follow-up is done."


def _to_ring(found: FollowUp) -> list[Contact]:
    """Everybody whose number is known: the follow-up's own first, and those that nobody has rung before the others."""
    contacts = sorted(found.case.contacts.all(), key=lambda each: each.phone != found.phone)
    left = not_rung_yet(contacts, calls_of(found))
    return [*left, *(each for each in contacts if each not in left)]


def _page(
    request: HttpRequest,
    found: FollowUp,
    form: FollowUpForm | NobodyReachedForm | None = None,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    user, case = person(request), found.case
    concluded = concluded_of(case)
    calls, contacts = calls_of(found), _to_ring(found)
    given_up = isinstance(form, NobodyReachedForm)
    context: dict[str, Any] = identity(case, patient_of(concluded.standing) if concluded else None) | {
        "follow_up": found, "form": form, "refusal": refusal, "calls": calls, "contacts": contacts,
        "call_form": FollowUpForm(contacts=contacts) if form is None or given_up else form,
        "give_up_form": form if given_up else NobodyReachedForm(auto_id="nobody-%s"),
        "may_give_up": given_up or why_not_give_up(user, contacts, calls) is None,
        "phone": as_written(found.phone) if found.phone else "", "told": closing_set_of(case),
        "may_open_case": Case.objects.visible_to(user).filter(pk=case.pk).exists(),
        "text": reminder_of(found), "replies": replies_of(found), "mine": found.holder == user,
    }  # fmt: skip
    return render(request, "referrals/follow_up.html", context, status=status)


@requires(Permission.FOLLOW_UP)
@require_POST
def claim(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """Say that one does it now."""
    found = _found(follow_up_id)
    try:
        claim_follow_up(follow_up_id=follow_up_id, by=person(request))
    except Refusal as refusal:
        return _page(request, found, refusal=refusal, status=refusal.status)
    return redirect("referrals:follow_up", follow_up_id)


@requires(Permission.WORK_CASE)
@require_POST
def nobody_reached(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """A clinician ends it without having reached anybody."""
    found = _found(follow_up_id)
    form = NobodyReachedForm(request.POST, auto_id="nobody-%s")
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        give_up_follow_up(follow_up_id=follow_up_id, by=person(request), words=form.cleaned_data["words"])
    except Refusal as refusal:
        return _page(request, found, form, refusal=refusal, status=refusal.status)
    messages.success(request, "The follow-up has ended with nobody reached.")
    return redirect("referrals:follow_ups")
