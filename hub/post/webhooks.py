"""Signed HTTP messages by the Standard Webhooks convention, with bounded time."""

import json
from datetime import datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from standardwebhooks.webhooks import Webhook

from hub.clock import now
from hub.post.channels import Answer, Envelope

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
# Let go before most servers do (5 seconds and more): a message must not meet a line that is just being hung up.
KEPT = httpx.Limits(keepalive_expiry=2.0)
# Answers after which asking again is worth it; every other 4xx is a refusal for good.
TRY_AGAIN = frozenset({408, 409, 425, 429})


def deliver(envelope: Envelope, *, url: str, secret: str) -> Answer:
    """POST the body with webhook-id (the message's id), webhook-timestamp and webhook-signature."""
    if not url.startswith(("http://", "https://")):
        return Answer(delivered=False, words="The destination is not an http address.", final=True)
    text = json.dumps({"type": envelope.kind, "timestamp": now().isoformat(), "data": envelope.body})
    headers = signed(str(envelope.id), text, secret=secret, at=now())
    try:
        response = line().post(url, content=text, headers=headers)
    except httpx.HTTPError as error:
        return Answer(delivered=False, words=f"{type(error).__name__}: {error}"[:300])
    final = 400 <= response.status_code < 500 and response.status_code not in TRY_AGAIN
    words = f"{response.status_code} {response.reason_phrase}"
    return Answer(delivered=response.is_success, words=words, final=final)


@cache
def line() -> httpx.Client:
    """One client a process: reading the trusted certificates took longer than all the rest of a call.

    A connection that was just used is used again. No partner's cookie is kept.
    """
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(timeout=TIMEOUT, limits=KEPT, cookies=no_cookies, follow_redirects=False)


def signed(message_id: str, text: str, *, secret: str, at: datetime) -> dict[str, str]:
    """The headers of the convention for this text."""
    signature = Webhook(secret).sign(message_id, at, text)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
