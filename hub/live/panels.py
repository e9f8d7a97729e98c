"""What can be shown live: fragments of a page that are the same for everybody who may see them.

Rooms above register theirs at start-up; the live process draws each once for all screens that show it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hub.people.permissions import Permission

Render = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Panel:
    """A named fragment, drawn again when the record hears of one of its topics, and as time passes.

    A topic is the first word of an event's kind: `case.claim` is of the topic `case`.
    """

    name: str
    topics: frozenset[str]
    permission: Permission
    render: Render


_PANELS: dict[str, Panel] = {}


def panel(name: str, *, topics: tuple[str, ...], permission: Permission) -> Callable[[Render], Render]:
    """Register the function that draws a panel.

    Its HTML goes to every viewer who holds `permission`: nothing in it may depend on who looks, so no form
    with a token and no "yours". Raises ValueError when the name is taken.
    """

    def register(render: Render) -> Render:
        if name in _PANELS and _PANELS[name].render is not render:
            raise ValueError(f"Two live panels are called {name!r}.")
        _PANELS[name] = Panel(name, frozenset(topics), permission, render)
        return render

    return register


def find(name: str) -> Panel | None:
    """The panel of this name, or None."""
    return _PANELS.get(name)


def named(prefix: str) -> list[Panel]:
    """Every panel whose name starts so, by name."""
    return [_PANELS[name] for name in sorted(_PANELS) if name.startswith(prefix)]
