"""Who is here: begun at sign-in, refreshed by activity at most once a minute, ended at sign-out."""

from datetime import timedelta

from hub.clock import now
from hub.people.models import Presence, User

REFRESH = timedelta(minutes=1)


def begin(*, user: User) -> None:
    """Somebody signed in."""
    moment = now()
    Presence.objects.update_or_create(
        user=user, defaults={"since": moment, "seen_at": moment, "ended_at": None}
    )


def seen(*, user: User) -> None:
    """Somebody did something; one conditional write a minute at most."""
    moment = now()
    Presence.objects.filter(user=user, seen_at__lt=moment - REFRESH).update(seen_at=moment, ended_at=None)


def end(*, user: User) -> None:
    """Somebody signed out."""
    Presence.objects.filter(user=user).update(ended_at=now())
