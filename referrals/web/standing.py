"""The page of one referral, and what the hub can still do about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from hub.cases.models import Case
from hub.cases.operations.noting import answer_alarms
from hub.cases.web.acting import person
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from referrals.models import Referral
from referrals.operations import answering
from referrals.operations.telling import untold_offer
from referrals.queries import messages_of, referral_life
from referrals.web.forms import AcceptedForm, RejectedForm, ToldForm, WordsForm
from referrals.web.identity import identity

BY_TELEPHONE = "by telephone"


def visible_referral(request: HttpRequest, referral_id: UUID) -> Referral:
    """The referral, when this person may see its case; otherwise it does not exist."""
    found: Referral = get_object_or_404(
        Referral.objects.filter(case__in=Case.objects.visible_to(person(request))).select_related(
            "case", "service", "created_by"
        ),
        pk=referral_id,
    )
    return found


@requires(Permission.VIEW_CASE)
@require_safe
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Where it stands, what the service reads, everything that happened to it."""
    found = visible_referral(request, referral_id)
    look(stream=found.stream, by=person(request), page="referral")
    return _page(request, found)


def _page(
    request: HttpRequest,
    found: Referral,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
    given: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    context: dict[str, Any] = identity(found.case, None) | {
        "referral": found, "untold": untold_offer(found.case, found) if found.awaiting else None,
        "life": referral_life(found),
        "sent": messages_of(found), "may_refer": person(request).may(Permission.REFER), "refusal": refusal,
        "withdraw_form": WordsForm(auto_id="withdraw-%s"), "accepted_form": AcceptedForm(auto_id="accepted-%s"),
        "rejected_form": RejectedForm(auto_id="rejected-%s"), "told_form": ToldForm(auto_id="told-%s"),
    }  # fmt: skip
    context |= given or {}
    context["form"] = next(iter((given or {}).values()), None)
    return render(request, "referrals/referral.html", context, status=status)


def _carry_out(
    request: HttpRequest,
    referral_id: UUID,
    name: str,
    form: forms.Form,
    do: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Read the form, do the thing, show the referral; what is wrong is shown on the same page."""
    found = visible_referral(request, referral_id)
    if not form.is_valid():
        return _page(request, found, status=422, given={name: form})
    try:
        do()
    except Refusal as refusal:
        found = visible_referral(request, referral_id)
        return _page(request, found, refusal=refusal, status=refusal.status, given={name: form})
    messages.success(request, done)
    return redirect("referrals:referral", referral_id)


@requires(Permission.REFER)
@require_POST
def withdraw(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take the offer back; the case returns to the queue."""
    form = WordsForm(request.POST, auto_id="withdraw-%s")

    def do() -> Referral:
        return answering.withdraw(
            referral_id=referral_id, by=person(request), words=form.cleaned_data["words"]
        )

    return _carry_out(
        request, referral_id, "withdraw_form", form, do, "Withdrawn. The case waits in the queue."
    )


@requires(Permission.REFER)
@require_POST
def told(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Somebody rang a service that no message reaches: the alarm has its answer."""
    form = ToldForm(request.POST, auto_id="told-%s")

    def do() -> Case:
        given = form.cleaned_data
        case_id = visible_referral(request, referral_id).case_id
        return answer_alarms(case_id=case_id, by=person(request), keys=[given["key"]], words=given["words"])

    return _carry_out(
        request, referral_id, "told_form", form, do, "Kept. They have until the limit to accept."
    )


@requires(Permission.REFER)
@require_POST
def accepted(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """A named person at the service accepted by telephone."""
    form = AcceptedForm(request.POST, auto_id="accepted-%s")

    def do() -> Referral:
        name, role = form.cleaned_data["name"], form.cleaned_data["role"]
        return answering.accept(
            referral_id=referral_id, by=person(request), name=name, role=f"{role}, {BY_TELEPHONE}"[:120]
        )

    return _carry_out(
        request, referral_id, "accepted_form", form, do, "Accepted. The case has ended as referred."
    )


@requires(Permission.REFER)
@require_POST
def rejected(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The service said no by telephone."""
    form = RejectedForm(request.POST, auto_id="rejected-%s")

    def do() -> Referral:
        given = form.cleaned_data
        return answering.reject(
            referral_id=referral_id, by=person(request), reason=given["reason"], words=given["words"]
        )

    return _carry_out(
        request, referral_id, "rejected_form", form, do, "Rejected. The case waits in the queue."
    )
