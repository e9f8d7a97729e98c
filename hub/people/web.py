"""Signing in and out, and unlocking a screen that went quiet."""

from typing import Any, cast

from axes.decorators import axes_dispatch
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hub.clock import now
from hub.people.access import open_to_all, requires, signed_in
from hub.people.models import User
from hub.people.permissions import DESCRIPTIONS, Permission
from hub.people.roles import ROLES, Role


class _SignIn(LoginView):
    template_name = "hub/people/sign_in.html"
    redirect_authenticated_user = True


sign_in = open_to_all("nobody is signed in yet")(_SignIn.as_view())
sign_out = open_to_all("leaving is always allowed")(LogoutView.as_view())


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """Too many wrong passwords for one name: says until when, and whom to ask. django-axes calls it."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    context = {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT, "kept": _kept(request)}
    return render(request, "hub/people/locked_out.html", context, status=429)


@signed_in
def alive(request: HttpRequest) -> HttpResponse:
    """The screen tells that a person is at it (keys or mouse), without loading a page."""
    return HttpResponse(status=423 if request.session.get("locked") else 204)


@signed_in
@require_POST
@axes_dispatch  # type: ignore[untyped-decorator]
def unlock(request: HttpRequest) -> HttpResponseBase:
    """Open a locked screen again; wrong passwords count towards the lock-out."""
    user = cast("User", request.user)
    known = authenticate(request, username=user.username, password=request.POST.get("password", ""))
    by_script = bool(request.headers.get("X-Requested-With"))
    if known is None or known.pk != user.pk:
        return HttpResponse(status=403) if by_script else _locked_again(request)
    request.session["locked"] = False
    request.session["seen"] = now().timestamp()
    return HttpResponse(status=204) if by_script else _carry_on(request)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (key.removeprefix("kept-"), str(value))
        for key, values in request.POST.lists()
        if key.startswith("kept-")
        for value in values
    ]


def _safe_path(request: HttpRequest) -> str:
    path = request.POST.get("path", "/")
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"


def _locked_again(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "kept": _kept(request), "method": request.POST.get("method"), "path": _safe_path(request), "wrong": True,
    }  # fmt: skip
    return render(request, "hub/people/locked.html", context, status=423)


def _carry_on(request: HttpRequest) -> HttpResponseBase:
    """Back to where the person was; a form that was caught by the lock is offered for sending again."""
    if request.POST.get("method") != "POST":
        return redirect(_safe_path(request))
    return render(request, "hub/people/resend.html", {"kept": _kept(request), "path": _safe_path(request)})


@requires(Permission.VIEW_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who works here: role, profession, registration, skills."""
    everybody = User.objects.order_by("name")
    context = {"people": everybody, "roles": ROLES, "descriptions": DESCRIPTIONS}
    return render(request, "hub/people/people.html", context)


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """What the hub knows of the person who is signed in, and what they may do."""
    user = cast("User", request.user)
    rights = [DESCRIPTIONS[permission] for permission in Permission if user.may(permission)]
    context = {
        "person": user,
        "role": Role(user.role),
        "purpose": ROLES[Role(user.role)].purpose,
        "rights": rights,
    }
    return render(request, "hub/people/account.html", context)
