"""Ambulances asked for: what the CAD has not taken yet, and its word that it has."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import Caller
from hub.cases.api.pages import Pages
from hub.cases.api.parameters import CURSOR, LIMIT
from hub.cases.api.payload import AcknowledgementIn
from hub.cases.api.reading import only_parameters
from hub.cases.api.shapes import DispatchOut, dispatch_shape
from hub.cases.api.views import ClientView
from hub.cases.models import ApiClient, Dispatch
from hub.cases.operations.dispatching import acknowledge_dispatch
from hub.record.operations import look
from hub.refusals import Refusal


def dispatches_of(caller: Caller) -> QuerySet[Dispatch]:
    """A CAD's own: of the cases that it sent, and of those whose sender takes no dispatches (a call taken here)."""
    others = ApiClient.objects.exclude(name=caller.name).filter(active=True, scopes__contains="dispatches")
    found = Dispatch.objects.exclude(case__source_client__in=others.values("name"))
    return found.select_related("case")


class Dispatches(ClientView):
    """The requests that wait for an acknowledgement."""

    scopes: ClassVar[dict[str, str]] = {"GET": "dispatches"}
    page_by = "requested_at"
    pagination_class = Pages

    @extend_schema(
        operation_id="list_dispatches", parameters=[CURSOR, LIMIT], responses=DispatchOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Every request that is open, newest first: the way to catch up when messages did not come through."""
        only_parameters(request.query_params, "cursor", "limit")
        pages = Pages()
        waiting = dispatches_of(self.caller).filter(state=Dispatch.State.REQUESTED)
        rows = pages.paginate_queryset(waiting, request, self)
        return pages.get_paginated_response([dispatch_shape(row) for row in rows])


class OneDispatch(ClientView):
    """One request for an ambulance."""

    scopes: ClassVar[dict[str, str]] = {"GET": "dispatches"}

    @extend_schema(operation_id="read_dispatch", responses=DispatchOut)
    def get(self, request: Request, dispatch_id: UUID) -> Response:
        """One request, in whatever state. The look is recorded."""
        only_parameters(request.query_params)
        dispatch = _own(self.caller, dispatch_id)
        look(stream=dispatch.case.stream, by=self.caller.actor, page="api: dispatch")
        return Response(dispatch_shape(dispatch))


class Acknowledgement(ClientView):
    """The CAD's word that it has the request; until then the hub owns the patient."""

    scopes: ClassVar[dict[str, str]] = {"PUT": "dispatches"}

    @extend_schema(operation_id="acknowledge_dispatch", request=AcknowledgementIn, responses=DispatchOut)
    def put(self, request: Request, dispatch_id: UUID) -> Response:
        """Take a request over. Said again, it answers the same; 409 when it was taken under another reference."""
        only_parameters(request.query_params)
        _own(self.caller, dispatch_id)
        told = AcknowledgementIn().run_validation(request.data)
        reference: str = told.get("cad_reference") or ""
        acknowledge_dispatch(dispatch_id=dispatch_id, by=self.caller.actor, cad_reference=reference)
        dispatch = _own(self.caller, dispatch_id)
        if reference and dispatch.cad_reference != reference:
            raise Refusal(
                f"It was acknowledged before as {dispatch.cad_reference or 'a telephone call'}. Nothing was changed.",
                code="already-acknowledged",
                cad_reference=dispatch.cad_reference,
            )
        return Response(dispatch_shape(dispatch))


def _own(caller: Caller, dispatch_id: UUID) -> Dispatch:
    dispatch = dispatches_of(caller).filter(pk=dispatch_id).first()
    if dispatch is None:
        raise Refusal(
            "There is no such dispatch for you. Nothing was changed.", code="no-such-dispatch", status=404
        )
    return dispatch
