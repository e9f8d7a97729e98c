"""Who does a thing: a person, or a named part of the machinery."""

from dataclasses import dataclass

from hub.people.models import User


@dataclass(frozen=True, slots=True)
class Machine:
    """Not a person: the clock, the CAD, a partner's client, a patient's reply."""

    label: str


Actor = User | Machine

CLOCK = Machine("the hub's clock")
PATIENT = Machine("the patient's own reply")


def client(name: str) -> Machine:
    """A machine that came through the API."""
    return Machine(f"API client {name}")


def person(actor: Actor) -> User | None:
    """The actor as a person, if it is one."""
    return actor if isinstance(actor, User) else None
