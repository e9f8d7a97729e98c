"""The front door: each role begins where its work is."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hub.people.access import signed_in
from hub.people.models import User
from hub.people.roles import Role

FIRST_PAGE: dict[Role, str] = {
    Role.CLINICIAN: "cases:queue",
    Role.SENIOR_CLINICIAN: "cases:queue",
    Role.CALL_HANDLER: "cases:queue",
    Role.SUPERVISOR: "board:board",
    Role.GOVERNANCE_LEAD: "triage:protocols",
    Role.ADMINISTRATOR: "people:people",
}


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """To the first page of the person's role."""
    return redirect(FIRST_PAGE[Role(cast("User", request.user).role)])
