"""Which machine is calling, and what it may do: one query for the token, deny by default."""

import hashlib
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import connection
from oauth2_provider.scopes import BaseScopes
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from hub.cases.models import ApiClient
from hub.clock import now
from hub.record.actors import Machine, client

LONGEST_TOKEN = 255


@dataclass(frozen=True, slots=True)
class Caller:
    """The client behind a request; `name` is what its cases and its services are kept under."""

    name: str
    kind: str
    scopes: frozenset[str]

    @property
    def is_authenticated(self) -> bool:
        """Only an accepted token makes a caller."""
        return True

    @property
    def actor(self) -> Machine:
        """How the record names it."""
        return client(self.name)


class BearerToken(BaseAuthentication):
    """The Authorization header, and nothing else: a token in an address or a body would end up in logs."""

    def authenticate(self, request: Request) -> tuple[Caller, str] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        caller = _caller(token.strip())
        if caller is None:
            raise AuthenticationFailed(
                "The token is not known, has run out or was withdrawn.", code="invalid_token"
            )
        return caller, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


# One statement on purpose: it runs before every request.
_CALLER = """
SELECT client.name, client.kind, token.scope
FROM oauth2_provider_accesstoken token
JOIN oauth2_provider_application application ON application.id = token.application_id
JOIN hub_apiclient client ON client.client_id = application.client_id AND client.active
WHERE token.token_checksum = %s AND token.expires > %s
"""


def _caller(token: str) -> Caller | None:
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CALLER, [hashlib.sha256(token.encode()).hexdigest(), now()])
        row = cursor.fetchone()
    return Caller(name=row[0], kind=row[1], scopes=frozenset(row[2].split())) if row else None


def caller_of(request: Request) -> Caller:
    """The client behind a request that was let in."""
    return cast("Caller", request.user)


class HasScope(BasePermission):
    """The token carries the scope that the view names for this method; a method without one is denied."""

    message = "This client's token does not carry the scope that this needs."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, Caller):
            return False
        method = str(request.method)
        if not hasattr(view, method.lower()):
            return True  # answered with 405
        needed: str | None = view.scopes.get("GET" if method == "HEAD" else method)
        return needed is not None and needed in request.user.scopes


class ClientScopes(BaseScopes):  # type: ignore[misc]
    """What django-oauth-toolkit asks when it issues a token: each client gets its own scopes and no others."""

    def get_all_scopes(self) -> dict[str, str]:
        return cast("dict[str, str]", settings.OAUTH2_PROVIDER["SCOPES"])

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        if application is None:
            return []
        known = ApiClient.objects.filter(client_id=application.client_id, active=True).first()
        return known.allowed_scopes if known else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application, request)
