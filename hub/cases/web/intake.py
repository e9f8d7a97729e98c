"""Taking a call: the form, and the prompt that somebody may have rung before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub.cases.operations.taking import NOT_UNDERSTOOD
from hub.cases.operations.taking import take_call as open_by_form
from hub.cases.queries import repeat_contacts
from hub.cases.states import State
from hub.cases.web.acting import UNPROCESSABLE, back_to_case, person, post_only
from hub.cases.web.intake_form import TakeCallForm
from hub.people.access import requires
from hub.people.permissions import Permission


@requires(Permission.TAKE_CALL)
def take_call(request: HttpRequest) -> HttpResponse:
    """A form while the caller talks; sent twice it makes one case."""
    if request.method != "POST":
        return render(request, "hub/cases/take_call.html", {"form": TakeCallForm()})
    form = TakeCallForm(request.POST)
    if not form.is_valid():
        return render(request, "hub/cases/take_call.html", {"form": form}, status=UNPROCESSABLE)
    intake, token = form.intake(), form.cleaned_data["token"]
    case, new = open_by_form(intake=intake, by=person(request), token=token, not_understood=form.left_out)
    if new and form.left_out:
        left_out = "; ".join(form.left_out)
        messages.warning(request, f"{NOT_UNDERSTOOD}: {left_out}. It stands on the timeline.")
    if not new:
        messages.info(request, f"This call was saved already, as {case.reference}.")
    elif case.state == State.AWAITING_DISPATCH:
        messages.success(
            request, f"{case.reference} went to dispatch at once, {case.category}. Stay on the line."
        )
    else:
        messages.success(request, f"{case.reference} is saved and waits as {case.category}.")
    return back_to_case(request, case.pk)


@requires(Permission.TAKE_CALL)
@post_only
def repeats(request: HttpRequest) -> HttpResponse:
    """Earlier cases that may be the same patient, by what is typed so far. It prompts, it never merges."""
    case, phones = TakeCallForm(request.POST).looks_like()
    found = repeat_contacts(case, phones=phones)
    return render(request, "hub/cases/_repeats.html", {"repeats": found, "prompt": True})
