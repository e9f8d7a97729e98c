"""The patient's link: unguessable, signed, made useless by time, by an answer, or by a newer link."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from referrals.models import FollowUp

REPLY_LASTS = timedelta(hours=48)
_signer = Signer(salt="referrals.reply", sep=".")


def token_of(follow_up: FollowUp) -> str:
    """The link's token: which follow-up, its key of the moment, and our signature over both."""
    return _signer.sign(f"{follow_up.pk}~{follow_up.reply_key}")


def read_token(token: str) -> tuple[int, str] | None:
    """Follow-up and key of a token that we signed; None for anything else, before any look into the database."""
    try:
        number, _, key = _signer.unsign(token).partition("~")
    except BadSignature:
        return None
    return (int(number), key) if number.isdigit() and key else None


def follow_up_of(token: str) -> FollowUp | None:
    """The follow-up a link belongs to, whether it is still open or not; None for a link that is not good."""
    read = read_token(token)
    if read is None:
        return None
    found = FollowUp.objects.filter(pk=read[0]).first()
    return found if found and found.reply_key and secrets.compare_digest(found.reply_key, read[1]) else None


def reply_address(follow_up: FollowUp) -> str:
    """The whole address, as it stands in the text message."""
    return settings.PUBLIC_URL + reverse("referrals:reply", args=[token_of(follow_up)])
