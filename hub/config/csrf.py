"""The forms of one page share one masked token: masking it anew for each of fifteen buttons is work for nothing."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html


def one_token_a_page(request: HttpRequest) -> dict[str, Any]:
    """`csrf_token` and `csrf_input`, made when first used: a page without a form sets no cookie."""
    token = SimpleLazyObject(lambda: get_token(request))
    field = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    return {"csrf_token": token, "csrf_input": SimpleLazyObject(lambda: format_html(field, token))}
