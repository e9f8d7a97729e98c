"""State machines as tables that can be printed; one function that makes a move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection, models, transaction

from hub.record.actors import Actor
from hub.record.operations import write
from hub.refusals import Refusal


class Subject(Protocol):
    """What can be moved: a row with a state and a stream in the record."""

    state: str

    @property
    def stream(self) -> str: ...

    def save(self, *, force_insert: bool = False, update_fields: list[str] | None = None) -> None: ...


TABLES: dict[str, "StateTable"] = {}


@dataclass(frozen=True, slots=True)
class StateTable:
    """Which move leads where. `moves` maps a move's name to {state before: state after}."""

    name: str
    begins: str
    moves: Mapping[str, Mapping[str, str]]
    meaning: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        TABLES[self.name] = self

    @property
    def states(self) -> list[str]:
        """Every state, in the order of its first mention."""
        seen = [self.begins]
        for arrows in self.moves.values():
            seen += [state for pair in arrows.items() for state in pair]
        return list(dict.fromkeys(seen))

    def after(self, *, state: str, move: str) -> str | None:
        """The state that the move leads to, or None when it is not allowed from here."""
        return self.moves[move].get(state)


def apply(
    table: StateTable,
    subject: Subject,
    move: str,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
    new: bool = False,
) -> None:
    """Move a locked row: look the move up, save only the changed fields, write the event.

    The caller holds the row's lock. Raises Refusal(code="not-now") when the table has no such move.
    new: the row was never saved, and begins its life with this move: it is inserted as it is afterwards.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A state moves only inside an operation's transaction.")
    before = subject.state
    after = table.after(state=before, move=move)
    if after is None:
        raise Refusal(
            f"This {table.name} is {before.replace('_', ' ')}; it cannot be changed by “{move.replace('_', ' ')}” now. "
            "Nothing was changed.",
            code="not-now",
            state=before,
        )
    subject.state = after
    if new:
        subject.save(force_insert=True)
    else:
        subject.save(update_fields=["state", *changed])
    write(
        stream=subject.stream,
        kind=f"{table.name}.{move}",
        by=by,
        data={"from": before, "to": after, **(data or {})},
    )


def check_constraint(table: StateTable, name: str) -> models.CheckConstraint:
    """The states of a table as a constraint in PostgreSQL."""
    return models.CheckConstraint(name=name, condition=models.Q(state__in=table.states))
