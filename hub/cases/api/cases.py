"""Cases in from the CAD: sent, read, updated and taken back, each by the operation that does it everywhere."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import IntegrityError
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import Caller
from hub.cases.api.etag import STALE, check_match, etag
from hub.cases.api.idempotency import Answer, once
from hub.cases.api.pages import Pages
from hub.cases.api.parameters import CURSOR, IDEMPOTENCY_KEY, IF_MATCH, IF_MATCH_OPTIONAL, LIMIT
from hub.cases.api.payload import CancelIn, CaseIn, read_intake
from hub.cases.api.reading import fault, only_parameters
from hub.cases.api.shapes import CaseOut, SummaryOut, summary, whole
from hub.cases.api.views import ClientView
from hub.cases.intake import Intake
from hub.cases.models import Case
from hub.cases.operations.locking import lock_case
from hub.cases.operations.opening import IN_PROGRESS, cancel_case, hear_sender, open_case, update_case
from hub.cases.queries import find_by_incident
from hub.cases.states import Outcome
from hub.record.operations import look
from hub.refusals import Refusal

CAD_NUMBER = OpenApiParameter(
    "cad_number", {"type": "string", "minLength": 1, "maxLength": 40}, OpenApiParameter.QUERY
)


class Cases(ClientView):
    """The cases that this client sent."""

    scopes: ClassVar[dict[str, str]] = {"GET": "cases:read", "POST": "cases:write"}
    page_by = "arrived_at"
    pagination_class = Pages

    @extend_schema(
        operation_id="list_cases", parameters=[CAD_NUMBER, CURSOR, LIMIT], responses=SummaryOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """This client's cases, newest first, without anything about the patients."""
        only_parameters(request.query_params, "cad_number", "cursor", "limit")
        cases = Case.objects.sent_by(self.caller.name)
        if (number := request.query_params.get("cad_number")) is not None:
            cases = cases.filter(cad_number=_incident(number))
        pages = Pages()
        rows = pages.paginate_queryset(cases, request, self)
        return pages.get_paginated_response([summary(case) for case in rows])

    @extend_schema(
        operation_id="send_case",
        parameters=[IDEMPOTENCY_KEY],
        request=CaseIn,
        responses={
            201: OpenApiResponse(CaseOut, "taken in; C1 and C2 segment A went straight to dispatch"),
            200: OpenApiResponse(CaseOut, "this very incident was sent before; nothing was changed"),
        },
    )
    def post(self, request: Request) -> Response:
        """Send a case in. The incident number makes it once only: sent again it answers with the case there is."""
        only_parameters(request.query_params)
        intake = read_intake(request.data)
        return once(request, lambda: _opened(self.caller, intake))


class OneCase(ClientView):
    """One of the cases that this client sent."""

    scopes: ClassVar[dict[str, str]] = {"GET": "cases:read", "PUT": "cases:write"}
    problems: ClassVar[dict[str, tuple[int, ...]]] = {"PUT": (412, 428)}

    @extend_schema(operation_id="read_case", responses=CaseOut)
    def get(self, request: Request, case_id: UUID) -> Response:
        """What became of a case, and all that this client told about it. The look is recorded."""
        only_parameters(request.query_params)
        case = _own(self.caller, case_id)
        look(stream=case.stream, by=self.caller.actor, page="api")
        return Response(whole(case), headers={"ETag": etag(case.version)})

    @extend_schema(
        operation_id="update_case", parameters=[IF_MATCH, IDEMPOTENCY_KEY], request=CaseIn, responses=CaseOut
    )
    def put(self, request: Request, case_id: UUID) -> Response:
        """What is known now, in place of what was sent before. What is left out stays as it was; null takes it back.

        An empty list of risks takes the risks back.
        Every version is kept. Refused with 409 once the consultation has begun, and shown to whoever has the case;
        refused with 412 when it is of an older version. What was refused and is more urgent raises an alarm.
        A category is only ever raised: going down is a clinician's decision.
        """
        only_parameters(request.query_params)
        caller = self.caller
        _own(caller, case_id)
        intake = read_intake(request.data)

        def update() -> Answer:
            case = lock_case(case_id)
            if intake.cad_number != case.cad_number:
                raise fault(
                    "cad_number", "It is another incident's.", f"Write {case.cad_number}, or send a new case."
                )
            check_match(request, case.version)
            return _answer(update_case(case_id=case_id, intake=intake, by=caller.actor), 200)

        try:
            return once(request, update)
        except Refusal as refusal:
            if refusal.code in (IN_PROGRESS, STALE):
                # A stale sender reads again and decides; that the patient is worse must not wait for that.
                stale = refusal.code == STALE
                hear_sender(case_id=case_id, intake=intake, by=caller.actor, worse_only=stale)
            raise


class Cancel(ClientView):
    """Taking a case back."""

    scopes: ClassVar[dict[str, str]] = {"POST": "cases:write"}
    problems: ClassVar[dict[str, tuple[int, ...]]] = {"POST": (412,)}

    @extend_schema(
        operation_id="cancel_case",
        parameters=[IF_MATCH_OPTIONAL, IDEMPOTENCY_KEY],
        request=CancelIn,
        responses={200: CaseOut},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Take a case back; telling the patient stays with the sender.

        Refused with 409 once the consultation has begun. Said again, it answers the same.
        """
        only_parameters(request.query_params)
        caller = self.caller
        _own(caller, case_id)
        reason: str = CancelIn().run_validation(request.data)["reason"]

        def cancel() -> Answer:
            case = lock_case(case_id)
            if case.outcome == Outcome.CANCELLED:
                return _answer(case, 200)
            check_match(request, case.version, needed=False)
            return _answer(cancel_case(case_id=case_id, reason=reason, by=caller.actor), 200)

        return once(request, cancel)


def _opened(caller: Caller, intake: Intake) -> Answer:
    try:
        case = open_case(intake=intake, by=caller.actor, source_client=caller.name)
    except IntegrityError:
        # Somebody was quicker: the unique incident number waited for them to commit, so the case is there now.
        before = find_by_incident(client=caller.name, cad_number=intake.cad_number or "")
        if before is None:
            raise
        return _sent_before(before, intake)
    address = summary(case)["links"]["self"]
    return _answer(case, 201, Location=address)


def _sent_before(case: Case, intake: Intake) -> Answer:
    versions: list[Any] = list(case.source_versions.values_list("payload", flat=True))
    if intake.payload in versions:
        return _answer(case, 200)
    raise Refusal(
        f"Incident {case.cad_number} was sent before, with other content. Nothing was changed. "
        "To tell more about it, read it and PUT it with its ETag.",
        code="incident-exists",
        case=summary(case)["links"]["self"],
    )


def _answer(case: Case, status: int, **headers: str) -> Answer:
    return Answer(status=status, body=whole(case), headers={"ETag": etag(case.version), **headers})


def _own(caller: Caller, case_id: UUID) -> Case:
    """One of the caller's own; whatever is not its own does not exist."""
    case = Case.objects.sent_by(caller.name).filter(pk=case_id).first()
    if case is None:
        raise Refusal("There is no such case of yours. Nothing was changed.", code="no-such-case", status=404)
    return case


def _incident(number: str) -> str:
    if not 0 < len(number) <= 40 or "\x00" in number:
        raise fault("?cad_number", "Not an incident number.", "Write 1 to 40 characters.")
    return number
