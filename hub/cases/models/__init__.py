"""The tables of the phone room."""

from hub.cases.models.api_client import ApiClient
from hub.cases.models.case import Case
from hub.cases.models.contact import Call, Contact
from hub.cases.models.dispatch import Dispatch
from hub.cases.models.flag import Flag
from hub.cases.models.intake import IntakeKey, SourceVersion
from hub.cases.models.patient import NhsNumberStatus, Sex

__all__ = [
    "ApiClient", "Call", "Case", "Contact", "Dispatch", "Flag", "IntakeKey", "NhsNumberStatus", "Sex", "SourceVersion",
]  # fmt: skip
