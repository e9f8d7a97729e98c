"""Which records a person may follow: asked of the rooms above, by the first word of a stream."""

from collections.abc import Callable, Collection

from hub.people.models import User

Scope = Callable[[User, Collection[str]], bool]
_SCOPES: dict[str, Scope] = {}


def scope(topic: str) -> Callable[[Scope], Scope]:
    """Register who may follow streams such as `case:<id>`: whether a person may see every one of these."""

    def register(function: Scope) -> Scope:
        _SCOPES[topic] = function
        return function

    return register


def may_follow(user: User, streams: Collection[str]) -> bool:
    """Whether all of these streams are the person's to see; a kind that nobody registered is nobody's."""
    topics = {stream.partition(":")[0] for stream in streams}
    return all(
        topic in _SCOPES and _SCOPES[topic](user, [each for each in streams if each.startswith(f"{topic}:")])
        for topic in topics
    )
