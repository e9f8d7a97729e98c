"""Headers and parameters that several views take, described once."""

from drf_spectacular.utils import OpenApiParameter

from hub.cases.api.idempotency import LONGEST_KEY
from hub.cases.api.pages import LIMIT as ROWS
from hub.cases.api.pages import MOST

_TAG = {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="the same key with the same request gets the same answer; with another request 422",
)
IF_MATCH = OpenApiParameter(
    "If-Match", _TAG, OpenApiParameter.HEADER, required=True, description="the ETag that was read"
)
IF_MATCH_OPTIONAL = OpenApiParameter(
    "If-Match", _TAG, OpenApiParameter.HEADER, description="the ETag that was read"
)
CURSOR = OpenApiParameter(
    "cursor", {"type": "string"}, OpenApiParameter.QUERY, description="as given in `next`"
)
LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": ROWS}, OpenApiParameter.QUERY
)
