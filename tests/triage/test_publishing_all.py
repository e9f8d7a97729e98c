"""Everything that ships can be published, and publishing it again changes nothing."""

import pytest

from tests.triage.conftest import RELEASE
from triage.models import ProtocolVersion
from triage.operations.publishing import publish
from triage.protocols import load_library


@pytest.mark.django_db
def test_the_whole_library_is_published_once() -> None:
    library = load_library()
    done = publish(library=library, by=RELEASE, activate_illustrative=True)
    assert len(done.made) == len(library.protocols) == ProtocolVersion.objects.count()
    again = publish(library=library, by=RELEASE, activate_illustrative=True)
    assert (again.made, len(again.unchanged)) == ([], len(library.protocols))
