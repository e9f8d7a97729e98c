"""Claim and intake as operations of the hub, against the same SQL sent by raw psycopg, in turn, on the same server.

The raw side runs the very statements that the operation sent (captured from one run of it), with fresh values, in
one transaction each. What the ratio shows is the cost of Django and of our own Python, not of doing less.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from benchmarks.figures import Figure, figure
from benchmarks.patients import stranger_waiting
from hub.cases.models import Case
from hub.cases.operations.holding import claim
from hub.people.models import User

Statement = tuple[str, Any]


def captured(work: Callable[[], Any]) -> list[Statement]:
    """The statements of one run of the work, with their parameters."""
    found: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        work()
    return [entry for entry in found if not entry[0].startswith(("SAVEPOINT", "RELEASE"))]


def claims(url: str, person: User, cases: int, count: int) -> Figure:
    """Claim by the operation, and the same statements by raw psycopg."""
    waiting = [stranger_waiting("C4") for _ in range(2 * count + 1)]
    sample = waiting.pop()
    statements = captured(lambda: claim(case_id=sample.pk, by=person))

    def replace(case: Case) -> dict[str, str]:
        return {str(sample.pk): str(case.pk)}

    ours, raw = _in_turn(
        url,
        [partial(claim, case_id=case.pk, by=person) for case in waiting[:count]],
        [_with(statements, replace(case)) for case in waiting[count:]],
    )
    return _ratio("claim, operation alone", cases, ours, raw)


def intakes(url: str, cases: int, count: int) -> Figure:
    """Intake by the operation, and the same statements by raw psycopg."""
    made: list[Case] = []
    statements = captured(
        lambda: made.append(stranger_waiting("C3", cad_number="RAW-SAMPLE-" + uuid4().hex[:8]))
    )
    sample = made[0]

    def fresh() -> dict[str, str]:
        return {
            str(sample.pk): str(uuid4()),
            sample.reference: "H-RAW-" + uuid4().hex[:10],
            str(sample.cad_number): "RAW-" + uuid4().hex[:12],
        }

    ours, raw = _in_turn(
        url,
        [lambda: stranger_waiting("C3", cad_number="OURS-" + uuid4().hex[:12]) for _ in range(count)],
        [_with(statements, fresh()) for _ in range(count)],
    )
    return _ratio("record a call, operation alone", cases, ours, raw)


def _with(statements: list[Statement], changes: dict[str, str]) -> list[Statement]:
    """The statements with other values in place of the sample's."""

    def swap(value: Any) -> Any:
        document = isinstance(value, Jsonb)
        text = json.dumps(value.obj, default=str) if document else str(value)
        for old, new in changes.items():
            if old in text:
                return Jsonb(json.loads(text.replace(old, new))) if document else text.replace(old, new)
        return value

    def each(params: Any) -> Any:
        if isinstance(params, dict):
            return {name: swap(value) for name, value in params.items()}
        return tuple(swap(value) for value in params or ())

    return [(sql, each(params)) for sql, params in statements]


def _in_turn(
    url: str, ours: list[Callable[[], Any]], raw: list[list[Statement]]
) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    with psycopg.connect(url) as line:
        for operation, statements in zip(ours, raw, strict=True):
            started = time.perf_counter()
            operation()
            times[0].append(time.perf_counter() - started)
            started = time.perf_counter()
            with line.transaction():
                for sql, params in statements:
                    line.execute(sql, params)
            times[1].append(time.perf_counter() - started)
    return times


def _ratio(what: str, cases: int, ours: list[float], raw: list[float]) -> Figure:
    """The operation's figure; the ratio is the raw median over ours: the share of raw speed that is reached."""
    base = figure(what, cases, ours, rate=len(ours) / sum(ours))
    plain = figure(what, cases, raw)
    note = f"raw SQL p50 {plain.p50:.1f} ms"
    return Figure(
        what, cases, base.count, base.p50, base.p95, base.p99, base.rate, None, plain.p50 / base.p50, note
    )
