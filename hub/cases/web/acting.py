"""What every small form on a case has in common: scope, errors that keep what was typed, and the way back."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from hub.cases.models import Case
from hub.cases.queries import shown_to
from hub.cases.web.forms import CaseForm
from hub.people.models import User
from hub.refusals import Refusal

Form = TypeVar("Form", bound=CaseForm)
UNPROCESSABLE = 422


def post_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only a form gets in. Whoever opens the address itself, after signing in say, is taken to the page instead."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            return view(request, **kwargs)
        if request.method in {"GET", "HEAD"}:
            return (
                redirect("cases:case", kwargs["case_id"]) if "case_id" in kwargs else redirect("cases:queue")
            )
        return HttpResponseNotAllowed(["POST"])

    return guarded


def person(request: HttpRequest) -> User:
    """Who is signed in; behind `requires` there is somebody."""
    return cast("User", request.user)


def visible_case(request: HttpRequest, case_id: UUID) -> Case:
    """The case, when this person may see it; otherwise it does not exist."""
    found = shown_to(person(request), case_id)
    if found is None:
        raise Http404("No such case.")
    return found


def carry_out(
    request: HttpRequest,
    case_id: UUID,
    kind: type[Form],
    *,
    title: str,
    button: str,
    do: Callable[[Form], Any],
    done: str,
) -> HttpResponse:
    """Read the form, do the thing, go back to the case. What is wrong is shown on a page of the form alone.

    A refusal about the words (422) is shown there too; any other is the middleware's.
    """
    case = visible_case(request, case_id)
    form = kind(request.POST, case=case)
    refusal = None
    if form.is_valid():
        try:
            do(form)
        except Refusal as said:
            if said.status != UNPROCESSABLE:
                raise
            refusal = said
        else:
            messages.success(request, done)
            return back_to_case(request, case_id)
    context = {"case": case, "form": form, "refusal": refusal, "title": title, "button_text": button}
    return render(request, "hub/cases/form.html", context, status=UNPROCESSABLE)


def back_to_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """To the case; when it has just left this person's scope, to the queue."""
    still = Case.objects.visible_to(person(request)).filter(pk=case_id).exists()
    return redirect("cases:case", case_id) if still else redirect("home")
