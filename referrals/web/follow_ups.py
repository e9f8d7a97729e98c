"""Follow-ups: the list of what is to do, and one call."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hub.cases.models import Case
from hub.cases.operations.clocks import age_in_years
from hub.cases.phones import as_written
from hub.cases.web.acting import person
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.operations.following import claim_follow_up, record_follow_up
from referrals.phones import is_mobile
from referrals.queries import follow_ups_open
from referrals.states import FollowUpState
from referrals.web.forms import FollowUpForm
from triage.queries import closing_set_of


@requires(Permission.FOLLOW_UP)
@require_safe
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Everything still to do, earliest first; what is missed and due stands on top."""
    rows = follow_ups_open()
    context = {
        "missed": [each for each in rows if each.state == FollowUpState.MISSED],
        "due": [each for each in rows if each.state == FollowUpState.REMINDED],
        "planned": [each for each in rows if each.state == FollowUpState.PLANNED],
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
        return _page(request, found, FollowUpForm())
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    given = form.cleaned_data
    try:
        done = record_follow_up(
            follow_up_id=follow_up_id, by=person(request), answer=given["answer"], words=given["words"],
            again=given["again"],
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, _found(follow_up_id), form, refusal=refusal, status=refusal.status)
    messages.success(request, _said(done))
    return redirect("referrals:follow_ups")


def _said(done: FollowUp) -> str:
    if done.state != FollowUpState.DONE:
        return "Nobody answered. It is due again in 15 minutes."
    if done.answer == "worse":
        return "Saved. The case is open again, at the top of the queue."
    return "The follow-up is done."


def _page(
    request: HttpRequest,
    found: FollowUp,
    form: FollowUpForm,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    user, case = person(request), found.case
    context = {
        "follow_up": found, "case": case, "age": age_in_years(case), "form": form, "refusal": refusal,
        "phone": as_written(found.phone) if found.phone else "", "told": closing_set_of(case),
        "may_open_case": Case.objects.visible_to(user).filter(pk=case.pk).exists(),
        "texted": bool(found.reply_key) and is_mobile(found.phone), "mine": found.claimed_by_id == user.pk,
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
        return _page(request, found, FollowUpForm(), refusal=refusal, status=refusal.status)
    return redirect("referrals:follow_up", follow_up_id)
