"""The pages on which the directory is kept: add a service, change, end, put back, a new secret."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from hub.cases.web.acting import person
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.refusals import Refusal
from referrals.entry import LABELS, Entry, as_typed
from referrals.models import Service
from referrals.operations import listing
from referrals.queries import standing_with
from referrals.web.directory_life import Change
from referrals.web.forms_directory import ChangeEntryForm, EntryForm, ReasonForm, typed_in

UNPROCESSABLE = 422
Listing = Callable[..., Service]


@requires(Permission.MANAGE_DIRECTORY)
def add(request: HttpRequest) -> HttpResponse:
    """A new service; with a webhook address its secret is shown, once."""
    form = EntryForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and form.entry:
        try:
            return _saved(request, *listing.add_service(by=person(request), entry=form.entry))
        except Refusal as refusal:
            return _refused(request, "referrals/service_add.html", context, refusal)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "referrals/service_add.html", context, status=status)


@requires(Permission.MANAGE_DIRECTORY)
def change(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """An entry to be changed. Who comes second is told what stands now, and may then put theirs in its place."""
    found = get_object_or_404(Service, pk=service_id)
    form = ChangeEntryForm(request.POST or None, initial=typed_in(listing.entry_of(found)))
    context: dict[str, Any] = {"form": form, "service": found}
    if form.is_valid() and form.entry:
        by, seen = person(request), form.cleaned_data["seen"]
        try:
            saved = listing.change_service(by=by, service_id=service_id, entry=form.entry, seen=seen)
            return _saved(request, *saved)
        except Refusal as refusal:
            if refusal.code == "stale":
                context["differs"] = _differs(refusal, form.entry)
                form.data = {**request.POST.dict(), "seen": refusal.extra["mark"]}
            return _refused(request, "referrals/service_change.html", context, refusal)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "referrals/service_change.html", context, status=status)


@requires(Permission.MANAGE_DIRECTORY)
def end(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """No new offers from now on, and why."""
    return _list(request, service_id, do=listing.end_service, ending=True)


@requires(Permission.MANAGE_DIRECTORY)
def list_service_again(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """An ended service back in the directory, and why."""
    return _list(request, service_id, do=listing.list_again, ending=False)


@requires(Permission.MANAGE_DIRECTORY)
@require_POST
def secret(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """A new secret for its messages, shown once."""
    return _shown_once(request, *listing.give_secret(by=person(request), service_id=service_id))


def _list(request: HttpRequest, service_id: UUID, *, do: Listing, ending: bool) -> HttpResponse:
    found = get_object_or_404(Service, pk=service_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        do(by=person(request), service_id=service_id, reason=form.cleaned_data["reason"])
        done = "takes no new offers" if ending else "takes offers again"
        messages.success(request, f"{found.name} {done}.")
        return redirect("referrals:service", service_id)
    context = {"form": form, "service": found, "ending": ending, "standing": standing_with(found)}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "referrals/service_end.html", context, status=status)


def _saved(request: HttpRequest, saved: Service, given: str) -> HttpResponse:
    if given:
        return _shown_once(request, saved, given)
    messages.success(request, f"Saved: {saved.name}. See whether the next days below are as they should be.")
    return redirect("referrals:service", saved.pk)


def _shown_once(request: HttpRequest, saved: Service, given: str) -> HttpResponse:
    return render(request, "referrals/service_secret.html", {"service": saved, "secret": given})


def _refused(request: HttpRequest, page: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    """What was typed stays; a refusal that is about one field stands at it."""
    if name := refusal.extra.get("field"):
        context["form"].add_error(name, refusal.sentence)
    else:
        context["refusal"] = refusal
    return render(request, page, context, status=refusal.status)


def _differs(refusal: Refusal, mine: Entry) -> list[Change]:
    """What stands now, beside what was typed."""
    stands: dict[str, str] = refusal.extra["stands"]
    typed = as_typed(mine)
    return [Change(LABELS[name], stands[name], typed[name]) for name in LABELS if stands[name] != typed[name]]
