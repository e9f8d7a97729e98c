"""Who the person of a session is; signing in itself is Django's."""

from django.contrib.auth.backends import ModelBackend

from hub.people.models import User
from hub.prepared import Prepared

_PERSON = Prepared(lambda key: User.objects.filter(pk=key))


class PeopleBackend(ModelBackend):
    """Differs from Django's in how it reads the person: every request does."""

    def get_user(self, user_id: int) -> User | None:
        """The person, while their access lasts."""
        user = _PERSON.row(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
