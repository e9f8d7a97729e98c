"""The directory of services, with how old each status is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.clock import now
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.said import clock_time, minutes_ago
from referrals import queries
from referrals.models import Service
from referrals.states import Status
from referrals.web.forms import SearchForm


@requires(Permission.VIEW_DIRECTORY)
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Search by name, code, district or kind."""
    form = SearchForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    rows = queries.directory(given.get("words", "").strip(), given.get("kind", ""))
    context = {"form": form, "rows": [(each, _status(each), _hours(each)) for each in rows]}
    return render(request, "referrals/directory.html", context)


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
