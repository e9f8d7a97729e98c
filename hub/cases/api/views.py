"""The base of every API view: token, scopes by method, strict JSON in, JSON or a problem document out."""

from typing import Any, ClassVar

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from hub.cases.api.clients import BearerToken, Caller, HasScope, caller_of
from hub.cases.api.reading import StrictJSONParser

READ = {"application/json", "application/problem+json", "application/*", "*/*", ""}


class OnlyJson(BaseContentNegotiation):
    """There is one representation; whoever accepts none of its names gets 406."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        accepted = request.META.get("HTTP_ACCEPT", "")
        if not any(part.partition(";")[0].strip().lower() in READ for part in accepted.split(",")):
            raise NotAcceptable
        return renderers[0], renderers[0].media_type


class ClientView(APIView):
    """An API view. `scopes` names the scope of each method; a method without one is denied."""

    scopes: ClassVar[dict[str, str]] = {}
    required_scopes: ClassVar[list[str]] = []  # worked out, for the system check

    authentication_classes = [BearerToken]
    permission_classes = [HasScope]
    parser_classes = [StrictJSONParser]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OnlyJson
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.required_scopes = sorted(set(cls.scopes.values()))

    @property
    def caller(self) -> Caller:
        """The client behind this request."""
        return caller_of(self.request)
