"""The OpenAPI document: what every view can answer, said once; built once a process."""

from functools import cache
from typing import Any, cast

from django.http import HttpRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction

from hub.cases.api.problems import MEDIA_TYPE, PLAIN
from hub.cases.api.views import ClientView
from hub.people.access import open_to_all

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "description": "RFC 9457: what happened, what was kept, what to do.",
    "properties": {
        "type": {"type": "string", "description": "urn:hub:problem:<code>; stable"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened, what was kept, what to do"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail", "instead"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body"},
                    "parameter": {"type": "string", "description": "parameter or header"},
                    "detail": {"type": "string", "description": "what was wrong"},
                    "instead": {"type": "string", "description": "what to write instead"},
                },
            },
        },
    },
}
ALWAYS = (400, 401, 403, 406, 422, 500, 503)
TITLES = {status: title for status, (_, title, _) in PLAIN.items()} | {
    409: "It is not as you think: refused in its present state",
    412: "It has changed since you read it",
}


class ProblemAutoSchema(AutoSchema):
    """Adds the problem documents that the shared machinery can answer; a view adds `problems` of its own."""

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        content = {MEDIA_TYPE: {"schema": self._problem()}}
        for status in sorted(self._refusals()):
            bodies.setdefault(str(status), {"description": TITLES[status], "content": content})
        return bodies

    def _refusals(self) -> set[int]:
        found = {*ALWAYS, *getattr(self.view, "problems", {}).get(self.method, ())}
        if "{" in self.path:
            found.add(404)
        if self.method in {"POST", "PUT", "PATCH"}:
            found |= {409, 413, 415}
        return found

    def _problem(self) -> dict[str, Any]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object="hub.Problem"
        )
        self.registry.register_on_missing(component)
        return component.ref


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a client signs in, and which scope each method takes."""

    target_class = "hub.cases.api.clients.BearerToken"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        view = cast("ClientView", auto_schema.view)
        return {self.name: [view.scopes[auto_schema.method]]}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        from django.conf import settings

        scopes = settings.OAUTH2_PROVIDER["SCOPES"]
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/api/token/", "scopes": scopes}},
        }


class StrictObjects(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """An object of ours has no other members than those named."""

    target_class = "hub.cases.api.fields.Strict"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        mapped = auto_schema._map_basic_serializer(self.target, direction)  # type: ignore[no-untyped-call] # noqa: SLF001
        return {**mapped, "additionalProperties": False}


@cache
def api_document() -> dict[str, Any]:
    """The whole OpenAPI 3.1 document; it does not change while a process lives."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    made = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return cast("dict[str, Any]", made)


@open_to_all("the API's description holds nothing about anybody")
@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """The OpenAPI document as JSON."""
    return JsonResponse(api_document())


@open_to_all("the API's description holds nothing about anybody")
@require_safe
def docs(request: HttpRequest) -> Any:
    """The same, for people."""
    return render(request, "hub/api/docs.html")
