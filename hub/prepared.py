"""A query of the ORM whose SQL is made once a process, to be run with other values thousands of times.

Django makes the SQL of a query anew each time, which takes several times as long as running it. What every page and
every answer reads goes this way; see docs/adr/0010. Everything else is an ordinary queryset.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators
from django.urls import get_resolver

Row = TypeVar("Row", bound=Model)
PREPARED: WeakSet["Prepared[Any]"] = WeakSet()


def warm_up() -> None:
    """Compile every query of every page: reading the addresses reads the pages, and the pages their queries."""
    get_resolver().url_patterns  # noqa: B018 - read for what reading it does
    for prepared in list(PREPARED):
        prepared.compile()


class Given(Expression):
    """The place of a value that is given at each run, counted from 0."""

    def __init__(self, position: int) -> None:
        super().__init__()
        self.position = position

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A parameter that stands for itself until the value is known."""
        return "%s", [self]


class Prepared(Generic[Row]):
    """`build` gets a place for each value, in the order in which they are given, and returns the queryset.

    A queryset with `select_for_update` raises TransactionManagementError outside a transaction, as ever.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self.build = build
        PREPARED.add(self)

    def rows(self, *values: object) -> list[Row]:
        """All rows for these values, with what the queryset relates and annotates."""
        made = self._made
        if made.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("Rows are locked only inside a transaction.")
        given: list[Any] = [
            values[each.position] if isinstance(each, Given) else each for each in made.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, given)
            found = cursor.fetchall()
        return [made.row(each) for each in found]

    def row(self, *values: object) -> Row | None:
        """The first row for these values, or None."""
        return next(iter(self.rows(*values)), None)

    def compile(self) -> None:
        """Make the SQL now, if it is not made yet."""
        self._made  # noqa: B018 - kept by reading it

    @cached_property
    def _made(self) -> "_Made[Row]":
        return _Made(
            self.build(*(Given(position) for position in range(len(signature(self.build).parameters))))
        )


class _Made(Generic[Row]):
    """The SQL and the way from a row to an object: what Django's ModelIterable works out before its first row."""

    def __init__(self, queryset: QuerySet[Row]) -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.locks = queryset.query.select_for_update
        if self.locks:
            with transaction.atomic():
                self.sql, self.params = compiler.as_sql()
        else:
            self.sql, self.params = compiler.as_sql()
        columns, described = [each[0] for each in compiler.select], compiler.klass_info
        self._model: type[Row] = described["model"]
        fields = described["select_fields"]
        self._fields = slice(fields[0], fields[-1] + 1)
        self._names = [column.target.attname for column in columns[self._fields]]
        # The types are those of a later Django, where it takes one more.
        self._related = get_related_populators(described, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        self._converters = list(compiler.get_converters(columns).items())
        self._annotations = list(compiler.annotation_col_map.items())

    def row(self, found: Sequence[Any]) -> Row:
        """An object of a row as the database gives it."""
        values = list(found)
        for place, (converters, expression) in self._converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, values[self._fields])
        for each in self._related:
            each.populate(values, made)
        for name, place in self._annotations:
            setattr(made, name, values[place])
        return made
