"""A web process has read the content before the first assessment asks for it, and starts without a database too."""

import logging
import sys

import pytest
from celery import Celery
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.template import engines
from django.test.utils import CaptureQueriesContext

from hub import nudge
from hub.config import warming
from hub.people.models import User
from hub.prepared import PREPARED, Prepared
from triage import published


@pytest.fixture(autouse=True)
def _connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own connection holds its transaction."""
    monkeypatch.setattr(warming.connections, "close_all", lambda: None)


@pytest.mark.django_db
def test_the_first_search_of_a_warm_process_reads_only_what_is_in_force() -> None:
    call_command("publish_protocols", verbosity=0)
    published.forget()
    warming.warm_up()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        catalogue = published.shared()
        assert catalogue is not None
        assert published.index(catalogue).match("tummy pain")
    assert len(queries) == 2
    published.forget()


def test_a_process_starts_while_its_database_is_away(
    settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise DatabaseError("password of somebody")

    monkeypatch.setattr(warming, "import_string", lambda name: away)
    with caplog.at_level(logging.WARNING):
        warming.warm_up()
    assert "DatabaseError" in caplog.text
    assert "password" not in caplog.text


def test_the_brokers_library_is_read_without_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Celery("alone", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(nudge, "current_app", alone)
    nudge.warm_up()
    assert "redis" in sys.modules
    assert alone.producer_pool.acquire().connection.connected is False


@pytest.mark.django_db
def test_every_template_of_ours_and_every_query_of_the_pages_is_compiled_before_somebody_asks() -> None:
    environment = engines["jinja2"].env
    environment.cache.clear()
    warmed = Prepared(lambda key: User.objects.filter(pk=key))
    warming.warm_up()

    compiled = {name for _, name in environment.cache.keys()}  # noqa: SIM118 - the cache is no dictionary
    assert {"hub/cases/case.html", "triage/closing.html", "referrals/offer.html"} <= compiled
    assert "_made" in vars(warmed)
    assert all("_made" in vars(each) for each in PREPARED)
