"""A version before those who sign it: what it changes, what is proved, what the replay found, who has signed."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from hub.cases.web.acting import person
from hub.clock import LONDON, now
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.refusals import Refusal
from triage import published
from triage.differences import differences
from triage.models import ProtocolVersion
from triage.operations import examining, signing
from triage.operations.signing import missing_signatures
from triage.queries import concerns_about

LONGEST = 2000
UNPROCESSABLE = 422


class SignForm(forms.Form):
    """Words of a signer, and the examination they read."""

    words = forms.CharField(
        label="Words, if you like",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    examination = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


class ActivateForm(forms.Form):
    """From when."""

    start = forms.DateField(
        label="In force from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: now. Otherwise from the first minute of that day.",
    )

    def moment(self) -> datetime | None:
        """The day's beginning in London; None for now."""
        day = self.cleaned_data["start"]
        return datetime.combine(day, time(0), tzinfo=LONDON) if day else None


class RetireForm(forms.Form):
    """Why it goes."""

    reason = forms.CharField(label="Why it is retired", required=False, max_length=LONGEST)


@requires(Permission.VIEW_PROTOCOLS)
@require_safe
def version(request: HttpRequest, protocol_id: str, number: int) -> HttpResponse:
    """The page."""
    return _page(request, _row(protocol_id, number))


def _row(protocol_id: str, number: int) -> ProtocolVersion:
    rows = ProtocolVersion.objects.select_related("author").filter(protocol=protocol_id)
    found = rows.filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, row: ProtocolVersion, refusal: Refusal | None = None, **forms_: forms.Form
) -> HttpResponse:
    content = published.versions([row.pk])[0].protocol
    key = published.active().get(row.protocol)
    against = ProtocolVersion.objects.get(pk=key) if key and key != row.pk else None
    former = published.versions([against.pk])[0].protocol if against else None
    examination = row.examinations.select_related("by", "against").last()
    signatures = list(row.signatures.select_related("by"))
    context = {
        "version": row,
        "protocol": content,
        "against": against,
        "differences": differences(former, content) if former else [],
        "examination": examination,
        "signatures": signatures,
        "missing": missing_signatures(signatures),
        "planned": row.state == ProtocolVersion.State.IN_REVIEW
        and row.active_from
        and row.active_from > now(),
        "concerns": [each for each in concerns_about(content) if not each.closed],
        "signed_by_me": any(each.by_id == person(request).pk for each in signatures),
        "sign_form": SignForm(initial={"examination": examination.pk if examination else None}),
        "activate_form": ActivateForm(),
        "retire_form": RetireForm(),
        "refusal": refusal,
        **forms_,
    }
    return render(request, "triage/version.html", context, status=refusal.status if refusal else 200)


def _carry_out(
    request: HttpRequest,
    protocol_id: str,
    number: int,
    do: Callable[[int], Any],
    done: str,
    **forms_: forms.Form,
) -> HttpResponse:
    """Do a thing to the version and show it again; a refusal is shown with what was typed."""
    row = _row(protocol_id, number)
    if not all(form.is_valid() for form in forms_.values()):
        refusal = Refusal(
            "Correct what is marked. Nothing was changed.", code="bad-form", status=UNPROCESSABLE
        )
        return _page(request, row, refusal, **forms_)
    try:
        do(row.pk)
    except Refusal as refusal:
        return _page(request, _row(protocol_id, number), refusal, **forms_)
    messages.success(request, done)
    return redirect("triage:version", protocol_id, number)


@requires(Permission.SIGN_PROTOCOL)
@require_POST
def examine(request: HttpRequest, protocol_id: str, number: int) -> HttpResponse:
    """Verifier and replay."""

    def do(key: int) -> object:
        return examining.examine(version_id=key, by=person(request))

    return _carry_out(request, protocol_id, number, do, "Examined: read the result below.")


@requires(Permission.GOVERN_PROTOCOLS)
@require_POST
def submit(request: HttpRequest, protocol_id: str, number: int) -> HttpResponse:
    """Into review."""

    def do(key: int) -> object:
        return signing.submit(version_id=key, by=person(request))

    return _carry_out(request, protocol_id, number, do, "In review: two people sign it.")


@requires(Permission.SIGN_PROTOCOL)
@require_POST
def sign(request: HttpRequest, protocol_id: str, number: int) -> HttpResponse:
    """One signature."""
    form = SignForm(request.POST)

    def do(key: int) -> object:
        # A form that names no examination has shown none: 0 is nobody's.
        return signing.sign(
            version_id=key,
            by=person(request),
            words=form.cleaned_data["words"],
            examination=form.cleaned_data["examination"] or 0,
        )

    return _carry_out(request, protocol_id, number, do, "Signed: exactly this content.", sign_form=form)


@requires(Permission.GOVERN_PROTOCOLS)
@require_POST
def activate(request: HttpRequest, protocol_id: str, number: int) -> HttpResponse:
    """In force, now or from a date."""
    form = ActivateForm(request.POST)

    def do(key: int) -> object:
        return signing.activate(version_id=key, by=person(request), at=form.moment())

    return _carry_out(request, protocol_id, number, do, "Done: see when it is in force.", activate_form=form)


@requires(Permission.GOVERN_PROTOCOLS)
@require_POST
def retire(request: HttpRequest, protocol_id: str, number: int) -> HttpResponse:
    """Out of force, or out of review."""
    form = RetireForm(request.POST)

    def do(key: int) -> object:
        return signing.retire(version_id=key, by=person(request), reason=form.cleaned_data["reason"])

    return _carry_out(request, protocol_id, number, do, "Retired.", retire_form=form)
