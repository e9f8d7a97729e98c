"""Versions on the wire: the row's version as ETag, and If-Match on every change of what somebody may have changed."""

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from hub.refusals import Refusal

STALE = "stale"


class EtagNeeded(APIException):
    """A change that does not say which version it is of."""

    status_code = 428
    default_code = "etag-needed"
    default_detail = "If-Match is missing."


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def check_match(request: Request, version: int, *, needed: bool = True) -> None:
    """Hold If-Match against the locked row's version.

    Raises EtagNeeded (428) when it is missing and needed, Refusal 412 when the row has moved on. `*` fits any.
    """
    sent = request.META.get("HTTP_IF_MATCH", "").strip()
    if not sent:
        if needed:
            raise EtagNeeded
        return
    if sent != "*" and etag(version) not in {tag.strip() for tag in sent.split(",")}:
        raise Refusal(
            "It has changed since you read it. Nothing was changed. Read it again, then decide.",
            code=STALE,
            status=412,
            current=etag(version),
        )
