"""What a person had typed into a form that could not be taken: kept and shown, but never a password."""

from django.http import HttpRequest


def is_secret(name: str) -> bool:
    """Whether a field of this name is neither shown again nor sent back: passwords, and the form's own token."""
    return "password" in name or name == "csrfmiddlewaretoken"


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Name and value of each field of a posted form, without secrets."""
    return [(name, value) for name, values in request.POST.lists() for value in values if not is_secret(name)]
