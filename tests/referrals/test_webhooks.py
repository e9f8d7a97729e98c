"""The message to a service, over real HTTP: signed, tried again, given up; the patient is never lost with it."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook

from hub.cases.models import Case
from hub.clock import now
from hub.people.models import User
from hub.post.models import Attempt, Message
from hub.post.operations import deliver_due
from referrals.models import Referral, Service
from referrals.signing import new_secret
from tests.hub.cases.api.conftest import Machine
from tests.referrals.stories import make_service, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


class Partner(ThreadingHTTPServer):
    """A service's own machine; `answers` says what it answers, call by call, the last for ever."""

    answers: list[int]
    heard: list[tuple[dict[str, str], bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: Partner

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        if status == 302:
            self.send_header("location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def partner() -> Iterator[Partner]:
    server = Partner(("127.0.0.1", 0), _Handler)
    server.answers, server.heard = [204], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def reached_at(partner: Partner, **changes: Any) -> Service:
    address = f"http://127.0.0.1:{partner.server_address[1]}/webhooks/T1"
    return make_service(webhook_url=address, webhook_secret=new_secret(), **changes)


def later(referral: Referral, **span: float) -> Any:
    assert referral.sent_at is not None
    return time_machine.travel(referral.sent_at + timedelta(**span), tick=True)


def test_the_message_is_signed_and_tells_nothing_about_the_patient(clinician: User, partner: Partner) -> None:
    service = reached_at(partner)
    referral = offered(clinician, service)
    deliver_due()
    [(headers, body)] = partner.heard
    told = Webhook(service.webhook_secret).verify(body, headers)
    assert (told["type"], told["data"]["referral"]) == ("referral.sent", str(referral.pk))
    message = Message.objects.get(reference=str(referral.pk))
    assert (headers["webhook-id"], message.state) == (str(message.pk), "delivered")
    assert b"Mary" not in body
    assert service.webhook_secret not in json.dumps(message.body) + message.destination


def test_a_busy_partner_is_asked_again_with_the_same_id(clinician: User, partner: Partner) -> None:
    partner.answers = [503, 429, 204]
    referral = offered(clinician, reached_at(partner))
    for minutes in (0, 1, 2):
        with later(referral, minutes=minutes, seconds=1):
            deliver_due()
    assert len({headers["webhook-id"] for headers, _ in partner.heard}) == 1
    assert list(Attempt.objects.values_list("delivered", flat=True)) == [False, False, True]
    referral.refresh_from_db()
    assert referral.state == "sent"


@pytest.mark.parametrize("status", [400, 404, 410])
def test_refused_for_good_brings_the_case_back_at_once(
    clinician: User, partner: Partner, status: int
) -> None:
    partner.answers = [status]
    service = reached_at(partner, capacity=3)
    referral = offered(clinician, service)
    deliver_due()
    referral.refresh_from_db()
    case = Case.objects.get()
    assert (referral.state, case.state) == ("failed", "waiting")
    assert "could not be delivered" in case.alarm
    service.refresh_from_db()
    assert service.places_left == 3


def test_a_redirect_is_not_followed(clinician: User, partner: Partner) -> None:
    partner.answers = [302]
    offered(clinician, reached_at(partner))
    deliver_due()
    attempt = Attempt.objects.get()
    assert (attempt.delivered, attempt.answer[:3]) == (False, "302")


def test_nobody_listens_until_the_limit_and_the_hub_has_the_patient(clinician: User) -> None:
    referral = offered(clinician, make_service(webhook_url="http://127.0.0.1:9/hook"))
    deliver_due()
    referral.refresh_from_db()
    assert referral.state == "sent"
    assert referral.accept_by is not None
    with time_machine.travel(referral.accept_by + timedelta(seconds=1), tick=True):
        deliver_due()
    referral.refresh_from_db()
    assert (referral.state, Case.objects.get().state) == ("failed", "waiting")


def test_while_the_message_fails_the_service_can_read_and_accept(clinician: User) -> None:
    referral = offered(clinician, make_service(webhook_url="http://127.0.0.1:9/hook"))
    deliver_due()
    machine = Machine("test-partner", "partner")
    address = f"/api/v1/referrals/{referral.pk}"
    tag = machine.ask("GET", address)["ETag"]
    answer = machine.ask("POST", f"{address}/accept", {"name": "Ida Moss", "role": "Nurse"}, If_Match=tag)
    assert answer.status_code == 200
    assert Case.objects.get().outcome == "referred"
    with later(referral, hours=1):
        deliver_due()
    referral.refresh_from_db()
    assert referral.state == "accepted", "a message given up later must not take the patient back"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/"])
def test_only_http_addresses_of_the_directory_are_called(clinician: User, address: str) -> None:
    referral = offered(clinician, make_service(webhook_url=address))
    deliver_due()
    referral.refresh_from_db()
    assert referral.state == "failed"


def test_a_message_cannot_choose_where_it_goes(clinician: User, partner: Partner) -> None:
    referral = offered(clinician, reached_at(partner))
    message = Message.objects.get(reference=str(referral.pk))
    Message.objects.filter(pk=message.pk).update(destination="http://169.254.169.254/latest/meta-data")
    deliver_due()
    assert partner.heard == []
    message.refresh_from_db()
    assert message.state == "refused"


def test_in_production_only_https_is_called(clinician: User, partner: Partner, settings: Any) -> None:
    offered(clinician, reached_at(partner))
    settings.MODE = "production"
    deliver_due()
    assert partner.heard == []
    assert Message.objects.get(kind="referral.sent").state == "refused"


def test_a_service_without_an_address_waits_for_the_telephone(clinician: User) -> None:
    referral = offered(clinician, make_service(webhook_url=""))
    assert not Message.objects.exists()
    assert (referral.state, referral.accept_by is not None and referral.accept_by > now()) == ("sent", True)
