"""Published clinical content, and people, for the tests of onward care."""

import pytest
from hypothesis import settings

from hub.record.actors import CLOCK
from triage import published
from triage.operations.publishing import publish
from triage.protocols import Library, load_library

# The first example loads years of bank holidays; a busy machine is no failure.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture
def content(db: None, library: Library) -> None:
    """The shipped protocols, in force as illustrative."""
    published.forget()
    publish(library=library, by=CLOCK, activate_illustrative=True)
