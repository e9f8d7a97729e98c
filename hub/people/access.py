"""The lock on every page: a view says which permission it needs, or why it is open to all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from hub.people.models import User
from hub.people.permissions import DESCRIPTIONS, Permission
from hub.people.typed import typed_fields

View = Callable[..., HttpResponseBase]


class SignedInRequest(HttpRequest):
    """A request behind `requires`: its user is one of our people."""

    user: User


def requires(permission: Permission) -> Callable[[View], View]:
    """Only people who hold `permission` get in: strangers are sent to sign in, others get 403."""

    def lock(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.user.may(permission):
                return forbidden(request, permission)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return lock


def signed_in(view: View) -> View:
    """Anybody who is signed in, whatever their role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.open_reason = "any signed-in person"  # type: ignore[attr-defined]
    return guarded


def open_to_all(reason: str) -> Callable[[View], View]:
    """No sign-in needed; the reason is kept for the table of URLs."""

    def unlock(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        opened.open_reason = reason  # type: ignore[attr-defined]
        return opened

    return unlock


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """A stranger is sent to sign in; a form that comes after the session ended is shown with what was typed."""
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return HttpResponse("You are signed out. Nothing was saved.", status=401, content_type="text/plain")
    kept = [(name, value) for name, value in typed_fields(request) if value.strip()]
    if request.method != "POST" or not kept:
        return redirect_to_login(request.get_full_path())
    return render(request, "hub/people/signed_out.html", {"kept": kept}, status=401)


def forbidden(request: HttpRequest, permission: Permission) -> HttpResponseBase:
    """The page that says which right is missing, and whom to ask."""
    needed = DESCRIPTIONS[permission]
    return render(request, "hub/people/forbidden.html", {"needed": needed}, status=403)
