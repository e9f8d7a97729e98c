"""The second clinician: a person other than the first, who proves who they are where the decision is made."""

from django.contrib.auth import authenticate
from django.http import HttpRequest

from hub.people.models import User
from hub.people.permissions import Permission
from hub.refusals import Refusal


def confirm_second(request: HttpRequest, *, username: str, password: str) -> User:
    """The senior clinician behind these credentials; wrong ones count towards that person's lock-out.

    Raises Refusal: unknown or wrong credentials, the same person, or no right to agree.
    """
    second = authenticate(request, username=username, password=password)
    if not isinstance(second, User):
        raise Refusal(
            "The second clinician's name or password is not right. Nothing was changed.",
            code="second-not-known",
            status=422,
        )
    if second.pk == getattr(request.user, "pk", None) or not second.may(Permission.SECOND_SIGN):
        raise Refusal(
            "The second clinician must be a senior clinician, and another person than you. Nothing was changed.",
            code="second-needed",
            status=422,
        )
    return second
