"""The pages of accounts: add a person, change one, give a new password, choose one's own."""

from typing import cast

from axes.decorators import axes_dispatch
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hub.accounts.forms import ChangeForm, NewPersonForm, OwnPasswordForm
from hub.accounts.operations import (
    add_person,
    change_person,
    choose_password,
    details_of,
    give_password,
)
from hub.people.access import requires, signed_in
from hub.people.models import User
from hub.people.permissions import Permission


@requires(Permission.MANAGE_PEOPLE)
def add(request: HttpRequest) -> HttpResponse:
    """Somebody new; their first password is shown once."""
    form = NewPersonForm(request.POST or None)
    if not form.is_valid():
        return render(request, "hub/accounts/add.html", {"form": form}, status=422 if form.is_bound else 200)
    by = cast("User", request.user)
    user, password = add_person(by=by, username=form.cleaned_data["username"], details=form.details())
    return _shown_once(request, user, password)


@requires(Permission.MANAGE_PEOPLE)
def change(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """What is kept of a person, to be changed."""
    user = get_object_or_404(User, pk=person_id)
    details = details_of(user)
    initial = {name: getattr(details, name) for name in ChangeForm.base_fields if name != "seen"}
    form = ChangeForm(request.POST or None, initial={**initial, "seen": details.mark})
    if not form.is_valid():
        context = {"form": form, "person": user}
        return render(request, "hub/accounts/change.html", context, status=422 if form.is_bound else 200)
    by = cast("User", request.user)
    change_person(by=by, person_id=person_id, details=form.details(), seen=form.cleaned_data["seen"])
    messages.success(request, f"Saved: {form.cleaned_data['name']}.")
    return redirect("people:people")


@requires(Permission.MANAGE_PEOPLE)
@require_POST
def password(request: HttpRequest, person_id: int) -> HttpResponse:
    """A new password for somebody, shown once."""
    return _shown_once(request, *give_password(by=cast("User", request.user), person_id=person_id))


def _shown_once(request: HttpRequest, user: User, given: str) -> HttpResponse:
    return render(request, "hub/accounts/password_given.html", {"person": user, "password": given})


@sensitive_post_parameters()
@signed_in
@axes_dispatch  # type: ignore[untyped-decorator]
def own_password(request: HttpRequest) -> HttpResponseBase:
    """A new password of one's own; wrong ones for the present one count towards the lock-out."""
    user = cast("User", request.user)
    form = OwnPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        known = authenticate(request, username=user.username, password=form.cleaned_data["password"])
        if known is not None and known.pk == user.pk:
            changed = choose_password(by=user, password=form.cleaned_data["new_password"])
            update_session_auth_hash(request, changed)
            messages.success(request, "Your password is changed. Other screens of yours are signed out.")
            return redirect("people:account")
        form.add_error("password", "That is not your password. Nothing was changed.")
    context = {"form": form, "given": user.password_given}
    return render(request, "hub/accounts/own_password.html", context, status=422 if form.is_bound else 200)
