"""The page on which a case is offered to a service."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hub.cases.models import Case
from hub.cases.policies import quick_category, quick_category_with
from hub.cases.web.acting import person, visible_case
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look
from hub.refusals import Refusal
from referrals.content import content_of
from referrals.operations.sending import send_referral
from referrals.queries import Offers, offers_for, referrals_of
from referrals.web.forms import SendForm
from referrals.web.identity import identity
from triage.endings import certain_from


@requires(Permission.REFER)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Every service judged for this patient now; choose one, see what it will read, send."""
    if request.method != "POST":
        case = visible_case(request, case_id)
        look(stream=case.stream, by=person(request), page="offer")
        first = {"service": request.GET.get("service"), "fence": case.fence}
        return _page(request, case, SendForm(initial=first))
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, visible_case(request, case_id), form, status=422)
    try:
        sent = send_referral(
            case_id=case_id, service_id=form.cleaned_data["service"], by=person(request),
            fence=form.cleaned_data["fence"] or 0, agreement=form.cleaned_data["agreement"],
            words=form.cleaned_data["words"],
        )  # fmt: skip
    except Refusal as refusal:
        # Only who holds the case gets past the operation; to anybody else it says no more than their scope allows.
        case = visible_case(request, case_id)
        return _page(request, case, form, refusal=refusal, status=refusal.status)
    return redirect("referrals:referral", sent.pk)


def _page(
    request: HttpRequest, case: Case, form: SendForm, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    user = person(request)
    earlier = referrals_of(case)
    offers = offers_for(case, earlier)
    key = str(form["service"].value() or "")
    chosen = offers.match.offer_of(key) if offers else None
    context = identity(case, offers.patient if offers else None) | {
        "mine": case.owner_id == user.pk, "offers": offers,
        "chosen": chosen, "chosen_service": offers.services.get(key) if offers and chosen else None,
        "preview": _preview(request, offers) if offers and chosen else None,
        "earlier": earlier, "form": form, "refusal": refusal, "quick": _quick(case, offers),
    }  # fmt: skip
    return render(request, "referrals/offer.html", context, status=status)


def _quick(case: Case, offers: Offers | None) -> str:
    """What "send ambulance now" asks for."""
    if offers is None:
        return quick_category(case)
    return quick_category_with(case, certain_from(offers.concluded.standing))


def _preview(request: HttpRequest, offers: Offers) -> dict[str, object]:
    """What the service will read, without the words still to be typed."""
    return content_of(offers.concluded, offers.patient, by=person(request), words="", agreement="")
