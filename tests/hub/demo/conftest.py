"""The demo's machines against a real hub: Django's live server, real tokens, real webhooks."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from hub.demo.api import Api, Credentials
from hub.demo.later import Later

SECRET = "whsec_" + "c2VjcmV0" * 6


def client(name: str, kind: str) -> Credentials:
    """A client of the API as the administrator's command makes it."""
    printed = io.StringIO()
    call_command("add_api_client", name, kind=kind, stdout=printed, stderr=io.StringIO())
    pairs = dict(line.split("=", 1) for line in printed.getvalue().split())
    return Credentials(pairs["client_id"], pairs["client_secret"], SECRET, name)


@pytest.fixture
def cad_api(live_server: Any) -> Iterator[Api]:
    api = Api(live_server.url, client("test-cad", "cad"), patience=5)
    yield api
    api.close()


@pytest.fixture
def later() -> Iterator[Later]:
    running = Later(workers=2)
    yield running
    running.stop()
