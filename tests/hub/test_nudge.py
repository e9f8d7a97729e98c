"""A nudge reaches the broker from any process, and a lost broker slows nobody down."""

from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from hub import nudge as nudging


@pytest.fixture(autouse=True)
def _closed_breaker() -> Any:
    nudging._Breaker.open_until = 0.0
    yield
    nudging._Breaker.open_until = 0.0


def test_the_process_that_serves_pages_knows_the_broker_of_the_workers(settings: Any) -> None:
    assert current_app.main == "hub"
    assert current_app.conf.broker_url == settings.CELERY_BROKER_URL


@pytest.mark.django_db(transaction=True)
def test_a_nudge_lies_in_its_queue_after_the_commit_and_never_before() -> None:
    with current_app.connection_for_write() as line:
        broker = line.default_channel.client
        broker.delete("nudge-test")
        with transaction.atomic():
            nudging.nudge("hub.agenda.sweep", queue="nudge-test")
            assert broker.llen("nudge-test") == 0
        assert broker.llen("nudge-test") == 1
        broker.delete("nudge-test")


@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_nobody_has_taken_yet_is_enough() -> None:
    with current_app.connection_for_write() as line:
        broker = line.default_channel.client
        broker.delete("nudge-test")
        for _ in range(3):
            with transaction.atomic():
                nudging.nudge("hub.agenda.sweep", queue="nudge-test")
        assert broker.llen("nudge-test") == 1
        # Whoever took it may have looked already: the next work nudges again
        broker.lpop("nudge-test")
        with transaction.atomic():
            nudging.nudge("hub.agenda.sweep", queue="nudge-test")
        assert broker.llen("nudge-test") == 1
        broker.delete("nudge-test")


@pytest.mark.django_db(transaction=True)
def test_a_lost_broker_costs_one_short_wait_and_then_none(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def lost(*args: Any, **kwargs: Any) -> None:
        tried.append(args[0])
        raise ConnectionError("nobody there")

    monkeypatch.setattr(current_app, "send_task", lost)
    for _ in range(50):
        with transaction.atomic():
            nudging.nudge("hub.agenda.sweep", queue="nudge-test")
    assert tried == ["hub.agenda.sweep"]
