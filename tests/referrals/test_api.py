"""The partners' API: who gets in where, each answer, versions, and sending twice."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from hub.cases.models import Case
from hub.people.checks import every_address
from hub.people.models import User
from hub.record.models import Reading
from referrals.models import Referral, Service
from referrals.operations.answering import reject
from tests.hub.cases.api.conftest import Machine
from tests.referrals.stories import make_service, offered
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
REFERRAL, SERVICE = "/api/v1/referrals/<uuid:referral_id>", "/api/v1/services/<uuid:service_id>"
NAMED = {"name": "Ida Moss", "role": "Duty nurse"}
TOLD = {"status": "amber", "good_for_minutes": 30, "capacity": 4}
# address, method, body → the partner whose it is, another partner, a CAD, nobody.
TABLE: dict[tuple[str, str], tuple[Any, tuple[int, int, int, int]]] = {
    ("/api/v1/referrals", "GET"): (None, (200, 200, 403, 401)),
    ("/api/v1/referrals", "POST"): (None, (405, 405, 405, 401)),
    (REFERRAL, "GET"): (None, (200, 404, 403, 401)),
    (REFERRAL, "DELETE"): (None, (405, 405, 405, 401)),
    (f"{REFERRAL}/receive", "POST"): (None, (200, 404, 403, 401)),
    (f"{REFERRAL}/accept", "POST"): (NAMED, (200, 404, 403, 401)),
    (f"{REFERRAL}/reject", "POST"): ({"reason": "22"}, (200, 404, 403, 401)),
    (f"{REFERRAL}/start", "POST"): (None, (409, 404, 403, 401)),
    (f"{REFERRAL}/complete", "POST"): ({"outcome": "Lifted"}, (409, 404, 403, 401)),
    (f"{REFERRAL}/return", "POST"): ({"words": "Not there"}, (409, 404, 403, 401)),
    ("/api/v1/services", "GET"): (None, (200, 200, 403, 401)),
    (f"{SERVICE}/capacity", "GET"): (None, (200, 404, 403, 401)),
    (f"{SERVICE}/capacity", "PUT"): (TOLD, (200, 404, 403, 401)),
}


@pytest.fixture
def partner() -> Machine:
    return Machine("test-partner", "partner")


def test_every_address_is_in_the_table() -> None:
    ours = re.compile(r"api/v1/(referrals|services)")
    found = {f"/{path}" for path, _ in every_address(get_resolver()) if ours.match(path)}
    assert found == {path for path, _ in TABLE}


@pytest.mark.parametrize(("path", "method"), TABLE)
def test_the_table(path: str, method: str, clinician: User, partner: Machine) -> None:
    body, expected = TABLE[path, method]
    others: tuple[Callable[[], Machine | None], ...] = (
        lambda: None,
        lambda: Machine("a-cad", "cad"),
        lambda: Machine("another-partner", "partner"),
        lambda: partner,
    )
    referral = offered(clinician)
    address = path.replace("<uuid:referral_id>", str(referral.pk)).replace(
        "<uuid:service_id>", str(referral.service_id)
    )
    for make, status in zip(others, reversed(expected), strict=True):
        who = make()
        if who is None:
            answer = Client(raise_request_exception=False).generic(method, address)
        else:
            answer = who.ask(method, address, body, If_Match="*")
        assert answer.status_code == status, answer.content
        if status >= 400:
            assert answer["Content-Type"] == "application/problem+json"


def test_the_whole_journey_over_the_api(clinician: User, partner: Machine) -> None:
    referral = offered(clinician)
    [listed] = partner.ask("GET", "/api/v1/referrals?state=sent").json()["items"]
    assert listed["id"] == str(referral.pk)
    assert "content" not in listed
    read = partner.ask("GET", listed["links"]["self"])
    assert read.json()["content"]["patient"]["name"] == "Mary Sample"
    assert Reading.objects.filter(stream=referral.stream, by_label="API client test-partner").exists()
    tag = read["ETag"]
    for move, body in (
        ("receive", None), ("accept", NAMED), ("start", None), ("complete", {"outcome": "Lifted, tea made"}),
    ):  # fmt: skip
        answer = partner.ask("POST", f"{listed['links']['self']}/{move}", body, If_Match=tag)
        assert answer.status_code == 200, answer.content
        tag = answer["ETag"]
    assert (answer.json()["state"], answer.json()["words"]) == ("completed", "Lifted, tea made")
    assert Case.objects.get().outcome == "referred"


def test_an_answer_says_which_version_it_is_of(clinician: User, partner: Machine) -> None:
    address = f"/api/v1/referrals/{offered(clinician).pk}"
    tag = partner.ask("GET", address)["ETag"]
    assert partner.ask("POST", f"{address}/accept", NAMED).status_code == 428
    assert partner.ask("POST", f"{address}/receive", If_Match=tag).status_code == 200
    stale = partner.ask("POST", f"{address}/accept", NAMED, If_Match=tag)
    assert stale.status_code == 412
    assert stale.json()["type"] == "urn:hub:problem:stale"
    assert Referral.objects.get().state == "received"


def test_sending_twice_with_a_key_answers_the_same(clinician: User, partner: Machine) -> None:
    address = f"/api/v1/referrals/{offered(clinician).pk}"
    tag = partner.ask("GET", address)["ETag"]
    once, again = (
        partner.ask("POST", f"{address}/accept", NAMED, If_Match=tag, Idempotency_Key="k1") for _ in range(2)
    )
    assert (once.status_code, again.status_code) == (200, 200)
    assert once.json() == again.json()


def test_a_late_yes_is_told_that_the_hub_has_the_patient(clinician: User, partner: Machine) -> None:
    referral = offered(clinician)
    reject(referral_id=referral.pk, by=PARTNER, reason="22")
    answer = partner.ask("POST", f"/api/v1/referrals/{referral.pk}/accept", NAMED, If_Match="*")
    assert answer.status_code == 409
    assert "the service does not have the patient" in answer.json()["detail"]
    read = partner.ask("GET", f"/api/v1/referrals/{referral.pk}").json()
    assert read["content"] is None, "the patient is no longer this service's to read about"


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("accept", {}),
        ("accept", {"name": "  ", "role": "nurse"}),
        ("accept", {"name": "Ida", "role": "nurse", "extra": 1}),
        ("reject", {"reason": "50"}),
        ("reject", {"reason": 22}),
        ("reject", {}),
    ],
)
def test_bad_answers_change_nothing(
    clinician: User, partner: Machine, move: str, body: dict[str, Any]
) -> None:
    referral = offered(clinician)
    answer = partner.ask("POST", f"/api/v1/referrals/{referral.pk}/{move}", body, If_Match="*")
    assert answer.status_code == 422
    assert answer.json()["errors"]
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_capacity_is_told_with_a_version_and_runs_out(partner: Machine) -> None:
    service = make_service()
    address = f"/api/v1/services/{service.pk}/capacity"
    first = partner.ask("GET", address)
    assert (first.json()["status"], first.json()["places_left"]) == ("unknown", None)
    told = partner.ask("PUT", address, TOLD, If_Match=first["ETag"])
    assert (told.json()["status"], told.json()["places_left"]) == ("amber", 4)
    assert partner.ask("PUT", address, TOLD, If_Match=first["ETag"]).status_code == 412
    for bad in ({**TOLD, "status": "unknown"}, {**TOLD, "good_for_minutes": 721}, {**TOLD, "capacity": -1}):
        assert partner.ask("PUT", address, bad, If_Match="*").status_code == 422
    assert Service.objects.get().told_status == "amber"


def test_pages_walk_through_everything_once(partner: Machine) -> None:
    made = {str(make_service(f"Service {number}").pk) for number in range(5)}
    seen: list[str] = []
    address: str | None = "/api/v1/services?limit=2"
    while address:
        page = partner.ask("GET", address).json()
        seen += [each["id"] for each in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen))
    assert set(seen) == made


@pytest.mark.parametrize("query", ["?state=draft", "?state=open", "?limit=0", "?cursor=x", "?page=2"])
def test_parameters_that_mean_nothing_are_refused(partner: Machine, query: str) -> None:
    assert partner.ask("GET", f"/api/v1/referrals{query}").status_code == 422
