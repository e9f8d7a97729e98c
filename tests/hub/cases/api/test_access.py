"""Who gets in where: every address of the API × method × kind of client → status. An address left out fails."""

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from hub.cases.models import Case, Dispatch
from hub.people.checks import every_address

from .conftest import full_call

NOWHERE = "00000000-0000-4000-8000-000000000000"
CASE, DISPATCH = "/api/v1/cases/<uuid:case_id>", "/api/v1/dispatches/<uuid:dispatch_id>"
# address, method → the CAD whose it is, another CAD, a partner, nobody.
TABLE = {
    ("/api/v1/cases", "GET"): (200, 200, 403, 401),
    ("/api/v1/cases", "POST"): (200, 201, 403, 401),
    ("/api/v1/cases", "DELETE"): (405, 405, 405, 401),
    (CASE, "GET"): (200, 404, 403, 401),
    (CASE, "PUT"): (200, 404, 403, 401),
    (CASE, "PATCH"): (405, 405, 405, 401),
    (f"{CASE}/cancel", "POST"): (409, 404, 403, 401),
    (f"{CASE}/cancel", "GET"): (405, 405, 405, 401),
    ("/api/v1/dispatches", "GET"): (200, 200, 403, 401),
    ("/api/v1/dispatches", "POST"): (405, 405, 405, 401),
    (DISPATCH, "GET"): (200, 404, 403, 401),
    (f"{DISPATCH}/acknowledgement", "PUT"): (200, 404, 403, 401),
    ("/api/token/", "GET"): (405, 405, 405, 405),
    ("/api/schema", "GET"): (200, 200, 200, 200),
    ("/api/docs", "GET"): (200, 200, 200, 200),
    (r"/api/[\s\S]*", "GET"): (404, 404, 404, 404),
}
BODIES = {
    (CASE, "PUT"): full_call(category="C3"),
    ("/api/v1/cases", "POST"): full_call(category="C1"),
    (f"{CASE}/cancel", "POST"): {"reason": "not needed"},
    (f"{DISPATCH}/acknowledgement", "PUT"): {},
}


def _ours(path: str) -> bool:
    return path.startswith("api/") and not path.startswith(("api/v1/referrals", "api/v1/services"))


def test_every_address_is_in_the_table() -> None:
    assert {f"/{path}" for path, _ in every_address(get_resolver()) if _ours(path)} == {
        path for path, _ in TABLE
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), TABLE)
@pytest.mark.parametrize("column", range(4))
def test_the_table(path: str, method: str, column: int, cad: Any, other_cad: Any, partner: Any) -> None:
    cad.send(full_call(category="C1"))
    dispatch, case = Dispatch.objects.get(), Case.objects.get()
    if (path, method) == (CASE, "PUT"):
        case = Case.objects.get(pk=cad.send(full_call("2")).json()["id"])
    address = path.replace("<uuid:case_id>", str(case.pk)).replace("<uuid:dispatch_id>", str(dispatch.pk))
    body = BODIES.get((path, method))
    if (path, method) == (CASE, "PUT"):
        body = full_call("2", problem="worse")
    who = (cad, other_cad, partner, None)[column]
    if who is None:
        content = {"data": "{}", "content_type": "application/json"} if body is not None else {}
        answer = Client(raise_request_exception=False).generic(method, address, **content)
    else:
        answer = who.ask(method, address, body, If_Match="*")
    assert answer.status_code == TABLE[path, method][column], answer.content
    if answer.status_code >= 400 and not path.startswith("/api/token"):
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    if answer.status_code == 401:
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_anothers_and_nobodys_case_look_the_same(cad: Any, other_cad: Any) -> None:
    theirs = cad.send(full_call())["Location"]
    seen = other_cad.ask("GET", theirs)
    nothing = other_cad.ask("GET", f"/api/v1/cases/{NOWHERE}")
    assert (seen.status_code, seen.content) == (nothing.status_code, nothing.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic Zm9vOmJhcg==", "Bearer é", "bearer " + "x" * 9000],
)
def test_an_odd_token_is_401(cad: Any, header: str) -> None:
    answer = cad.ask("GET", "/api/v1/cases", Authorization=header)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_a_token_in_the_address_is_not_read(cad: Any) -> None:
    answer = cad.ask("GET", f"/api/v1/cases?access_token={cad.token}", Authorization="")
    assert answer.status_code == 401


@pytest.mark.django_db
def test_a_token_ends_after_five_minutes(cad: Any, time_machine: Any) -> None:
    from datetime import timedelta

    from hub.clock import now

    start = now()
    time_machine.move_to(start + timedelta(seconds=290))
    assert cad.ask("GET", "/api/v1/cases").status_code == 200
    time_machine.move_to(start + timedelta(seconds=310))
    assert cad.ask("GET", "/api/v1/cases").status_code == 401
