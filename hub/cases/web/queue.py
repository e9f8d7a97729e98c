"""The queue's pages: the queue, its picture for paper, the welfare calls that are due, and taking the next case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from hub.cases import queue as reading
from hub.cases.operations import holding
from hub.cases.queries import welfare_due, welfare_due_count
from hub.cases.states import Category
from hub.cases.web.acting import person, post_only
from hub.clock import now
from hub.people.access import requires
from hub.people.permissions import Permission

MOST_COUNTED = 50  # welfare calls due; the list and the board count them all


@requires(Permission.VIEW_QUEUE)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The cases in the order in which they must be seen."""
    user = person(request)
    filters = reading.Filters.read(request.GET)
    context = {
        "page": reading.page(filters),
        "filters": filters,
        "views": reading.VIEWS,
        "categories": Category.values,
        "mine": reading.held_by(user) if user.may(Permission.WORK_CASE) else [],
        "welfare": welfare_due_count(MOST_COUNTED) if user.may(Permission.FOLLOW_UP) else 0,
        "more_welfare": MOST_COUNTED,
        "may_claim": user.may(Permission.WORK_CASE),
    }
    return render(request, "hub/cases/queue.html", context)


@requires(Permission.VIEW_QUEUE)
@require_safe
def picture(request: HttpRequest) -> HttpResponse:
    """Everything that waits on paper, with telephone numbers: what the room works from when screens are dark."""
    return render(request, "hub/cases/picture.html", {"rows": reading.picture(), "as_at": now()})


@requires(Permission.FOLLOW_UP)
@require_safe
def welfare(request: HttpRequest) -> HttpResponse:
    """Who must be rung to hear how they are, longest overdue first."""
    return render(request, "hub/cases/welfare.html", {"due": welfare_due(), "count": welfare_due_count()})


@requires(Permission.WORK_CASE)
@post_only
def claim_next(request: HttpRequest) -> HttpResponse:
    """Take the case that stands first."""
    taken = holding.claim_next(by=person(request))
    if taken is None:
        messages.info(request, "Nobody waits to be rung now.")
        return redirect("cases:queue")
    return redirect("cases:case", taken.pk)
