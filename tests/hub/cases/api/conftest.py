"""Machines that call the API, each let in the way an administrator does it."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client


class Machine:
    """A client with a token: sends and reads JSON."""

    def __init__(self, name: str, kind: str, scopes: list[str] | None = None) -> None:
        self.name = name
        printed = io.StringIO()
        call_command("add_api_client", name, kind=kind, scopes=scopes, stdout=printed, stderr=io.StringIO())
        self.secrets = dict(line.split("=", 1) for line in printed.getvalue().split())
        self.token = get_token(self.secrets).json()["access_token"]

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given.setdefault("Authorization", f"Bearer {self.token}")
        return Client(raise_request_exception=False).generic(method, path, headers=given, **body)

    def send(self, case: dict[str, Any], **headers: str) -> Any:
        return self.ask("POST", "/api/v1/cases", case, **headers)


def get_token(form: dict[str, str], **more: Any) -> Any:
    """Ask the token endpoint as a machine would."""
    asked = {"grant_type": "client_credentials", **form}
    return Client(raise_request_exception=False).post(
        "/api/token/", "&".join(f"{name}={value}" for name, value in asked.items()),
        content_type="application/x-www-form-urlencoded", **more,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _no_failures_remembered() -> None:
    cache.clear()


@pytest.fixture
def cad(db: None) -> Machine:
    return Machine("london-cad", "cad")


@pytest.fixture
def other_cad(db: None) -> Machine:
    return Machine("kent-cad", "cad")


@pytest.fixture
def partner(db: None) -> Machine:
    return Machine("ucr-team", "partner")


@pytest.fixture
def call() -> Callable[..., dict[str, Any]]:
    """What a CAD sends when it knows everything."""
    return full_call


def full_call(number: str = "26112200001", **changes: Any) -> dict[str, Any]:
    """A full case, synthetic throughout."""
    return {
        "cad_number": number,
        "category": "C3",
        "code_system": "AMPDS",
        "code": "17A01G",
        "clock_start": "2026-11-22T09:30:00Z",
        "problem": "fell in the kitchen, cannot get up",
        "presentation": "fall",
        "caller": {"name": "Jo Sample", "relationship": "daughter", "phone": "07700 900123", "is_patient": False},
        "patient": {
            "given_name": "Edith", "family_name": "Sample", "birth_date": "1941-03-02", "stated_age": 85,
            "sex": "female", "nhs_number": "999 000 0018", "nhs_number_status": "verified", "interpreter": None,
            "practice_code": "A81001", "risks": ["anticoagulant", "alone"],
        },
        "contacts": [{"phone": "020 7946 0991", "name": "Edith Sample", "is_patient": True}],
        "location": {
            "address": "2 Example Road, London", "postcode": "se1 0aa", "latitude": 51.501009,
            "longitude": -0.1416, "uprn": "100000000001", "access_note": "key safe by the door",
        },
        "flags": [{"kind": "reasonable_adjustment", "text": "hard of hearing"}],
        **changes,
    }  # fmt: skip
