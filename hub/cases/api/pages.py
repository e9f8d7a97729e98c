"""Cursor pages: by a time and the key, so that a page is one short walk of an index and rows never shift."""

import base64
import json
import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from hub.cases.api.reading import fault

LIMIT, MOST = 50, 200


class Pages(BasePagination):
    """Newest first. The view names its time column in `page_by`; the primary key is a UUID."""

    next_cursor: str | None = None

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        column: str = view.page_by
        limit = _limit(request.query_params.get("limit"))
        after = request.query_params.get("cursor")
        if after is not None:
            moment, key = _read(after)
            earlier = Q(**{f"{column}__lt": moment}) | Q(**{column: moment, "pk__lt": key})
            queryset = queryset.filter(earlier, **{f"{column}__lte": moment})
        rows = list(queryset.order_by(f"-{column}", "-pk")[: limit + 1])
        if len(rows) > limit:
            rows.pop()
            self.next_cursor = _write(getattr(rows[-1], column), rows[-1].pk)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        address = None
        if self.next_cursor:
            address = replace_query_param(self.request.build_absolute_uri(), "cursor", self.next_cursor)
        return Response({"items": data, "next": address})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": schema,
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "the next page; null on the last",
                },
            },
        }


def _limit(sent: str | None) -> int:
    if sent is None:
        return LIMIT
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 3 and 1 <= int(sent) <= MOST):
        raise fault("?limit", "Not a number of rows.", f"Write a whole number from 1 to {MOST}.")
    return int(sent)


def _write(moment: datetime, key: uuid.UUID) -> str:
    text = json.dumps([moment.isoformat(), str(key)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        moment, key = json.loads(text)
        found = datetime.fromisoformat(moment), uuid.UUID(key)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _not_ours() from error
    if found[0].tzinfo is None or not 1900 < found[0].year < 3000:
        raise _not_ours()
    return found


def _not_ours() -> ValidationError:
    return fault("?cursor", "Not a cursor of this list.", "Follow `next` as it was given, or leave it out.")
