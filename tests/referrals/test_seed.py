"""The demo's directory: complete, repeatable, and with no secret but in the state folder."""

import io
import json
import stat
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.cases.models import ApiClient
from hub.people.models import User
from referrals.models import Service
from referrals.operations.sending import send_referral
from referrals.states import ServiceKind
from tests.hub.cases.api.conftest import get_token
from tests.referrals.stories import AGREED, assessed_fall, make_service
from triage.protocols import Library

pytestmark = pytest.mark.django_db


def seed(settings: Any) -> dict[str, dict[str, str]]:
    call_command("seed_directory", stdout=io.StringIO())
    kept = settings.STATE_DIR / "clients.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    return {each["service"]: each for each in json.loads(kept.read_text())["partners"]}


def test_every_partner_can_get_a_token_and_reads_only_its_own(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DEMO_PARTNER_URL", "http://127.0.0.1:9000")
    partners = seed(settings)
    assert len(partners) == Service.objects.count() >= 14
    one = partners["Z9U01"]
    form = {"client_id": one["client_id"], "client_secret": one["client_secret"]}
    token = get_token(form).json()
    assert sorted(token["scope"].split()) == ["referrals", "services"]
    service = Service.objects.get(ods_code="Z9U01")
    assert service.webhook_url == "http://127.0.0.1:9000/webhooks/Z9U01"
    assert service.webhook_secret == one["webhook_secret"]


def test_seeding_again_keeps_clients_and_secrets(settings: Any) -> None:
    first, second = seed(settings), seed(settings)
    assert first == second
    assert ApiClient.objects.count() == len(first)


def test_a_lost_file_gives_new_client_secrets_and_keeps_the_services(settings: Any) -> None:
    first = seed(settings)
    (settings.STATE_DIR / "clients.json").unlink()
    second = seed(settings)
    assert first.keys() == second.keys()
    assert all(first[key]["client_secret"] != second[key]["client_secret"] for key in first)
    assert all(first[key]["webhook_secret"] == second[key]["webhook_secret"] for key in first)


def test_a_production_hub_is_not_seeded(settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError):
        call_command("seed_directory")


def test_every_kind_that_a_disposition_asks_for_is_known_and_somewhere(
    settings: Any, library: Library
) -> None:
    seed(settings)
    asked = {kind for each in library.dispositions.values() for kind in each.services} - {"ambulance"}
    assert asked <= set(ServiceKind.values)
    assert asked <= set(Service.objects.values_list("kind", flat=True))


def test_exclusions_and_conditions_are_words_of_the_clinical_content(settings: Any, library: Library) -> None:
    """A code that the content does not know would never exclude anybody."""
    seed(settings)
    known = {*library.findings, *library.dispositions, *library.presentations}
    for service in Service.objects.all():
        assert {*service.exclusions, *service.conditions} <= known, service


@pytest.mark.usefixtures("content")
def test_creating_a_referral_takes_a_counted_number_of_queries(clinician: User) -> None:
    case, service = assessed_fall(clinician), make_service(capacity=5)
    with CaptureQueriesContext(connection) as queries:
        send_referral(
            case_id=case.pk, service_id=service.pk, by=clinician, fence=case.fence, agreement=AGREED
        )
    # Among them the savepoint that a transaction is inside a test, twice.
    assert len(queries) <= 21, "\n".join(query["sql"][:140] for query in queries)
