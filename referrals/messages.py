"""Messages of onward care: referrals to services by webhook, text messages to patients."""

import fcntl
import json
import os
from typing import Any
from uuid import UUID

from django.conf import settings
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient
from requests.exceptions import RequestException

from hub.clock import now
from hub.post.channels import Answer, Envelope, channel, undelivered
from hub.post.models import Message
from hub.post.webhooks import deliver
from hub.prepared import Prepared
from referrals.models import Service
from referrals.operations.answering import fail
from referrals.operations.telling import not_told

TEXTS = "texts.jsonl"
_SERVICE = Prepared(lambda key: Service.objects.filter(pk=key))


@channel("webhook")
def _to_service(envelope: Envelope) -> Answer:
    """Address and secret come from the directory row and from nowhere else: no message can choose where it goes."""
    service = _service(envelope.destination)
    if service is None or not service.webhook_url:
        return Answer(
            delivered=False, words="The service has no webhook address in the directory.", final=True
        )
    if settings.MODE == "production" and not service.webhook_url.startswith("https://"):
        return Answer(delivered=False, words="The service's address is not https.", final=True)
    return deliver(envelope, url=service.webhook_url, secret=service.webhook_secret)


def _service(destination: str) -> Service | None:
    """The row that the message names, or None. One that has ended still hears of what stands with it."""
    try:
        key = UUID(destination.rpartition("service:")[2])
    except ValueError:
        return None
    return _SERVICE.row(key)


@undelivered("referral.sent")
def _service_never_got_it(message: Message) -> None:
    fail(referral_id=UUID(message.reference), words="The message could not be delivered.")


@undelivered("referral.notice")
def _service_not_told(message: Message) -> None:
    not_told(referral_id=UUID(message.reference))


@channel("sms")
def _text(envelope: Envelope) -> Answer:
    """A text message: to a file in the demo and in tests, by GOV.UK Notify in production."""
    return _notify(envelope) if settings.TEXT_MESSAGES == "notify" else _to_file(envelope)


def _to_file(envelope: Envelope) -> Answer:
    """One line of JSON a message; the lock keeps two couriers' lines apart."""
    line = {
        "id": str(envelope.id),
        "at": now().isoformat(),
        "to": envelope.destination,
        "text": envelope.body["text"],
    }
    settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
    handle = os.open(settings.STATE_DIR / TEXTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return Answer(delivered=True, words=f"Written to {TEXTS}")


def _notify(envelope: Envelope) -> Answer:
    """The template has one placeholder, ((text)); the reference is the message's id, so a second try is visible."""
    sender: Any = NotificationsAPIClient(settings.NOTIFY_API_KEY, timeout=8)  # type: ignore[no-untyped-call]
    try:
        sent = sender.send_sms_notification(
            phone_number=envelope.destination, template_id=settings.NOTIFY_TEMPLATE_ID,
            personalisation={"text": envelope.body["text"]}, reference=str(envelope.id),
        )  # fmt: skip
    except HTTPError as error:
        return Answer(delivered=False, words=f"Notify: {error}"[:300], final=error.status_code in (400, 403))
    except RequestException as error:
        return Answer(delivered=False, words=f"{type(error).__name__}: {error}"[:300])
    return Answer(delivered=True, words=f"Notify took it: {sent['id']}")
