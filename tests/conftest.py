"""What every test may use: people of each role, cases reached through the operations, a flush that copes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from hub.cases.intake import ContactDetails, Intake
from hub.cases.models import Case
from hub.cases.operations.opening import open_case
from hub.people.models import User
from hub.people.roles import Role
from hub.post import webhooks
from hub.record.actors import Machine
from hub.record.grants import append_only_tables
from hub.record.triggers import READ_ONLY

PASSWORD = "correct horse battery staple"
TEST_CAD = Machine("API client test-cad")


@pytest.fixture(autouse=True, scope="session")
def _flush_copes_with_the_record() -> Iterator[None]:
    """Tests that commit are flushed by TRUNCATE, which the record refuses: its owner lifts the trigger for it."""
    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        tables = [*append_only_tables(), *READ_ONLY]
        lift = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
        restore = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        original(self, [*lift, *sql_list, *restore])

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _state_folder(tmp_path: Any, settings: Any) -> None:
    """Files that the hub writes (text messages of the demo) stay in the test's own folder."""
    settings.STATE_DIR = tmp_path


@pytest.fixture(autouse=True)
def _lines_hung_up() -> Iterator[None]:
    """The courier keeps its lines open for a moment; no test leaves one to the next."""
    yield
    if webhooks.line.cache_info().currsize:
        webhooks.line().close()
        webhooks.line.cache_clear()


def make_person(role: Role, username: str, **fields: Any) -> User:
    """A person of a role; clinicians are registered."""
    clinical = role in (Role.CLINICIAN, Role.SENIOR_CLINICIAN)
    defaults = {
        "name": username.replace("_", " ").title(),
        "profession": "nurse" if clinical else "not_registered",
        "registration_number": "00A0000E" if clinical else "",
    }
    return User.objects.create_user(username, PASSWORD, role=role, **{**defaults, **fields})


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    """Argon2 costs 100 ms on purpose; one test of its own shows that it is what production uses."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clinician(db: None) -> User:
    return make_person(Role.CLINICIAN, "nadia_clark")


@pytest.fixture
def other_clinician(db: None) -> User:
    return make_person(Role.CLINICIAN, "owen_price")


@pytest.fixture
def senior(db: None) -> User:
    return make_person(Role.SENIOR_CLINICIAN, "sheila_grant")


@pytest.fixture
def call_handler(db: None) -> User:
    return make_person(Role.CALL_HANDLER, "tom_hill")


@pytest.fixture
def supervisor(db: None) -> User:
    return make_person(Role.SUPERVISOR, "amira_shah")


@pytest.fixture
def governance_lead(db: None) -> User:
    return make_person(Role.GOVERNANCE_LEAD, "grace_lowe")


@pytest.fixture
def administrator(db: None) -> User:
    return make_person(Role.ADMINISTRATOR, "alan_reed")


@pytest.fixture
def client_as() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="hub.people.backends.PeopleBackend")
        return client

    return signed_in


def make_case(category: str = "C3", **changes: Any) -> Case:
    """A case that came in from the CAD, waiting in the queue."""
    caller = ContactDetails(phone="020 7946 0123", name="Ann Other", is_caller=True)
    known: dict[str, Any] = {
        "category": category,
        "problem": "pain in the chest",
        "presentation": "chest-pain",
        "given_name": "Mary",
        "family_name": "Sample",
        "stated_age": 54,
        "sex": "female",
        "address": "1 Example Street, London",
        "postcode": "SE1 0AA",
        "contacts": (caller,),
    }
    return open_case(intake=Intake(**{**known, **changes}), by=TEST_CAD, source_client="test-cad")


@pytest.fixture
def open_case_(db: None) -> Callable[..., Case]:
    """Makes cases: open_case_("C3", stated_age=80)."""
    return make_case
