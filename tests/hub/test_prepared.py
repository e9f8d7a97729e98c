"""A prepared query reads exactly what its queryset reads, for the values of each run, and locks as it locks."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from inspect import signature
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext

from hub.cases.models import Case, Contact
from hub.cases.operations.holding import claim
from hub.cases.queries import contacts_of
from hub.cases.queue import Filters, _chosen, _lines, _page_of
from hub.config import urls
from hub.people.models import User, naming
from hub.prepared import PREPARED, Given, Prepared
from tests.conftest import make_case

EXAMPLES = ("case:1", 7)  # 7 is also the number of a key that is a UUID


def told(row: Model) -> dict[str, object]:
    """What was read of a row, and of the rows it relates."""
    held = {name: value for name, value in row.__dict__.items() if name != "_state"}
    related = {
        name: told(each) if each is not None else None for name, each in row._state.fields_cache.items()
    }
    return held | related


def test_every_prepared_query_has_the_sql_of_its_queryset() -> None:
    assert urls
    assert len(PREPARED) > 20
    for prepared in PREPARED:
        made, ordinary = prepared._made, of_an_ordinary_run(prepared)

        assert made.sql.replace("(%s)", "%s") == ordinary[0].replace("(%s)", "%s")
        assert [each for each in made.params if not isinstance(each, Given)] == list(ordinary[1])


def of_an_ordinary_run(prepared: Prepared[Model]) -> tuple[str, list[object]]:
    """SQL and parameters with examples in the place of the values, without the examples."""
    for values in product(EXAMPLES, repeat=len(signature(prepared.build).parameters)):
        with suppress(ValidationError, ValueError, TypeError), transaction.atomic():
            sql, params = prepared.build(*values).query.sql_with_params()
            return sql, [each for each in params if each not in (*EXAMPLES, UUID(int=7))]
    raise AssertionError("No example fits.")


pytestmark = pytest.mark.django_db


def test_rows_are_those_of_the_queryset_with_relations_annotations_and_every_kind_of_column(
    clinician: User,
) -> None:
    make_case("C3", problem="alone", risks=("insulin",))
    held = make_case("C2", birth_date=None, stated_age=81)
    claim(case_id=held.pk, by=clinician)

    def ordinary(key: Any) -> QuerySet[Case]:
        return naming(Case.objects.filter(pk=key), "owner")

    prepared = Prepared(ordinary)
    for key in Case.objects.values_list("pk", flat=True):
        assert [told(each) for each in prepared.rows(key)] == [told(each) for each in ordinary(key)]
    lines = _lines(_chosen(Filters()))[:51]
    assert [told(each) for each in _page_of(Filters()).rows()] == [told(each) for each in lines]
    assert prepared.row(uuid4()) is None


def test_the_sql_is_made_once_and_each_run_takes_one_query() -> None:
    made = 0

    def build(key: Any) -> QuerySet[Case]:
        nonlocal made
        made += 1
        return Case.objects.filter(pk=key)

    prepared = Prepared(build)
    first, second = make_case("C3"), make_case("C4")
    with CaptureQueriesContext(connection) as counted:
        read = [prepared.row(first.pk), prepared.row(second.pk), prepared.row(first.pk)]

    assert read == [first, second, first]
    assert (made, len(counted)) == (1, 3)


def test_a_lock_outside_a_transaction_is_refused_also_after_one_inside() -> None:
    case = make_case("C3")
    prepared = Prepared(lambda key: Case.objects.select_for_update().filter(pk=key))
    with transaction.atomic():
        assert prepared.row(case.pk) == case

    connection.in_atomic_block, before = False, connection.in_atomic_block
    try:
        with pytest.raises(transaction.TransactionManagementError):
            prepared.row(case.pk)
    finally:
        connection.in_atomic_block = before


@pytest.mark.django_db(transaction=True)
def test_people_who_read_at_once_get_each_their_own() -> None:
    cases = [make_case("C3") for _ in range(8)]

    def read(case: Case) -> set[object]:
        try:
            return {each.case_id for _ in range(40) for each in contacts_of(case)}
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, cases))

    assert found == [{case.pk} for case in cases]
    assert Contact.objects.count() == len(cases)
