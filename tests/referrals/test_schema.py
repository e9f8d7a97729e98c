"""The partners' API against its own description, led to referrals that are really there."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from hub.people.models import User
from hub.people.roles import Role
from referrals.models import Referral, Service
from referrals.operations.answering import accept, receive
from tests.conftest import make_person
from tests.hub.cases.api.conftest import Machine
from tests.referrals.stories import make_service, offered
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300), pytest.mark.usefixtures("content")]
api = schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application()).include(
    path_regex="/v1/(referrals|services)"
)


@pytest.fixture
def partner(db: None) -> Iterator[Machine]:
    """A partner with a referral on offer, one received and one accepted."""
    for number in range(3):
        person: User = make_person(Role.CLINICIAN, f"clinician_{number}")
        referral = offered(person, make_service(f"Service {number}", capacity=3))
        if number == 1:
            receive(referral_id=referral.pk, by=PARTNER)
        if number == 2:
            accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    machine = Machine("test-partner", "partner")
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield machine
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@api.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_of_the_partners_api_is_described(case: Any, partner: Machine) -> None:
    for name, model in (("referral_id", Referral), ("service_id", Service)):
        if name in case.path_parameters and random.random() < 0.8:
            case.path_parameters[name] = str(random.choice(model.objects.values_list("pk", flat=True)))
    # A cursor is any text to the description, and one that was not given out is refused.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {partner.token}"}, excluded_checks=[positive_data_acceptance]
    )
