"""The post: sent after the commit, each attempt kept, never sent late, the alarm raised in time."""

import json
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import transaction
from standardwebhooks.webhooks import Webhook

from hub.clock import now
from hub.post import channels
from hub.post.channels import Answer, Envelope
from hub.post.models import Message
from hub.post.operations import deliver_due, post, withdraw
from hub.post.webhooks import deliver
from hub.record.models import Event
from tests.hub.cases.test_holding import at_once

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENT: list[Envelope] = []
ANSWERS: list[Answer] = []


@pytest.fixture(autouse=True)
def _test_channel() -> Iterator[None]:
    SENT.clear()
    ANSWERS.clear()
    known = (dict(channels._ADAPTERS), dict(channels._ESCALATIONS))

    @channels.channel("test")
    def adapter(envelope: Envelope) -> Answer:
        assert not transaction.get_connection().in_atomic_block, (
            "an adapter is called with no transaction open"
        )
        SENT.append(envelope)
        return ANSWERS.pop(0) if ANSWERS else Answer(delivered=True, words="200 OK")

    yield
    for registry, before in zip((channels._ADAPTERS, channels._ESCALATIONS), known, strict=True):
        registry.clear()
        registry.update(before)


def write(minutes: float = 10, **changes: Any) -> Message:
    with transaction.atomic():
        fields = {
            "channel": "test",
            "destination": "there",
            "kind": "test.sent",
            "subject": "test:1",
            "body": {"n": 1},
        }
        return post(**{**fields, **changes}, expires_at=now() + timedelta(minutes=minutes))


@pytest.mark.django_db(transaction=True)
def test_a_message_is_delivered_once_with_its_id_as_key() -> None:
    message = write()
    assert deliver_due() == 1
    assert deliver_due() == 0
    assert [envelope.id for envelope in SENT] == [message.id]
    message.refresh_from_db()
    assert (message.state, message.attempts.count()) == ("delivered", 1)
    assert Event.objects.filter(kind="message.delivered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_operation_sends_nothing() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        raise ZeroDivisionError
    assert deliver_due() == 0


@pytest.mark.django_db(transaction=True)
def test_failures_are_tried_again_and_each_attempt_is_kept() -> None:
    message = write()
    ANSWERS.extend([Answer(False, "503"), Answer(False, "timed out")])
    moment = now()
    for _ in range(4):
        moment += timedelta(seconds=70)
        with time_machine.travel(moment, tick=False):
            deliver_due()
    assert [attempt.answer for attempt in message.attempts.all()] == ["503", "timed out", "200 OK"]


@pytest.mark.django_db(transaction=True)
def test_an_expired_message_is_not_sent_but_escalated() -> None:
    escalated: list[Message] = []
    channels.undelivered("test.sent")(escalated.append)
    write(minutes=1)
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        deliver_due()
    assert SENT == []
    assert [message.state for message in escalated] == ["expired"]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_for_good_is_escalated_at_once() -> None:
    escalated: list[Message] = []
    channels.undelivered("test.sent")(escalated.append)
    write()
    ANSWERS.append(Answer(False, "410 Gone", final=True))
    deliver_due()
    assert [message.state for message in escalated] == ["refused"]


@pytest.mark.django_db(transaction=True)
def test_a_courier_killed_in_mid_delivery_is_followed_by_another_with_the_same_id() -> None:
    message = write()
    Message.objects.update(leased_until=now() + timedelta(seconds=30), attempts_made=1)
    assert deliver_due() == 0
    with time_machine.travel(now() + timedelta(seconds=60), tick=False):
        assert deliver_due() == 1
    assert [envelope.id for envelope in SENT] == [message.id]


@pytest.mark.parametrize(
    "late", [Answer(True, "200 OK"), Answer(False, "503"), Answer(False, "410", final=True)]
)
@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_after_the_message_was_settled_is_kept_and_changes_nothing(late: Answer) -> None:
    # Given an adapter in whose time the message is withdrawn
    escalated: list[Message] = []
    channels.undelivered("test.sent")(escalated.append)

    @channels.channel("slow")
    def adapter(_: Envelope) -> Answer:
        withdraw(reference="thing")
        return late

    message = write(channel="slow", reference="thing")
    # When its answer comes
    deliver_due()
    # Then the attempt stands, and the message as people left it
    message.refresh_from_db()
    assert (message.state, message.attempts.get().answer) == ("withdrawn", late.words)
    assert (escalated, Event.objects.filter(kind__startswith="message.").count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_many_couriers_send_each_message_once() -> None:
    for number in range(30):
        write(destination=f"place {number}")
    at_once(6, lambda _: deliver_due())
    assert len({envelope.id for envelope in SENT}) == len(SENT) == 30


@pytest.mark.django_db(transaction=True)
def test_one_slow_destination_does_not_take_every_courier() -> None:
    for _ in range(5):
        write(destination="slow")
    Message.objects.filter(destination="slow").update(leased_until=None)
    busy = Message.objects.filter(destination="slow").values_list("pk", flat=True)[:3]
    Message.objects.filter(pk__in=list(busy)).update(leased_until=now() + timedelta(seconds=30))
    write(destination="quick")
    deliver_due()
    assert [envelope.destination for envelope in SENT] == ["quick"]


class _Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps its lines open
    got: list[tuple[dict[str, str], str]] = []
    lines: list[socket.socket] = []

    def setup(self) -> None:
        super().setup()
        self.lines.append(self.connection)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.got.append((dict(self.headers), body))
        self.send_response(int(self.path.strip("/") or 200))
        self.send_header("set-cookie", "mark=of-this-partner")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[str]:
    _Receiver.got.clear()
    _Receiver.lines.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def envelope() -> Envelope:
    return Envelope(write().id, "webhook", "x", "referral.sent", {"a": 1})


@pytest.mark.django_db(transaction=True)
def test_a_webhook_is_signed_so_that_the_receiver_can_verify_it(receiver: str) -> None:
    sent = envelope()
    assert deliver(sent, url=f"{receiver}/200", secret=SECRET).delivered
    headers, body = _Receiver.got[0]
    lower = {name.lower(): value for name, value in headers.items()}
    assert Webhook(SECRET).verify(body, lower)["data"] == {"a": 1}
    assert lower["webhook-id"] == str(sent.id)
    assert json.loads(body)["type"] == "referral.sent"


@pytest.mark.parametrize(
    ("status", "delivered", "final"),
    [(204, True, False), (500, False, False), (429, False, False), (404, False, True), (302, False, False)],
)
@pytest.mark.django_db(transaction=True)
def test_answers_of_the_other_side(receiver: str, status: int, delivered: bool, final: bool) -> None:
    answer = deliver(envelope(), url=f"{receiver}/{status}", secret=SECRET)
    assert (answer.delivered, answer.final) == (delivered, final)


@pytest.mark.django_db(transaction=True)
def test_nobody_there_is_tried_again() -> None:
    answer = deliver(envelope(), url="http://127.0.0.1:9", secret=SECRET)
    assert (answer.delivered, answer.final) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_a_partner_must_prove_who_it_is(tmp_path: Path) -> None:
    # Given somebody at the partner's address, with a certificate that nobody vouches for
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    _Receiver.got.clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    # When a message goes there, then it is not told, and tried again: the partner may mend it
    answer = deliver(envelope(), url=f"https://127.0.0.1:{server.server_port}/200", secret=SECRET)
    server.shutdown()
    server.server_close()
    assert (answer.delivered, answer.final, _Receiver.got) == (False, False, [])
    assert "certificate" in answer.words.lower()


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now()).not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.django_db(transaction=True)
def test_a_second_message_goes_over_the_same_line_and_no_cookie_is_kept(receiver: str) -> None:
    for _ in range(2):
        assert deliver(envelope(), url=f"{receiver}/200", secret=SECRET).delivered
    assert len(_Receiver.lines) == 1
    assert all("cookie" not in {name.lower() for name in headers} for headers, _ in _Receiver.got)


@pytest.mark.django_db(transaction=True)
def test_a_partner_who_was_started_anew_gets_the_next_message(receiver: str) -> None:
    assert deliver(envelope(), url=f"{receiver}/200", secret=SECRET).delivered
    for line in _Receiver.lines:
        line.shutdown(socket.SHUT_RDWR)
    assert deliver(envelope(), url=f"{receiver}/200", secret=SECRET).delivered
    assert len(_Receiver.lines) == 2
