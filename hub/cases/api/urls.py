"""Tokens, the API's description, and the CAD's part of /api/v1."""

from django.urls import path

from hub.cases.api import cases, dispatches, schema
from hub.cases.api.token import token

app_name = "api"
urlpatterns = [
    path("token/", token, name="token"),
    path("schema", schema.schema, name="schema"),
    path("docs", schema.docs, name="docs"),
    path("v1/cases", cases.Cases.as_view(), name="cases"),
    path("v1/cases/<uuid:case_id>", cases.OneCase.as_view(), name="case"),
    path("v1/cases/<uuid:case_id>/cancel", cases.Cancel.as_view(), name="cancel"),
    path("v1/dispatches", dispatches.Dispatches.as_view(), name="dispatches"),
    path("v1/dispatches/<uuid:dispatch_id>", dispatches.OneDispatch.as_view(), name="dispatch"),
    path(
        "v1/dispatches/<uuid:dispatch_id>/acknowledgement",
        dispatches.Acknowledgement.as_view(),
        name="acknowledgement",
    ),
]
