"""The API against its own description: whatever the description allows or forbids, no 5xx and no undescribed answer."""

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

from hub.cases.models import Case, Dispatch
from tests.hub.cases.api.conftest import Machine, full_call

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

MOST_EXAMPLES = 12


# As it is served, in this process.
api = schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application())


@pytest.fixture
def machines(db: None) -> Iterator[dict[str, Machine]]:
    """One machine of each kind, and something of the CAD's own to reach."""
    known = {"cad": Machine("schema-cad", "cad"), "partner": Machine("schema-partner", "partner")}
    for number in range(3):
        known["cad"].send(full_call(f"schema-{number}", category="C1" if number == 2 else "C3"))
    # The application answers inside the test's own transaction. (Django's test client connects these again.)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield known
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _kind(path: str) -> str:
    return "cad" if path.startswith(("/api/v1/cases", "/api/v1/dispatches")) else "partner"


@api.parametrize()
@settings(
    max_examples=MOST_EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_described(case: Any, machines: dict[str, Machine]) -> None:
    # A made-up key reaches nothing but 404: most examples are led to something that is there.
    for name, model in (("case_id", Case), ("dispatch_id", Dispatch)):
        if name in case.path_parameters and random.random() < 0.8:
            case.path_parameters[name] = str(random.choice(model.objects.values_list("pk", flat=True)))
    token = machines[_kind(case.operation.path)].token
    # A description cannot say what makes a check digit right, or that only C2 has segments.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance]
    )
