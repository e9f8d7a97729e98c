"""The idle limit counts from the last thing a person did, also when it is short."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from hub.clock import now
from hub.people.models import User


def test_a_short_limit_counts_from_the_last_page_not_from_the_first(
    clinician: User, client_as: Callable[[User], Client], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HUB_IDLE_SECONDS = 20
    begin, browser = now(), client_as(clinician)

    def page_after(seconds: float) -> int:
        monkeypatch.setattr("hub.people.middleware.now", lambda: begin + timedelta(seconds=seconds))
        return browser.get("/queue/").status_code

    assert [page_after(0), page_after(15), page_after(30)] == [200, 200, 200]
    assert page_after(51) == 423
