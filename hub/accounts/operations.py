"""Who works here: added, changed and ended by an administrator; a password is chosen by its owner."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from axes.utils import reset
from django.db import IntegrityError, transaction

from hub.accounts.passwords import new_password
from hub.people import presence
from hub.people.models import Profession, User
from hub.people.permissions import Permission
from hub.people.roles import Role
from hub.record.actors import Actor, person
from hub.record.operations import write
from hub.record.rights import must
from hub.refusals import Refusal

_NOT_YOURS_TO_CHANGE = "Your role does not change accounts."
REGISTERED = frozenset({Role.CLINICIAN, Role.SENIOR_CLINICIAN})


@dataclass(frozen=True, slots=True)
class Details:
    """What the hub keeps of a person, and what the record of every case shows of them."""

    name: str
    role: str
    profession: str
    registration_number: str = ""
    skills: tuple[str, ...] = ()
    is_active: bool = True

    @property
    def mark(self) -> str:
        """A short mark of these details: whoever changes them says which they saw."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def details_of(user: User) -> Details:
    """A person's details as they stand."""
    return Details(
        name=user.name, role=user.role, profession=user.profession, registration_number=user.registration_number,
        skills=tuple(user.skills), is_active=user.is_active,
    )  # fmt: skip


def stream_of(user: User) -> str:
    """Where the record tells about this person's account."""
    return f"user:{user.pk}"


def add_person(*, by: Actor, username: str, details: Details) -> tuple[User, str]:
    """The new person, and a first password that they change when they first sign in. It is not kept anywhere.

    Refusal 403 without the right, 409 when the user name is taken, 422 for a clinician without a registration.
    """
    must(by, Permission.MANAGE_PEOPLE, _NOT_YOURS_TO_CHANGE)
    _registered(details)
    password = new_password()
    try:
        with transaction.atomic():
            fields = {**asdict(details), "skills": list(details.skills)}
            user = User.objects.create_user(username, password, password_given=True, **fields)
            told = {"username": user.username, **fields}
            write(stream=stream_of(user), kind="person.added", by=by, data=told)
    except IntegrityError as taken:
        raise Refusal(
            f"Somebody has the user name {username} already. Nobody was added.", code="username-taken"
        ) from taken
    return user, password


def change_person(*, by: Actor, person_id: int, details: Details, seen: str) -> User:
    """Change what is kept of a person; ended access signs them out at once, and a case they hold comes back by itself.

    seen: the mark of the details that the change was decided on.
    Refusal 403 without the right, 404 without such a person, 409 when the details have changed meanwhile or an
    administrator ends their own rights, 422 for a clinician without a registration.
    """
    must(by, Permission.MANAGE_PEOPLE, _NOT_YOURS_TO_CHANGE)
    _registered(details)
    with transaction.atomic():
        user = _locked(person_id)
        before = details_of(user)
        if before.mark != seen:
            raise Refusal(
                f"{user.name}'s account has been changed meanwhile. Nothing was saved. Look again, then change it.",
                code="stale",
            )
        changed = _changes(before, details)
        if person(by) == user and changed.keys() & {"role", "is_active"}:
            raise Refusal(
                "You cannot change your own role or end your own access: another administrator does that. "
                "Nothing was saved.",
                code="own-rights",
            )
        if not changed:
            return user
        for name in changed:
            setattr(user, name, list(details.skills) if name == "skills" else getattr(details, name))
        user.save(update_fields=list(changed))
        if not user.is_active:
            presence.end(user=user)
        write(stream=stream_of(user), kind="person.changed", by=by, data={"changed": changed})
    return user


def give_password(*, by: Actor, person_id: int) -> tuple[User, str]:
    """A new password for somebody who has forgotten theirs, to be changed at the next sign-in; ends a lock-out.

    Whoever is signed in with the old one is signed out. Refusal 403 without the right, 404 without such a person.
    """
    must(by, Permission.MANAGE_PEOPLE, _NOT_YOURS_TO_CHANGE)
    with transaction.atomic():
        user = _locked(person_id)
        password = new_password()
        user.set_password(password)
        user.password_given = True
        user.save(update_fields=["password", "password_given"])
        reset(username=user.username)
        write(stream=stream_of(user), kind="person.password_given", by=by)
    return user, password


def choose_password(*, by: User, password: str) -> User:
    """A person's own new password, already checked. Other screens of theirs are signed out."""
    with transaction.atomic():
        user = _locked(by.pk)
        user.set_password(password)
        user.password_given = False
        user.save(update_fields=["password", "password_given"])
        write(stream=stream_of(user), kind="person.password_chosen", by=by)
    return user


def _locked(person_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=person_id).first()
    if user is None:
        raise Refusal("There is no such person.", code="no-such-person", status=404)
    return user


def _changes(before: Details, after: Details) -> dict[str, list[Any]]:
    """Before and after of each field that differs."""
    pairs = zip(asdict(before).items(), asdict(after).values(), strict=True)
    return {name: [old, new] for (name, old), new in pairs if old != new}


def _registered(details: Details) -> None:
    unregistered = details.profession == Profession.NOT_REGISTERED or not details.registration_number
    if details.role in REGISTERED and unregistered:
        raise Refusal(
            "A clinician needs a profession and its registration number. Nothing was saved.",
            code="not-registered",
            status=422,
        )
