"""What nobody should send: always a 4xx with words, never a traceback, never half a case."""

import json
from typing import Any

import pytest
from django.test import Client

from hub.cases.models import Case, Contact, Flag, IntakeKey, SourceVersion

from .conftest import full_call

pytestmark = pytest.mark.django_db


def raw(cad: Any, body: bytes, kind: str = "application/json", **headers: str) -> Any:
    headers.setdefault("Authorization", f"Bearer {cad.token}")
    return Client(raise_request_exception=False).generic(
        "POST", "/api/v1/cases", body, content_type=kind, headers=headers
    )


def with_text(text: str) -> bytes:
    return b'{"cad_number":"1","category":"C3","problem":"' + text.encode() + b'"}'


def deep(levels: int) -> bytes:
    return b'{"cad_number":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"nonsense", 400),
        (b"\xff\xfe{}", 400),
        ('{"problem":"é"}'.encode("latin-1"), 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b"17", 422),
        (b"[[[]]]", 422),
        (b'{"cad_number": NaN}', 400),
        (b'{"cad_number": 1e400, "category": "C3"}', 422),
        (b'{"cad_number": ' + b"9" * 5000 + b"}", 400),
        (b'{"category":"C3","category":"C5","cad_number":"1"}', 400),
        (deep(90_000), 400),
        (deep(200), 422),
        (with_text("\\u0000"), 400),
        (with_text("\x00"), 400),
        (with_text("\\ud800"), 400),
        (b'{"\\ud800":1}', 400),
        (b'{"x":[{"y":"\\u0000"}]}', 400),
        (b" " * 300_000 + b"{}", 413),
        (json.dumps(full_call(problem="x" * 2001)).encode(), 422),
    ],
)
def test_odd_bodies(cad: Any, body: bytes, status: int) -> None:
    answer = raw(cad, body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert "Nothing of this request was kept." in answer.json()["detail"]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"category": "C9"}, "#/category"),
        ({"category": 3}, "#/category"),
        ({"category": ["C3"]}, "#/category"),
        ({"category": None}, "#/category"),
        ({"segment": "B"}, "#/segment"),
        ({"cad_number": ""}, "#/cad_number"),
        ({"cad_number": 12}, "#/cad_number"),
        ({"cad_number": "x" * 41}, "#/cad_number"),
        ({"problme": "typo"}, "#/problme"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
        ({"clock_start": "yesterday"}, "#/clock_start"),
        ({"clock_start": "2026-11-22T09:30:00"}, "#/clock_start"),
        ({"clock_start": "2026-02-30T09:30:00Z"}, "#/clock_start"),
        ({"clock_start": "9999-12-31T23:59:59-23:59"}, "#/clock_start"),
        ({"clock_start": "0001-01-01T00:00:00+23:59"}, "#/clock_start"),
        ({"clock_start": 1700000000}, "#/clock_start"),
        ({"patient": []}, "#/patient"),
        ({"patient": {"name": "x"}}, "#/patient/name"),
        ({"patient": {"birth_date": "1941-02-29"}}, "#/patient/birth_date"),
        ({"patient": {"birth_date": "2999-01-01"}}, "#/patient/birth_date"),
        ({"patient": {"birth_date": "0001-01-01"}}, "#/patient/birth_date"),
        ({"patient": {"stated_age": "85"}}, "#/patient/stated_age"),
        ({"patient": {"stated_age": -1}}, "#/patient/stated_age"),
        ({"patient": {"stated_age": True}}, "#/patient/stated_age"),
        ({"patient": {"stated_age": 10**30}}, "#/patient/stated_age"),
        ({"patient": {"nhs_number": "9990000019"}}, "#/patient/nhs_number"),
        ({"patient": {"nhs_number": "999000001"}}, "#/patient/nhs_number"),
        ({"patient": {"nhs_number": "٩٩٩٠٠٠٠٠١٨"}}, "#/patient/nhs_number"),
        ({"patient": {"nhs_number": 9990000018}}, "#/patient/nhs_number"),
        ({"patient": {"nhs_number_status": "verified"}}, "#/patient/nhs_number_status"),
        ({"patient": {"risks": "alone"}}, "#/patient/risks"),
        ({"patient": {"risks": ["alone", "<b>"]}}, "#/patient/risks/1"),
        ({"caller": {"is_patient": "yes"}}, "#/caller/is_patient"),
        ({"contacts": [{"phone": "020 7946 0001"}, {}]}, "#/contacts/1/phone"),
        ({"contacts": {"0": {}}}, "#/contacts"),
        ({"contacts": [{"phone": "1"}] * 11}, "#/contacts"),
        ({"location": {"postcode": "nowhere"}}, "#/location/postcode"),
        ({"location": {"latitude": 91, "longitude": 0}}, "#/location/latitude"),
        ({"location": {"latitude": 51.5}}, "#/location/latitude"),
        ({"location": {"latitude": "51.5", "longitude": 0}}, "#/location/latitude"),
        ({"location": {"uprn": "12 34"}}, "#/location/uprn"),
        ({"flags": [{"kind": "gossip", "text": "x"}]}, "#/flags/0/kind"),
        ({"flags": [{"kind": "respect", "text": " "}]}, "#/flags/0/text"),
    ],
)
def test_each_wrong_member_is_pointed_at(cad: Any, change: dict[str, Any], pointer: str) -> None:
    answer = cad.send(full_call(**change), Idempotency_Key="k")
    assert answer.status_code == 422, answer.content
    errors = answer.json()["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    assert errors[0]["detail"]
    assert errors[0]["instead"]
    for model in (Case, Contact, Flag, SourceVersion, IntakeKey):
        assert not model.objects.exists()


def test_every_wrong_member_is_named_at_once(cad: Any) -> None:
    answer = cad.send({"category": "C9", "patient": {"sex": "x", "gnder": 1}, "extra": 1})
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "#/cad_number", "#/category", "#/patient/sex", "#/patient/gnder", "#/extra",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "status"),
    [("text/plain", 415), ("application/xml", 415), ("application/x-www-form-urlencoded", 415), ("", 415),
     ("application/json; charset=utf-8", 201), ("APPLICATION/JSON", 201)],
)  # fmt: skip
def test_kinds_of_body(cad: Any, kind: str, status: int) -> None:
    assert raw(cad, json.dumps(full_call()).encode(), kind).status_code == status


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("", 200),
        ("application/problem+json", 200),
        ("text/html, */*;q=0.1", 200),
        ("text/html", 406),
        ("¿", 406),
    ],
)
def test_kinds_of_answer(cad: Any, accept: str, status: int) -> None:
    assert cad.ask("GET", "/api/v1/cases", Accept=accept).status_code == status


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=%C2%B2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=null", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "W" * 5000, "cursor"),
        ("cursor=WyJ4IiwgInkiXQ", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=MQ", "cursor"),
        ("cad_number=", "cad_number"),
        ("cad_number=%00", "cad_number"),
        ("cad_no=1", "cad_no"),
    ],
)
def test_odd_parameters_are_named(cad: Any, query: str, parameter: str) -> None:
    answer = cad.ask("GET", f"/api/v1/cases?{query}")
    assert answer.status_code == 422, answer.content
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize("tag", ["nonsense", '"', 'W/"1"', '"1""2"', "x" * 3000, "é"])
def test_odd_tags_match_nothing(cad: Any, tag: str) -> None:
    address = cad.send(full_call())["Location"]
    assert cad.ask("PUT", address, full_call(problem="x"), If_Match=tag).status_code == 412


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/cases/",
        "/api/v1/cases/1",
        "/api/v2/cases",
        "/api/v1/cases/%00",
        "/api/v1/cases/a%0Ab",
    ],
)
def test_no_address_is_a_problem_too(cad: Any, path: str) -> None:
    answer = cad.ask("GET", path)
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_failure_of_ours_is_a_problem_without_a_traceback(cad: Any, monkeypatch: Any, caplog: Any) -> None:
    def broken(**known: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("hub.cases.api.cases.open_case", broken)
    answer = cad.send(full_call(), Idempotency_Key="k")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:hub:problem:unexpected")
    assert "secret" not in answer.content.decode()
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text, "an error's own words may quote a patient's row"
    assert not IntakeKey.objects.exists()


def test_text_is_kept_as_it_was_written(cad: Any) -> None:
    words = "<script>alert(1)</script> ‘Zoë’ 👩🏽‍⚕️ \u202e '; DROP TABLE hub_case; --"
    body = cad.send(full_call(problem=words)).json()
    assert body["problem"] == words
    assert Case.objects.get().problem == words
