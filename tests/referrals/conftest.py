"""Published clinical content, and people, for the tests of onward care."""

import pytest
from hypothesis import settings

from hub.record.actors import CLOCK
from tests.triage.few import few_presentations
from triage import published
from triage.operations.publishing import publish
from triage.protocols import Library

# The first example loads years of bank holidays; a busy machine is no failure.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def library() -> Library:
    return few_presentations()


@pytest.fixture
def content(db: None, library: Library) -> None:
    """Protocols of a few presentations, in force as illustrative."""
    published.forget()
    publish(library=library, by=CLOCK, activate_illustrative=True)
