"""A partner's answers to a referral; each the same operation that the telephone form calls."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import Caller
from hub.cases.api.etag import check_match, etag
from hub.cases.api.idempotency import Answer, once
from hub.cases.api.parameters import IDEMPOTENCY_KEY, IF_MATCH
from hub.cases.api.reading import only_parameters
from hub.cases.api.views import ClientView
from referrals.api.payload import AcceptIn, CompleteIn, RejectIn, ReturnIn
from referrals.api.reading import own_referral
from referrals.api.shapes import ReferralSummaryOut, referral_summary
from referrals.models import Referral
from referrals.operations import answering

HEADERS = [IF_MATCH, IDEMPOTENCY_KEY]


class AnswerView(ClientView):
    """One answer: what version it is of, given once."""

    scopes: ClassVar[dict[str, str]] = {"POST": "referrals"}
    problems: ClassVar[dict[str, tuple[int, ...]]] = {"POST": (412, 428)}


def carry_out(
    request: Request, caller: Caller, referral_id: UUID, do: Callable[[dict[str, Any]], Referral]
) -> Response:
    """Check the version, do the thing under the row's lock (where the version is checked again), show where it stands.

    Nothing is locked before the operation does it, in its own order.
    """
    only_parameters(request.query_params)
    own_referral(caller, referral_id)

    def answer() -> Answer:
        seen = own_referral(caller, referral_id)
        check_match(request, seen.version)
        done = do({"referral_id": referral_id, "by": caller.actor, "version": seen.version})
        return Answer(200, referral_summary(done), {"ETag": etag(done.version)})

    return once(request, answer)


class Receive(AnswerView):
    @extend_schema(
        operation_id="receive_referral", parameters=HEADERS, request=None, responses={200: ReferralSummaryOut}
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Your system has it. The patient is still the hub's."""
        return carry_out(request, self.caller, referral_id, lambda told: answering.receive(**told))


class Accept(AnswerView):
    @extend_schema(
        operation_id="accept_referral",
        parameters=HEADERS,
        request=AcceptIn,
        responses={200: ReferralSummaryOut},
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """A named person takes the patient. 409 when it is no longer on offer: then the hub has the patient."""
        given = AcceptIn().run_validation(request.data)
        return carry_out(request, self.caller, referral_id, lambda told: answering.accept(**told, **given))


class Reject(AnswerView):
    @extend_schema(
        operation_id="reject_referral",
        parameters=HEADERS,
        request=RejectIn,
        responses={200: ReferralSummaryOut},
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """No, with a coded reason: the hub has the patient again at once."""
        given = RejectIn().run_validation(request.data)
        return carry_out(request, self.caller, referral_id, lambda told: answering.reject(**told, **given))


class Start(AnswerView):
    @extend_schema(
        operation_id="start_referral", parameters=HEADERS, request=None, responses={200: ReferralSummaryOut}
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """You are with the patient."""
        return carry_out(request, self.caller, referral_id, lambda told: answering.start(**told))


class Complete(AnswerView):
    @extend_schema(
        operation_id="complete_referral",
        parameters=HEADERS,
        request=CompleteIn,
        responses={200: ReferralSummaryOut},
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """You have finished, with this outcome."""
        given = CompleteIn().run_validation(request.data)
        return carry_out(request, self.caller, referral_id, lambda told: answering.complete(**told, **given))


class Return(AnswerView):
    @extend_schema(
        operation_id="return_referral",
        parameters=HEADERS,
        request=ReturnIn,
        responses={200: ReferralSummaryOut},
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """You cannot go on after accepting: the hub has the patient again, at the top of its queue."""
        given = ReturnIn().run_validation(request.data)
        return carry_out(
            request, self.caller, referral_id, lambda told: answering.give_patient_back(**told, **given)
        )
