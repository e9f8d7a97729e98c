"""Behind a proxy: who guesses at one address locks nobody out at another, and nobody invents an address."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from hub.people.origin import address_of
from hub.people.roles import Role
from tests.conftest import PASSWORD, make_person

BEHIND_A_PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("forwarded", "remote", "address"),
    [
        ("203.0.113.9", "172.18.0.5", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "172.18.0.5", "203.0.113.9"),  # the first is a claim
        ("2001:db8::9", "172.18.0.5", "2001:db8::9"),
        ("", "172.18.0.5", "172.18.0.5"),
        ("not an address", "172.18.0.5", "172.18.0.5"),
        ("", "", None),
    ],
)
def test_behind_a_proxy_its_word_counts(
    settings: Any, forwarded: str, remote: str, address: str | None
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = BEHIND_A_PROXY
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR=remote)
    assert address_of(request) == address


def test_without_a_proxy_nobody_says_where_they_are(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="203.0.113.9", REMOTE_ADDR="192.0.2.4")
    assert address_of(request) == "192.0.2.4"


def test_who_guesses_elsewhere_does_not_lock_a_clinician_out(db: None, client: Client, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = BEHIND_A_PROXY
    make_person(Role.CLINICIAN, "wanda")
    for _ in range(6):
        guess = client.post(
            "/sign-in/",
            {"username": "wanda", "password": "guess"},
            secure=True,
            HTTP_X_FORWARDED_FOR="203.0.113.9",
        )
    assert guess.status_code == 429
    signed_in = client.post(
        "/sign-in/",
        {"username": "wanda", "password": PASSWORD},
        secure=True,
        HTTP_X_FORWARDED_FOR="198.51.100.7",
    )
    assert signed_in.status_code == 302
