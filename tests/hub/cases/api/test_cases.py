"""Cases over the API: what is taken in, what comes back, what sending twice does."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hub.cases.models import Case, Dispatch, SourceVersion
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.holding import claim
from hub.record.models import Event, Reading

from .conftest import full_call, get_token

pytestmark = pytest.mark.django_db


def test_a_full_call_is_kept_whole(cad: Any) -> None:
    answer = cad.send(full_call())
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert answer["Location"] == body["links"]["self"]
    assert answer["ETag"] == '"1"'
    assert (body["state"], body["category"], body["outcome"]) == ("waiting", "C3", None)
    assert body["reference"].startswith("H-")
    assert body["clocks"]["clock_start"] == "2026-11-22T09:30:00Z"
    assert body["patient"]["nhs_number"] == "9990000018"
    assert body["patient"]["risks"] == ["alone", "anticoagulant"]
    assert body["location"]["postcode"] == "SE1 0AA"
    assert body["location"]["latitude"] == 51.501009
    assert body["not_recorded"] == []
    case = Case.objects.get()
    assert case.source_client == "london-cad"
    assert [(c.phone, c.is_caller, c.is_patient) for c in case.contacts.all()] == [
        ("+442079460991", False, True),
        ("+447700900123", True, False),
    ]
    assert list(case.flags.values_list("kind", "author")) == [
        ("reasonable_adjustment", "API client london-cad")
    ]
    assert list(Event.objects.filter(stream=case.stream).values_list("kind", "by_label")) == [
        ("case.opened", "API client london-cad")
    ]


def test_what_is_missing_is_accepted_and_said_to_be_missing(cad: Any) -> None:
    body = cad.send({"cad_number": "1", "category": "C5"}).json()
    assert body["patient"]["birth_date"] is None
    assert body["patient"]["nhs_number_status"] == "not_recorded"
    assert body["location"]["address"] is None
    assert body["not_recorded"] == [
        "given_name", "family_name", "birth_date", "nhs_number", "practice_code", "problem", "address", "postcode",
    ]  # fmt: skip
    assert body["contacts"] == []


def test_the_same_incident_again_answers_with_the_case_there_is(cad: Any) -> None:
    first = cad.send(full_call())
    again = cad.send(full_call())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Case.objects.count() == SourceVersion.objects.count() == Event.objects.count() == 1


def test_the_same_incident_with_other_content_is_no_second_case_and_loses_nothing(cad: Any) -> None:
    first = cad.send(full_call()).json()
    other = cad.send(full_call(problem="now also confused"))
    assert other.status_code == 409
    problem = other.json()
    assert problem["type"] == "urn:hub:problem:incident-exists"
    assert problem["case"] == first["links"]["self"]
    assert Case.objects.get().problem == "fell in the kitchen, cannot get up"


def test_two_clients_may_use_one_incident_number(cad: Any, other_cad: Any) -> None:
    assert cad.send(full_call()).status_code == other_cad.send(full_call()).status_code == 201
    assert Case.objects.count() == 2


def test_a_key_gives_the_same_answer_and_is_refused_for_another_request(cad: Any, other_cad: Any) -> None:
    first = cad.send(full_call(), Idempotency_Key="k-1")
    again = cad.send(full_call(), Idempotency_Key="k-1")
    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), first["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert cad.send(full_call("2"), Idempotency_Key="k-1").status_code == 422
    assert other_cad.send(full_call("3"), Idempotency_Key="k-1").status_code == 201
    assert Case.objects.count() == 2


def test_a_refused_request_does_not_use_up_its_key(cad: Any) -> None:
    cad.send(full_call())
    assert cad.send(full_call(problem="other"), Idempotency_Key="k").status_code == 409
    assert cad.send(full_call("9"), Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 101, "naïve", "a\tb"])
def test_an_odd_key_is_named(cad: Any, key: str) -> None:
    answer = cad.send(full_call(), Idempotency_Key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert not Case.objects.exists()


@pytest.mark.parametrize(("category", "segment"), [("C1", None), ("HCP1", None), ("C2", "A")])
def test_what_never_waits_goes_straight_to_dispatch(cad: Any, category: str, segment: str | None) -> None:
    body = cad.send(full_call(category=category, segment=segment)).json()
    assert body["state"] == "awaiting_dispatch"
    waiting = cad.ask("GET", "/api/v1/dispatches").json()["items"]
    assert [(row["cad_number"], row["category"], row["state"]) for row in waiting] == [
        ("26112200001", category, "requested")
    ]
    assert waiting[0]["location"]["address"] == "2 Example Road, London"


def test_a_case_is_read_and_the_look_is_recorded(cad: Any) -> None:
    sent = cad.send(full_call())
    read = cad.ask("GET", sent["Location"])
    assert read.json() == sent.json()
    assert read["ETag"] == sent["ETag"]
    assert list(Reading.objects.values_list("by_label", "page")) == [("API client london-cad", "api")]


def test_a_list_goes_by_cursor_and_finds_by_incident(cad: Any, other_cad: Any) -> None:
    numbers = [f"{n}" for n in range(7)]
    for number in numbers:
        cad.send({"cad_number": number, "category": "C4"})
    other_cad.send({"cad_number": "theirs", "category": "C4"})
    found: list[str] = []
    address = "/api/v1/cases?limit=3"
    while address:
        page = cad.ask("GET", address).json()
        found += [row["cad_number"] for row in page["items"]]
        assert "patient" not in page["items"][0]
        address = page["next"]
    assert found == numbers[::-1]
    assert [row["cad_number"] for row in cad.ask("GET", "/api/v1/cases?cad_number=4").json()["items"]] == [
        "4"
    ]
    assert cad.ask("GET", "/api/v1/cases?cad_number=theirs").json()["items"] == []


def test_an_update_needs_the_version_it_is_of(cad: Any) -> None:
    sent = cad.send(full_call())
    address, more = sent["Location"], full_call(problem="now also confused", category="C2", segment="B")
    assert cad.ask("PUT", address, more).status_code == 428
    assert cad.ask("PUT", address, more, If_Match='"7"').status_code == 412
    assert Case.objects.get().category == "C3"
    read = cad.ask("GET", address)
    put = cad.ask("PUT", address, more, If_Match=read["ETag"])
    assert (put.status_code, put["ETag"]) == (200, '"3"')
    assert (put.json()["category"], put.json()["problem"]) == ("C2", "now also confused")
    assert cad.ask("PUT", address, more, If_Match=sent["ETag"]).status_code == 412
    versions = list(SourceVersion.objects.values_list("number", "kind", "payload__problem"))
    assert versions == [
        (1, "sent", "fell in the kitchen, cannot get up"),
        (2, "refused", "now also confused"),
        (3, "updated", "now also confused"),
    ]


def test_a_sender_does_not_lower_a_category_nor_change_the_incident(cad: Any) -> None:
    sent = cad.send(full_call(category="C2", segment="B"))
    lower = cad.ask("PUT", sent["Location"], full_call(category="C5"), If_Match="*")
    assert lower.json()["category"] == "C2"
    other = cad.ask("PUT", sent["Location"], full_call("other"), If_Match="*")
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "#/cad_number")


def test_updates_and_cancels_end_when_the_consultation_begins(cad: Any, clinician: Any) -> None:
    sent = cad.send(full_call())
    address = sent["Location"]
    case = claim(case_id=Case.objects.get().pk, by=clinician)
    assert cad.ask("PUT", address, full_call(problem="more"), If_Match='"2"').status_code == 200
    start_consultation(case_id=case.pk, by=clinician, fence=case.fence)
    put = cad.ask("PUT", address, full_call(problem="yet more"), If_Match="*")
    cancelled = cad.ask("POST", f"{address}/cancel", {"reason": "caller rang off"})
    assert (put.status_code, cancelled.status_code) == (409, 409)
    assert put.json()["type"] == "urn:hub:problem:in-progress"
    assert Case.objects.get().problem == "more"


def test_a_cancel_said_twice_is_one(cad: Any) -> None:
    address = cad.send(full_call())["Location"]
    first = cad.ask("POST", f"{address}/cancel", {"reason": "crew already there"})
    again = cad.ask("POST", f"{address}/cancel", {"reason": "crew already there"})
    assert first.json() == again.json()
    assert (first.status_code, first.json()["state"], first.json()["outcome"]) == (200, "closed", "cancelled")
    assert SourceVersion.objects.filter(kind="cancelled").count() == 1
    assert cad.send(full_call()).json()["state"] == "closed"


def test_a_dispatch_is_acknowledged_once(cad: Any) -> None:
    cad.send(full_call(category="C1"))
    row = cad.ask("GET", "/api/v1/dispatches").json()["items"][0]
    address = row["links"]["acknowledgement"]
    first = cad.ask("PUT", address, {"cad_reference": "CAD-77"})
    again = cad.ask("PUT", address, {"cad_reference": "CAD-77"})
    assert (first.status_code, first.json()["state"]) == (200, "acknowledged")
    assert first.json() == again.json()
    assert cad.ask("PUT", address, {"cad_reference": "CAD-78"}).status_code == 409
    assert Dispatch.objects.get().cad_reference == "CAD-77"
    assert (Case.objects.get().state, Case.objects.get().outcome) == ("closed", "dispatched")
    assert cad.ask("GET", "/api/v1/dispatches").json()["items"] == []
    assert cad.ask("GET", row["links"]["self"]).json()["state"] == "acknowledged"


def test_dispatches_of_calls_taken_here_are_for_whoever_takes_dispatches(
    cad: Any, other_cad: Any, open_case_: Any
) -> None:
    open_case_("C1")  # its sender, test-cad, is no client that takes dispatches
    other_cad.send(full_call("theirs", category="C1"))
    seen = cad.ask("GET", "/api/v1/dispatches").json()["items"]
    assert [row["cad_number"] for row in seen] == [None]
    theirs = Dispatch.objects.get(case__cad_number="theirs")
    assert cad.ask("PUT", f"/api/v1/dispatches/{theirs.pk}/acknowledgement", {}).status_code == 404
    assert Dispatch.objects.get(pk=theirs.pk).state == "requested"


def test_a_client_withdrawn_is_out_at_once(cad: Any) -> None:
    call_command("add_api_client", cad.name, kind="cad", again=True)
    assert cad.ask("GET", "/api/v1/cases").status_code == 401
    assert get_token(cad.secrets).status_code == 401


def test_a_partner_cannot_be_given_a_cads_scopes() -> None:
    with pytest.raises(CommandError, match="cannot have cases:write"):
        call_command("add_api_client", "sly", kind="partner", scopes=["cases:write"])
