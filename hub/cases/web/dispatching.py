"""An ambulance now, dispatch told by telephone, the limit deferred."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from hub.cases.operations import dispatching
from hub.cases.web.acting import carry_out, person, post_only
from hub.cases.web.forms import DeferForm, RangDispatchForm, SendForm
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.refusals import Refusal


@requires(Permission.SEND_AMBULANCE)
@post_only
def send_ambulance(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Send now, or upgrade: one press."""

    def do(form: SendForm) -> None:
        asked = form.said("category")
        sent = dispatching.send_ambulance(
            case_id=case_id, by=person(request), category=asked, reason=form.said("reason"),
            words=form.said("words"), by_hand=form.cleaned_data["by_hand"],
        )  # fmt: skip
        if sent.category != asked:
            messages.warning(request, f"It goes as {sent.category}, not {asked}: see the timeline.")

    return carry_out(
        request, case_id, SendForm, title="Send an ambulance", button="Send the ambulance", do=do,
        done="The ambulance is asked for. The case stays here until dispatch has it; tell the patient.",
    )  # fmt: skip


@requires(Permission.SEND_AMBULANCE)
@post_only
def rang_dispatch(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Somebody rang dispatch, and says who there has it."""

    def do(form: RangDispatchForm) -> None:
        asked = form.case.dispatches.filter(pk=form.cleaned_data["dispatch"]).first() if form.case else None
        if asked is None:
            raise Refusal("This case has no such dispatch.", code="no-such-dispatch", status=404)
        dispatch, ended = dispatching.rang_dispatch(
            dispatch_id=asked.pk, by=person(request), words=form.said("words")
        )
        if not ended:
            by = dispatch.acknowledged_by
            messages.info(request, f"{by} had said so before you. What you wrote stands on the timeline.")

    return carry_out(
        request, case_id, RangDispatchForm, title="Dispatch was told by telephone", button="Dispatch has it", do=do,
        done="Dispatch has it. The case is closed as dispatched.",
    )  # fmt: skip


@requires(Permission.DEFER_BREACH)
@post_only
def defer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Defer the limit, once."""

    def do(form: DeferForm) -> None:
        dispatching.defer_breach(
            case_id=case_id,
            by=person(request),
            minutes=form.cleaned_data["minutes"],
            reason=form.said("reason"),
        )

    return carry_out(
        request,
        case_id,
        DeferForm,
        title="Defer the limit",
        button="Defer",
        do=do,
        done="The limit is deferred.",
    )
