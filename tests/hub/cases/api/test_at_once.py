"""Fifty equal creates at once, by real threads on real PostgreSQL: one case, everybody told of the same one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from hub.cases.models import Case, Contact, IntakeKey, SourceVersion
from hub.record.models import Event

from .conftest import full_call

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50


def at_once(send: Any) -> list[Any]:
    """Everybody starts together, each on a connection of its own."""
    start = Barrier(MANY)

    def one(number: int) -> Any:
        start.wait()
        try:
            return send(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


@pytest.mark.parametrize("keyed", ["no key", "one key", "a key each"])
def test_fifty_equal_creates_make_one_case(cad: Any, keyed: str) -> None:
    def headers(number: int) -> dict[str, str]:
        return {
            "no key": {},
            "one key": {"Idempotency_Key": "k"},
            "a key each": {"Idempotency_Key": f"k{number}"},
        }[keyed]

    answers = at_once(lambda number: cad.send(full_call(), **headers(number)))
    statuses = sorted(answer.status_code for answer in answers)
    # Under one key everybody gets the first answer; otherwise one opened it and the others met it.
    assert statuses == ([201] * MANY if keyed == "one key" else [200] * (MANY - 1) + [201])
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert Case.objects.count() == SourceVersion.objects.count() == 1
    assert Contact.objects.count() == 2
    assert Event.objects.count() == 1
    assert IntakeKey.objects.count() == {"no key": 0, "one key": 1, "a key each": MANY}[keyed]


def test_one_of_fifty_updates_of_one_version_wins(cad: Any) -> None:
    sent = cad.send(full_call())
    answers = at_once(
        lambda number: cad.ask(
            "PUT", sent["Location"], full_call(problem=f"word {number}"), If_Match=sent["ETag"]
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [412] * (MANY - 1)
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert Case.objects.get().problem == won["problem"]
    assert (Case.objects.get().version, SourceVersion.objects.count()) == (2, 2)


def test_fifty_acknowledgements_close_the_case_once(cad: Any) -> None:
    cad.send(full_call(category="C1"))
    address = cad.ask("GET", "/api/v1/dispatches").json()["items"][0]["links"]["acknowledgement"]
    answers = at_once(lambda number: cad.ask("PUT", address, {"cad_reference": "CAD-1"}))
    assert {answer.status_code for answer in answers} == {200}
    assert Event.objects.filter(kind="case.dispatch_acknowledged").count() == 1


def test_many_different_creates_at_once_all_arrive(cad: Any) -> None:
    answers = at_once(lambda number: cad.send(full_call(f"n{number}")))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == MANY == Case.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM hub_streamhead WHERE length < 1")
        assert cursor.fetchone() == (0,)
