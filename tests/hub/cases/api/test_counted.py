"""How many questions a request asks of PostgreSQL: the same whether there is one case or many."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .conftest import full_call

pytestmark = pytest.mark.django_db

# The token, the look-ups of the repeat radar, the rows and the event; savepoints of the test's own not counted.
MOST_FOR_INTAKE = 12
MOST_FOR_LIST = 2
MOST_FOR_READ = 4


def counted(ask: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    assert answer.status_code < 300, answer.content
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    print("\n".join(sql[:150] for sql in asked))  # noqa: T201 - shown when the count is wrong
    return len(asked)


def test_intake(cad: Any) -> None:
    for number in range(12):
        cad.send(full_call(f"before-{number}"))
    assert counted(lambda: cad.send(full_call())) <= MOST_FOR_INTAKE
    assert counted(lambda: cad.send(full_call("2"), Idempotency_Key="k")) <= MOST_FOR_INTAKE + 2


def test_reading(cad: Any) -> None:
    address = cad.send(full_call())["Location"]
    for number in range(30):
        cad.send({"cad_number": f"{number}", "category": "C1"})
    assert counted(lambda: cad.ask("GET", address)) <= MOST_FOR_READ
    assert counted(lambda: cad.ask("GET", "/api/v1/cases")) <= MOST_FOR_LIST
    assert counted(lambda: cad.ask("GET", "/api/v1/dispatches")) <= MOST_FOR_LIST
