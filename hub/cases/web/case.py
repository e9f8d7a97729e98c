"""The page of one case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.cases.web.acting import person, visible_case
from hub.cases.web.case_page import context
from hub.people.access import requires
from hub.people.permissions import Permission
from hub.record.operations import look


@requires(Permission.VIEW_CASE)
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything about one case. That somebody looked is kept; a screen that refreshes itself is no new look."""
    found = visible_case(request, case_id)
    if request.headers.get("X-Requested-With") != "live":
        look(stream=found.stream, by=person(request), page="case")
    return render(request, "hub/cases/case.html", context(found, person(request)))
