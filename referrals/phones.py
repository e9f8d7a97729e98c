"""Which telephone numbers can take a text message."""

from hub.cases.phones import is_mobile

__all__ = ["is_mobile"]
