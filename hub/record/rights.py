"""The right that an operation asks for, of whoever does it."""

from hub.people.models import User
from hub.people.permissions import Permission
from hub.record.actors import Actor
from hub.refusals import Refusal


def must(by: Actor, permission: Permission, sentence: str) -> None:
    """Refusal 403 for a person whose role does not hold the right. Machines and the clock have their own doors."""
    if isinstance(by, User) and not by.may(permission):
        raise Refusal(sentence, code="not-permitted", status=403)
