"""System check: an address without a declared permission does not start."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver


def every_address(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each routed path with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from every_address(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def declared(view: Any) -> str | None:
    """What guards a view, in words, or None when nothing was declared."""
    if permission := getattr(view, "required_permission", None):
        return f"permission {permission}"
    if reason := getattr(view, "open_reason", None):
        return f"open: {reason}"
    handler = getattr(view, "cls", None) or getattr(view, "view_class", None)
    scopes = getattr(handler, "required_scopes", None)
    return f"scope {' '.join(scopes)}" if scopes else None


@register("security")
def every_address_declares_its_permission(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Deny by default, at start-up: an undeclared view is an error."""
    return [
        Error(
            f"/{path} declares no permission",
            hint="Put @requires(Permission.…) or @open_to_all('reason') on the view.",
            id="hub.E001",
        )
        for path, view in every_address()
        if declared(view) is None
    ]
