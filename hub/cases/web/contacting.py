"""Calls and attempts, welfare calls, whom to ring, and the spoken address."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from hub.cases.intake import ContactDetails
from hub.cases.operations import contacting
from hub.cases.web.acting import carry_out, person, post_only
from hub.cases.web.forms import AddressForm, ContactForm, RingForm, WelfareForm
from hub.people.access import requires
from hub.people.permissions import Permission


@requires(Permission.ADD_TO_CASE)
@post_only
def call(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record one call or attempt."""

    def do(form: RingForm) -> None:
        contacting.record_call(
            case_id=case_id, by=person(request), kind=form.said("kind"), result=form.said("result"),
            fence=form.cleaned_data["fence"], contact_id=form.contact_id, number=form.said("number"),
            note=form.said("note"),
        )  # fmt: skip

    return carry_out(
        request,
        case_id,
        RingForm,
        title="Record a call",
        button="Record the call",
        do=do,
        done="The call is recorded.",
    )


@requires(Permission.FOLLOW_UP)
@post_only
def welfare_call(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a check on somebody who waits."""

    def do(form: WelfareForm) -> None:
        contacting.record_welfare(
            case_id=case_id,
            by=person(request),
            result=form.said("result"),
            worse=form.worse,
            note=form.said("note"),
        )

    return carry_out(
        request, case_id, WelfareForm, title="Record a welfare call", button="Record the welfare call", do=do,
        done="The welfare call is recorded.",
    )  # fmt: skip


@requires(Permission.ADD_TO_CASE)
@post_only
def contact(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One more person who can be rung."""

    def do(form: ContactForm) -> None:
        details = ContactDetails(
            phone=form.said("phone"), name=form.said("name"), relationship=form.said("relationship"),
            is_patient=form.cleaned_data["is_patient"], note=form.said("note"),
        )  # fmt: skip
        contacting.add_contact(case_id=case_id, by=person(request), details=details)

    return carry_out(
        request,
        case_id,
        ContactForm,
        title="Add a contact",
        button="Add",
        do=do,
        done="The contact is added.",
    )


@requires(Permission.ADD_TO_CASE)
@post_only
def address(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The address as the caller spoke it."""

    def do(form: AddressForm) -> None:
        contacting.confirm_address(
            case_id=case_id,
            by=person(request),
            address=form.said("address"),
            postcode=form.said("postcode") or None,
        )

    return carry_out(
        request, case_id, AddressForm, title="Record the spoken address", button="Record the address", do=do,
        done="The spoken address is recorded.",
    )  # fmt: skip
