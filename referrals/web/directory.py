"""The directory of services, with how old each status is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from hub.cases.web.acting import person
from hub.clock import now
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.said import clock_time, minutes_ago
from referrals import queries
from referrals.entry import LABELS, as_typed
from referrals.models import Service
from referrals.operations.listing import entry_of
from referrals.states import Status
from referrals.web.directory_life import life, next_days
from referrals.web.forms import SearchForm


@requires(Permission.VIEW_DIRECTORY)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Search by name, code, district or kind."""
    form = SearchForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    manages = person(request).may(Permission.MANAGE_DIRECTORY)
    ended = manages and request.GET.get("ended") == "on"
    rows = queries.directory(given.get("words", "").strip(), given.get("kind", ""), ended=ended)
    shown = [(each, _status(each), _hours(each)) for each in rows]
    context = {"form": form, "rows": shown, "manages": manages, "ended": ended}
    return render(request, "referrals/directory.html", context)


@requires(Permission.VIEW_DIRECTORY)
@require_safe
def service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One entry: what it says, what its hours make of the next days, and who changed what."""
    found = get_object_or_404(Service, pk=service_id)
    manages = person(request).may(Permission.MANAGE_DIRECTORY)
    context = {
        "service": found, "typed": as_typed(entry_of(found)), "labels": LABELS, "manages": manages,
        "status": _status(found), "hours": _hours(found), "days": next_days(found),
        "life": life(found, with_addresses=manages), "standing": queries.standing_with(found),
    }  # fmt: skip
    return render(request, "referrals/service.html", context)


def _status(service: Service) -> str:
    """How busy it is, and how long ago it said so: 'green, told 12 min ago'."""
    if service.told_at is None:
        return "unknown: never told"
    if service.status == Status.UNKNOWN:
        return f"unknown: last told {minutes_ago(service.told_at)}"
    return f"{service.status}, told {minutes_ago(service.told_at)}"


def _hours(service: Service) -> str:
    """Open or closed now, and until when."""
    moment = now()
    opening = service.opening
    closes = opening.closes_after(moment)
    if closes is not None:
        return "open all hours" if (closes - moment).days >= 1 else f"open until {clock_time(closes)}"
    opens = opening.next_open(moment)
    return f"closed until {clock_time(opens)}" if opens else "closed"
