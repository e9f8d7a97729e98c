"""Browsers, people and a token for a run; and the number of queries behind each request, counted in this process."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import get_access_token_model, get_application_model

from benchmarks.figures import Figure
from benchmarks.load import Browser
from benchmarks.patients import stranger, stranger_waiting
from benchmarks.scenarios import Place, incident
from hub.cases.models import ApiClient, Case
from hub.clock import now
from hub.people.models import User
from tests.referrals.stories import AGREED, assessed_fall, in_consultation, make_service
from triage.operations.assessing import open_assessment

PREFIX = "bench"


def place_of(url: str, cases: int, browsers: int, password: str, partner: str) -> Place:
    """So many clinicians, each signed in over HTTP in a browser of their own, and a token for the intake."""
    people = [_person(number, password) for number in range(browsers)]
    signed_in = [Browser(url) for _ in people]
    for browser, person in zip(signed_in, people, strict=True):
        browser.sign_in(person.username, password)
    return Place(cases, signed_in, people, _token(), partner)


def _person(number: int, password: str) -> User:
    return User.objects.create_user(
        f"{PREFIX}{number}", password, name=f"Bench Clinician {number}", role="clinician", profession="nurse",
        registration_number="BENCH",
    )  # fmt: skip


def _token() -> str:
    """A token that outlives the run; how long real ones live is not what is measured."""
    application = get_application_model().objects.create(
        name=PREFIX, client_type="confidential", authorization_grant_type="client-credentials"
    )
    scopes = ["cases:write", "cases:read"]
    ApiClient.objects.create(name=PREFIX, kind="cad", scopes=scopes, client_id=application.client_id)
    token = get_access_token_model().objects.create(
        application=application, token=uuid4().hex, expires=now() + timedelta(hours=3), scope=" ".join(scopes)
    )
    return str(token.token)


def with_count(made: Figure, place: Place) -> Figure:
    """The figure with the number of queries that one such request needs, sessions and sign-in included."""
    counters: dict[str, Callable[[Client, User, str], int]] = {
        "queue page, 50 rows": lambda client, *_: _get(client, "/queue/"),
        "open a case": lambda client, *_: _get(client, f"/cases/{_waiting()}/"),
        "record a call (API)": lambda client, _, token: _post_incident(client, token),
        "claim a case": lambda client, *_: _post(client, f"/cases/{stranger_waiting('C4').pk}/claim/", {}),
        "one answer in an assessment": _answer,
        "create a referral": _referral,
    }
    person = place.people[0]
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person, backend="hub.people.backends.PeopleBackend")
    return replace(made, queries=counters[made.what](client, person, place.token))


def _waiting() -> UUID:
    found = Case.objects.waiting().values_list("pk", flat=True).first()
    if found is None:
        raise RuntimeError("Nobody waits.")
    return found


def _get(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as counted:
        client.get(path)
    return _without_savepoints(counted)


def _post(client: Client, path: str, form: dict[str, str], **headers: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        client.post(path, form, headers=headers)
    return _without_savepoints(counted)


def _post_incident(client: Client, token: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        client.post(
            "/api/v1/cases", incident("COUNT-" + uuid4().hex), content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
    return _without_savepoints(counted)


def _answer(client: Client, person: User, _: str) -> int:
    case = in_consultation(stranger_waiting("C3", presentation="fall", stated_age=81), person)
    standing = open_assessment(case_id=case.pk, by=person, fence=case.fence)
    finding = next(f.id for f in standing.protocols[0].findings if f.kind.value == "yes_no")
    form = {"fence": str(case.fence), "answer": f"{finding} no 0"}
    return _post(client, f"/cases/{case.pk}/assessment/answer/", form, **{"HX-Request": "true"})


def _referral(client: Client, person: User, _: str) -> int:
    service = make_service(f"Counted UCR {uuid4().hex[:6]}")
    case = assessed_fall(person, **stranger())
    form = {"service": str(service.pk), "fence": str(case.fence), "agreement": AGREED, "words": ""}
    return _post(client, f"/cases/{case.pk}/offer/", form)


def _without_savepoints(counted: CaptureQueriesContext) -> int:
    passing = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not entry["sql"].startswith(passing) for entry in counted.captured_queries)
