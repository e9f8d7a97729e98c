"""Which function does which kind of due work. Rooms above register theirs at start-up."""

from collections.abc import Callable

from hub.agenda.models import DueItem

Handler = Callable[[DueItem], None]
_HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of due work. It runs inside the transaction that marks the row done."""

    def register(handler: Handler) -> Handler:
        if kind in _HANDLERS and _HANDLERS[kind] is not handler:
            raise ValueError(f"Two handlers for due work of kind {kind!r}.")
        _HANDLERS[kind] = handler
        return handler

    return register


def handler_of(kind: str) -> Handler:
    """The registered handler; LookupError (which parks the row) when nobody knows the kind."""
    if kind not in _HANDLERS:
        raise LookupError(f"Nobody handles due work of kind {kind!r}.")
    return _HANDLERS[kind]
