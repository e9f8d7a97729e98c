"""The demo's CAD and partners: only signed messages count, answers go through the API, people can steer them."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from hub.cases.models import Case, Dispatch
from hub.demo.api import Api
from hub.demo.cad import Cad
from hub.demo.doors import Door
from hub.demo.later import Later
from hub.demo.log import Log
from hub.demo.partners import Partner
from hub.post.operations import deliver_due
from hub.post.webhooks import signed
from tests.hub.demo.conftest import SECRET

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(what: Callable[[], Any], seconds: float = 10) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


@pytest.fixture
def opened() -> Iterator[Callable[..., str]]:
    doors: list[tuple[Door, threading.Thread]] = []

    def open_(*machines: Any) -> str:
        door = Door(("127.0.0.1", 0), machines, Log(), title="Test")
        thread = threading.Thread(target=door.serve_forever)
        thread.start()
        doors.append((door, thread))
        return f"http://127.0.0.1:{door.server_address[1]}"

    yield open_
    for door, thread in doors:
        door.shutdown()
        door.server_close()
        thread.join()


def send(url: str, path: str, body: bytes, **headers: str) -> int:
    line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        line.request("POST", path, body, headers)
        return line.getresponse().status
    finally:
        line.close()


def test_the_cad_acknowledges_an_ambulance_by_the_api(
    cad_api: Api, later: Later, opened: Callable[..., str], open_case_: Callable[..., Case]
) -> None:
    url = opened(Cad(cad_api, SECRET, later, Log()))
    with override_settings(HUB_CAD_URL=url, HUB_CAD_SECRET=SECRET):
        case = open_case_("C1")
        assert deliver_due(seconds=5) == 1
        wait_for(lambda: Dispatch.objects.filter(case=case, state="acknowledged").exists())
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "dispatched")
    assert Dispatch.objects.get(case=case).cad_reference.startswith("J")


def test_the_cad_finds_what_no_message_told_it(
    cad_api: Api, later: Later, open_case_: Callable[..., Case]
) -> None:
    case = open_case_("C1")
    Cad(cad_api, SECRET, later, Log()).begin()
    wait_for(lambda: Dispatch.objects.filter(case=case, state="acknowledged").exists())


def test_a_silent_cad_answers_nothing(cad_api: Api, later: Later, open_case_: Callable[..., Case]) -> None:
    log = Log()
    cad = Cad(cad_api, SECRET, later, log)
    cad.mode = "silent"
    case = open_case_("C1")
    cad.begin()
    wait_for(log.newest)
    time.sleep(0.3)
    assert Dispatch.objects.get(case=case).state == "requested"


def test_unsigned_stale_and_odd_messages_are_refused(
    cad_api: Api, later: Later, opened: Callable[..., str]
) -> None:
    url = opened(Cad(cad_api, SECRET, later, Log()))
    text = json.dumps({"type": "dispatch.requested", "data": {"dispatch": "1"}})
    moment = datetime.now(UTC)
    good = signed("message-1", text, secret=SECRET, at=moment)
    other = signed("message-1", text, secret="whsec_" + "b3RoZXIh" * 6, at=moment)
    old = signed("message-1", text, secret=SECRET, at=moment - timedelta(minutes=10))
    assert send(url, "/", text.encode()) == 401
    assert send(url, "/", text.encode(), **other) == 401
    assert send(url, "/", text.encode(), **old) == 401
    assert send(url, "/", text.replace("1", "2").encode(), **good) == 401
    assert send(url, "/", b"[]", **signed("m", "[]", secret=SECRET, at=moment)) == 422
    assert send(url, "/", b"x" * 300_000, **good) == 413
    assert send(url, "/", text.encode(), **good) == 202


def test_a_person_steers_a_machine_from_its_page_and_nobody_from_elsewhere(
    cad_api: Api, later: Later, opened: Callable[..., str]
) -> None:
    partner = Partner("<b>Pharmacy</b>", cad_api, SECRET, later, Log())
    url = opened(partner)
    form = b"name=%3Cb%3EPharmacy%3C%2Fb%3E&mode=reject"
    assert send(url, "/control", form, Origin="https://elsewhere.example") == 403
    assert partner.mode == "mixed"
    assert send(url, "/control", form, Origin=url) == 303
    assert partner.mode == "reject"
    assert send(url, "/control", b"name=nobody&mode=reject") == 422
    assert send(url, "/control", form.replace(b"reject", b"explode")) == 422
    line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    line.request("GET", "/")
    page = line.getresponse().read().decode()
    line.close()
    assert "&lt;b&gt;Pharmacy" in page
    assert "<b>Pharmacy" not in page


def test_the_same_referral_is_answered_alike_every_time(cad_api: Api, later: Later) -> None:
    def answers(seed: int) -> list[str]:
        partner = Partner("ucr", cad_api, SECRET, later, Log(), seed=seed)
        return [partner._choice(partner._dice(str(number))) for number in range(200)]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)
    assert set(answers(1)) == {"accept", "reject", "silent"}


def test_a_job_that_fails_harms_no_other(later: Later, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()
    later.after(0, lambda: 1 / 0)
    later.after(0.05, done.set)
    assert done.wait(5)
    assert "a job of the demo failed" in caplog.text
