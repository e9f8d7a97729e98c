"""A partner's answers to a referral; each the same operation that the telephone form calls."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hub.cases.api.clients import Caller
from hub.cases.api.etag import check_match, etag
from hub.cases.api.fields import Strict
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


def _view(
    move: str, operation: Callable[..., Referral], meaning: str, reads: type[Strict] | None = None
) -> type[AnswerView]:
    """The view of one answer: the operation that it is, its meaning in the description, and what its body holds."""

    @extend_schema(
        operation_id=f"{move}_referral",
        description=meaning,
        parameters=HEADERS,
        request=reads,
        responses={200: ReferralSummaryOut},
    )
    def post(self: AnswerView, request: Request, referral_id: UUID) -> Response:
        given = reads().run_validation(request.data) if reads else {}
        return carry_out(request, self.caller, referral_id, lambda told: operation(**told, **given))

    return type(move.title(), (AnswerView,), {"post": post})


Receive = _view("receive", answering.receive, "Your system has it. The patient is still the hub's.")
Accept = _view(
    "accept",
    answering.accept,
    "A named person takes the patient. 409 when it is no longer on offer: then the hub has the patient.",
    AcceptIn,
)
Reject = _view(
    "reject", answering.reject, "No, with a coded reason: the hub has the patient again at once.", RejectIn
)
Start = _view("start", answering.start, "You are with the patient.")
Complete = _view("complete", answering.complete, "You have finished, with this outcome.", CompleteIn)
Return = _view(
    "return",
    answering.give_patient_back,
    "You cannot go on after accepting: the hub has the patient again, at the top of its queue.",
    ReturnIn,
)
