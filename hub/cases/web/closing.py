"""An ending without an assessment, and opening again."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from hub.cases.operations import closing
from hub.cases.web.acting import carry_out, person, post_only
from hub.cases.web.forms import CloseForm, ReasonForm
from hub.people.access import requires
from hub.people.models import User
from hub.people.permissions import Permission
from hub.people.second import confirm_second


@requires(Permission.WORK_CASE)
@post_only
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """End the case without contact; the rules say when a second clinician must agree."""

    def do(form: CloseForm) -> None:
        closing.close_case(
            case_id=case_id, by=person(request), fence=form.cleaned_data["fence"] or 0, outcome=form.said("outcome"),
            words=form.said("words"), second=_second(request, form), other=form.said("other"),
            taken_by=form.said("taken_by"),
        )  # fmt: skip

    return carry_out(
        request,
        case_id,
        CloseForm,
        title="End the case",
        button="End the case",
        do=do,
        done="The case has ended.",
    )


def _second(request: HttpRequest, form: CloseForm) -> User | None:
    """The second clinician, proved by their own credentials; None when nobody is named."""
    if not form.said("second"):
        return None
    return confirm_second(request, username=form.said("second"), password=form.cleaned_data["password"])


@requires(Permission.ADD_TO_CASE)
@post_only
def reopen(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The patient is worse or came back."""

    def do(form: ReasonForm) -> None:
        closing.reopen(case_id=case_id, by=person(request), reason=form.said("reason"))

    return carry_out(
        request, case_id, ReasonForm, title="Open the case again", button="Open again", do=do,
        done="The case waits again, near the top.",
    )  # fmt: skip
