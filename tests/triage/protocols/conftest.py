"""The shipped content, read once."""

import pytest

from triage.protocols import Library, WorkedCase, load_cases, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def cases(library: Library) -> dict[str, tuple[WorkedCase, ...]]:
    return load_cases(library)
