"""A partner reads the referrals sent to its own services; what was sent to others does not exist for it."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import Caller
from hub.cases.api.etag import etag
from hub.cases.api.pages import Pages
from hub.cases.api.parameters import CURSOR, LIMIT
from hub.cases.api.reading import fault, only_parameters
from hub.cases.api.views import ClientView
from hub.record.operations import look
from hub.refusals import Refusal
from referrals.api.shapes import ReferralOut, ReferralSummaryOut, referral_shape, referral_summary
from referrals.models import Referral
from referrals.states import State

STATES = [state.value for state in State if state is not State.DRAFT]
STATE = OpenApiParameter("state", {"type": "string", "enum": STATES}, OpenApiParameter.QUERY)


def own_referral(caller: Caller, referral_id: UUID) -> Referral:
    """The referral, if it was sent to one of this client's own services. Refusal 404 otherwise."""
    found = Referral.objects.of_client(caller.name).select_related("service").filter(pk=referral_id).first()
    if found is None:
        raise Refusal("There is no such referral for you.", code="no-such-referral", status=404)
    return found


class Referrals(ClientView):
    """The referrals sent to this client's own services."""

    scopes: ClassVar[dict[str, str]] = {"GET": "referrals"}
    page_by = "created_at"
    pagination_class = Pages

    @extend_schema(
        operation_id="list_referrals",
        parameters=[STATE, CURSOR, LIMIT],
        responses=ReferralSummaryOut(many=True),
    )
    def get(self, request: Request) -> Response:
        """Newest first, without anything about the patients: the way to catch up when a webhook did not arrive."""
        only_parameters(request.query_params, "state", "cursor", "limit")
        rows = Referral.objects.of_client(self.caller.name).select_related("service")
        if (state := request.query_params.get("state")) is not None:
            if state not in STATES:
                raise fault("?state", "Not a state.", f"Write one of {', '.join(STATES)}.")
            rows = rows.filter(state=state)
        pages = Pages()
        shown = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response([referral_summary(each) for each in shown])


class OneReferral(ClientView):
    """One referral."""

    scopes: ClassVar[dict[str, str]] = {"GET": "referrals"}

    @extend_schema(operation_id="read_referral", responses=ReferralOut)
    def get(self, request: Request, referral_id: UUID) -> Response:
        """The whole referral. The look is recorded."""
        only_parameters(request.query_params)
        found = own_referral(self.caller, referral_id)
        look(stream=found.stream, by=self.caller.actor, page="api: referral")
        return Response(referral_shape(found), headers={"ETag": etag(found.version)})
