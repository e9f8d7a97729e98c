"""A partner tells how busy its own services are."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import Caller
from hub.cases.api.etag import check_match, etag
from hub.cases.api.idempotency import Answer, once
from hub.cases.api.pages import Pages
from hub.cases.api.parameters import CURSOR, IDEMPOTENCY_KEY, IF_MATCH, LIMIT
from hub.cases.api.reading import only_parameters
from hub.cases.api.views import ClientView
from hub.refusals import Refusal
from referrals.api.payload import CapacityIn
from referrals.api.shapes import CapacityOut, capacity_shape
from referrals.models import Service
from referrals.operations.capacity import tell_capacity


def own_service(caller: Caller, service_id: UUID) -> Service:
    """The service, if it is this client's own. Refusal 404 otherwise."""
    found = Service.objects.of_client(caller.name).filter(pk=service_id).first()
    if found is None:
        raise Refusal("There is no such service of yours.", code="no-such-service", status=404)
    return found


class Services(ClientView):
    """This client's own services."""

    scopes: ClassVar[dict[str, str]] = {"GET": "services"}
    page_by = "listed_at"
    pagination_class = Pages

    @extend_schema(operation_id="list_services", parameters=[CURSOR, LIMIT], responses=CapacityOut(many=True))
    def get(self, request: Request) -> Response:
        """Your services as the hub's directory has them, with their status as it counts now."""
        only_parameters(request.query_params, "cursor", "limit")
        pages = Pages()
        rows = pages.paginate_queryset(Service.objects.of_client(self.caller.name), request, self)
        return pages.get_paginated_response([capacity_shape(each) for each in rows])


class Capacity(ClientView):
    """How busy one service is."""

    scopes: ClassVar[dict[str, str]] = {"GET": "services", "PUT": "services"}
    problems: ClassVar[dict[str, tuple[int, ...]]] = {"PUT": (412, 428)}

    @extend_schema(operation_id="read_capacity", responses=CapacityOut)
    def get(self, request: Request, service_id: UUID) -> Response:
        """Status and places, as they count now."""
        only_parameters(request.query_params)
        found = own_service(self.caller, service_id)
        return Response(capacity_shape(found), headers={"ETag": etag(found.version)})

    @extend_schema(
        operation_id="tell_capacity",
        parameters=[IF_MATCH, IDEMPOTENCY_KEY],
        request=CapacityIn,
        responses=CapacityOut,
    )
    def put(self, request: Request, service_id: UUID) -> Response:
        """Tell status and places; what you tell runs out to unknown by itself."""
        only_parameters(request.query_params)
        caller = self.caller
        own_service(caller, service_id)
        given = CapacityIn().run_validation(request.data)

        def tell() -> Answer:
            seen = own_service(caller, service_id)
            check_match(request, seen.version)
            told = tell_capacity(service_id=service_id, by=caller.actor, version=seen.version, **given)
            return Answer(200, capacity_shape(told), {"ETag": etag(told.version)})

        return once(request, tell)
