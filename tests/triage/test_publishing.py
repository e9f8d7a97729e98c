"""A version's way: kept once, signed by two who did not write it, in force alone, loadable for ever."""

from dataclasses import replace

import pytest
from django.core.management import call_command

from hub.people.models import User
from hub.people.roles import Role
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import make_person
from tests.triage.conftest import RELEASE
from triage import published
from triage.models import Catalogue, ProtocolVersion, Signature
from triage.operations.examining import examine
from triage.operations.publishing import publish
from triage.operations.signing import activate, retire, sign, submit
from triage.protocols import Library, protocol_digest


@pytest.fixture
def draft(db: None, library: Library, governance_lead: User) -> ProtocolVersion:
    """A draft of one protocol whose author is a governance lead."""
    published.forget()
    only = replace(library, protocols={"sore-throat": library.protocols["sore-throat"]})
    publish(library=only, by=governance_lead, activate_illustrative=False)
    return ProtocolVersion.objects.get()


def test_publishing_again_makes_nothing_new(content: Library) -> None:
    done = publish(library=content, by=RELEASE, activate_illustrative=True)
    assert (done.made, done.activated) == ([], [])
    assert len(done.unchanged) == len(content.protocols)
    assert Catalogue.objects.count() == 1


def test_the_command_publishes_and_says_what_it_did(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("publish_protocols", "--activate-illustrative")
    assert "put in force" in capsys.readouterr().out
    assert ProtocolVersion.objects.filter(state="active", illustrative=True).exists()


def test_a_draft_is_used_by_nobody(draft: ProtocolVersion) -> None:
    assert draft.state == "draft"
    assert published.active() == {}


def test_two_others_sign_one_of_them_a_governance_lead_and_then_it_is_in_force(
    draft: ProtocolVersion, governance_lead: User, senior: User
) -> None:
    # Given a draft in review
    submit(version_id=draft.pk, by=governance_lead)
    # When its author tries to sign
    with pytest.raises(Refusal, match="author"):
        sign(version_id=draft.pk, by=governance_lead)
    # And one other has signed, once the verifier and the replay have run
    with pytest.raises(Refusal, match="not been examined"):
        sign(version_id=draft.pk, by=senior)
    examine(version_id=draft.pk, by=senior)
    sign(version_id=draft.pk, by=senior)
    with pytest.raises(Refusal, match="signed this version already"):
        sign(version_id=draft.pk, by=senior)
    with pytest.raises(Refusal, match="more signature") as refused:
        activate(version_id=draft.pk, by=governance_lead)
    assert "A governance lead has to sign." in refused.value.extra["missing"]
    # And a second governance lead too
    sign(version_id=draft.pk, by=make_person(Role.GOVERNANCE_LEAD, "hugh_ward"))
    # Then it comes into force, no longer illustrative
    version = activate(version_id=draft.pk, by=governance_lead)
    assert (version.state, version.illustrative) == ("active", False)
    assert set(Signature.objects.values_list("digest", flat=True)) == {version.digest}
    kinds = list(Event.objects.filter(stream="protocol:sore-throat").values_list("kind", flat=True))
    assert kinds.count("protocol.signed") == 2


def test_a_clinician_does_not_sign(draft: ProtocolVersion, governance_lead: User, clinician: User) -> None:
    submit(version_id=draft.pk, by=governance_lead)
    with pytest.raises(Refusal) as refused:
        sign(version_id=draft.pk, by=clinician)
    assert refused.value.status == 403


def test_a_new_version_retires_the_old_one_which_stays_loadable(content: Library) -> None:
    old = ProtocolVersion.objects.get(protocol="sore-throat")
    changed = replace(content.protocols["sore-throat"], title="Sore throat, mended")
    publish(
        library=replace(content, protocols={"sore-throat": changed}), by=RELEASE, activate_illustrative=True
    )
    old.refresh_from_db()
    assert old.state == "retired"
    assert protocol_digest(published.versions([old.pk])[0].protocol) == old.digest
    assert ProtocolVersion.objects.get(protocol="sore-throat", state="active").number == 2


def test_retiring_needs_a_reason(content: Library, governance_lead: User) -> None:
    version = ProtocolVersion.objects.get(protocol="sore-throat")
    with pytest.raises(Refusal, match="Say why"):
        retire(version_id=version.pk, by=governance_lead, reason=" ")
    retire(version_id=version.pk, by=governance_lead, reason="found unsafe at audit")
    assert "sore-throat" not in published.active()


def test_going_back_to_an_earlier_release_puts_its_catalogue_in_force_again(content: Library) -> None:
    # Given a release, and a newer one with other words for looking after it at home
    first = published.shared()
    assert first is not None
    home = replace(content.dispositions["SELF-CARE"], say="Changed words.")
    newer = replace(content, dispositions={**content.dispositions, "SELF-CARE": home})
    publish(library=newer, by=RELEASE, activate_illustrative=True)
    now_ = published.shared()
    assert now_ is not None
    assert now_.dispositions["SELF-CARE"].say == "Changed words."
    # When the first is published again, because the newer one was wrong
    publish(library=content, by=RELEASE, activate_illustrative=True)
    # Then its words are read out again, and a third start adds nothing
    again = published.shared()
    assert again is not None
    assert again.digest == first.digest
    publish(library=content, by=RELEASE, activate_illustrative=True)
    assert Catalogue.objects.count() == 3


def test_what_a_person_retired_stays_out_when_the_release_goes_back_to_it(
    content: Library, governance_lead: User
) -> None:
    # Given a version that a person took out of use, and a mended one in its place
    old = ProtocolVersion.objects.get(protocol="sore-throat")
    retire(version_id=old.pk, by=governance_lead, reason="found unsafe at audit")
    mended = replace(content.protocols["sore-throat"], title="Sore throat, mended")
    newer = replace(content, protocols={"sore-throat": mended})
    publish(library=newer, by=RELEASE, activate_illustrative=True)
    # When the earlier release is published again
    publish(library=content, by=RELEASE, activate_illustrative=True)
    # Then the mended one stays
    assert ProtocolVersion.objects.get(protocol="sore-throat", state="active").title == "Sore throat, mended"


def test_what_only_gave_way_comes_back_with_its_release(content: Library) -> None:
    mended = replace(content.protocols["sore-throat"], title="Sore throat, mended")
    publish(
        library=replace(content, protocols={"sore-throat": mended}), by=RELEASE, activate_illustrative=True
    )
    publish(library=content, by=RELEASE, activate_illustrative=True)
    assert ProtocolVersion.objects.get(protocol="sore-throat", state="active").number == 1
