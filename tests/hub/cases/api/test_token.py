"""The token endpoint: one grant, each client its own scopes, guessing slowed down, nothing odd breaks it."""

import base64
from typing import Any

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken, Application

from hub.cases.api.token import FORM, MOST_FAILURES

from .conftest import get_token

pytestmark = pytest.mark.django_db


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def ask(body: bytes | str, kind: str = FORM, **more: Any) -> Any:
    return Client(raise_request_exception=False).generic(
        "POST", "/api/token/", body, content_type=kind, **more
    )


def test_a_token_lives_five_minutes_and_carries_the_clients_scopes(cad: Any, partner: Any) -> None:
    answer = get_token(cad.secrets).json()
    assert (answer["expires_in"], answer["token_type"]) == (300, "Bearer")
    assert answer["scope"] == "cases:write cases:read dispatches"
    assert get_token(partner.secrets).json()["scope"] == "referrals services"
    assert "refresh_token" not in answer


def test_http_basic_works_too(cad: Any) -> None:
    header = basic(cad.secrets["client_id"], cad.secrets["client_secret"])
    answer = ask("grant_type=client_credentials&scope=cases:read", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["scope"]) == (200, "cases:read")


def test_a_partner_does_not_get_a_cads_scope(partner: Any) -> None:
    answer = get_token({**partner.secrets, "scope": "cases:write"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_neither_token_nor_secret_is_kept_in_clear(cad: Any) -> None:
    assert not AccessToken.objects.filter(token=cad.token).exists()
    assert not Application.objects.filter(client_secret=cad.secrets["client_secret"]).exists()


@pytest.mark.parametrize(
    "grant",
    ["password", "authorization_code", "refresh_token", "", "urn:ietf:params:oauth:grant-type:device_code"],
)
def test_there_is_no_other_grant(cad: Any, grant: str) -> None:
    answer = get_token({**cad.secrets, "grant_type": grant})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_guessing_is_slowed_down_for_that_client_from_there_only(cad: Any, other_cad: Any) -> None:
    wrong = {**cad.secrets, "client_secret": "guess"}
    statuses = [get_token(wrong).status_code for _ in range(MOST_FAILURES + 2)]
    assert statuses == [401] * MOST_FAILURES + [429] * 2
    late = get_token(cad.secrets)
    assert (late.status_code, late["Retry-After"]) == (429, "300")
    assert get_token(other_cad.secrets).status_code == 200
    assert get_token(cad.secrets, REMOTE_ADDR="10.0.0.9").status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"grant_type=client_credentials", FORM),
        (b"grant_type=client_credentials&client_id=%00&client_secret=x", FORM),
        (b"grant_type=client_credentials&client_id=%FF%FE&client_secret=x", FORM),
        (b"grant_type=client_credentials&client_id=a&client_secret=%C3%A9", FORM),
        (b"grant_type=client_credentials&client_id=" + b"a" * 5000, FORM),
        (b"grant_type=client_credentials&scope=%00", FORM),
        (b"&".join(b"a%d=1" % n for n in range(2000)), FORM),
        (b"x" * 3_000_000, FORM),
        (b'{"grant_type":"client_credentials"}', "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"grant_type=client_credentials", f"{FORM}; charset=nonsense"),
        (b"grant_type=client_credentials", f"{FORM}; charset=utf-16"),
    ],
)
def test_odd_requests_are_oauth_errors(db: None, body: bytes, kind: str) -> None:
    answer = ask(body, kind)
    assert answer.status_code in (400, 401), answer.content
    assert answer.json()["error"] in {"invalid_request", "invalid_client", "unsupported_grant_type"}


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic é",
        "Basic " + base64.b64encode(b"\xff\x00:x").decode(),
        "Bearer x",
        basic("a", "\x00"),
        basic("%00", "x"),
    ],
)
def test_odd_basic_headers_are_oauth_errors(db: None, header: str) -> None:
    answer = ask("grant_type=client_credentials", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
