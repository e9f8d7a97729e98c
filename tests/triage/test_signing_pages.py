"""The way of a version over its pages: examined, submitted, signed by two, in force from a date, retired."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from hub.agenda.operations import fire_due
from hub.clock import local, now
from hub.live.panels import find
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.triage.conftest import RELEASE
from triage import published
from triage.models import ProtocolVersion, Signature
from triage.operations.examining import examine
from triage.operations.publishing import publish
from triage.operations.signing import activate, activate_as_planned, retire, sign, submit
from triage.protocols import Library

ClientAs = Callable[[User], Client]
THROAT = "sore-throat"


def address(verb: str = "", number: int = 2) -> str:
    name = f"{verb}_version" if verb else "version"
    return reverse(f"triage:{name}", args=[THROAT, number])


@pytest.fixture
def draft(content: Library) -> ProtocolVersion:
    """Version 2 with another title, beside version 1 which is in force for demonstration."""
    mended = replace(content.protocols[THROAT], title="Sore throat, mended")
    publish(library=replace(content, protocols={THROAT: mended}), by=RELEASE, activate_illustrative=False)
    return ProtocolVersion.objects.get(protocol=THROAT, number=2)


def signed(version: ProtocolVersion, *people: User) -> None:
    for each in people:
        sign(version_id=version.pk, by=each, words="read and found right")


def test_a_version_goes_its_way_over_the_pages(
    draft: ProtocolVersion, client_as: ClientAs, governance_lead: User, senior: User
) -> None:
    lead, clinical = client_as(governance_lead), client_as(senior)
    # The page says what changes, and that nobody has examined it
    page = lead.get(address()).content.decode()
    assert "Sore throat, mended" in page
    assert draft.digest in page
    assert "Not examined yet" in page
    # Governance submits it; a signer who saw no examination does not sign
    assert lead.post(address("submit")).status_code == 302
    assert clinical.post(address("sign"), {"words": "fine"}).status_code == 409
    # The verifier and the replay run, and are shown
    assert clinical.post(address("examine")).status_code == 302
    page = clinical.get(address()).content.decode()
    assert "<strong>Proved</strong>" in page
    assert "Replayed over <strong>0</strong>" in page
    # Both sign what they saw
    seen = draft.examinations.get().pk
    assert clinical.post(address("sign"), {"words": "fine", "examination": seen}).status_code == 302
    assert lead.post(address("activate")).status_code == 409
    assert lead.post(address("sign"), {"examination": seen}).status_code == 302
    assert set(Signature.objects.values_list("digest", flat=True)) == {draft.digest}
    assert "You have signed" in lead.get(address()).content.decode()
    # And it comes into force, signed; the one before is retired
    assert lead.post(address("activate"), {"start": ""}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.illustrative) == ("active", False)
    assert ProtocolVersion.objects.get(protocol=THROAT, number=1).state == "retired"
    assert lead.post(address("retire"), {"reason": ""}).status_code == 422
    assert lead.post(address("retire"), {"reason": "found unsafe"}).status_code == 302
    assert THROAT not in published.active()


def test_an_examination_made_meanwhile_is_read_first(
    draft: ProtocolVersion, governance_lead: User, senior: User
) -> None:
    submit(version_id=draft.pk, by=governance_lead)
    old = examine(version_id=draft.pk, by=senior)
    examine(version_id=draft.pk, by=governance_lead)
    with pytest.raises(Refusal, match="examined again"):
        sign(version_id=draft.pk, by=senior, examination=old.pk)


def test_what_the_verifier_does_not_prove_is_not_signed(
    content: Library, governance_lead: User, senior: User
) -> None:
    protocol = content.protocols[THROAT]
    weak = replace(protocol, rules=(protocol.rules[-1],))
    publish(library=replace(content, protocols={THROAT: weak}), by=RELEASE, activate_illustrative=False)
    version = ProtocolVersion.objects.get(protocol=THROAT, number=2)
    submit(version_id=version.pk, by=governance_lead)
    examine(version_id=version.pk, by=senior)
    with pytest.raises(Refusal, match="does not prove"):
        sign(version_id=version.pk, by=senior)


def test_it_comes_into_force_on_its_date(
    draft: ProtocolVersion, client_as: ClientAs, governance_lead: User, senior: User, time_machine: object
) -> None:
    submit(version_id=draft.pk, by=governance_lead)
    examine(version_id=draft.pk, by=senior)
    signed(draft, senior, governance_lead)
    day = local(now()).date() + timedelta(days=3)
    lead = client_as(governance_lead)
    assert lead.post(address("activate"), {"start": "next week"}).status_code == 422
    assert lead.post(address("activate"), {"start": day.isoformat()}).status_code == 302
    fire_due(seconds=5)
    draft.refresh_from_db()
    assert draft.state == "in_review"
    assert "Will be in force from" in lead.get(address()).content.decode()
    time_machine.move_to(now() + timedelta(days=4))  # type: ignore[attr-defined]
    fire_due(seconds=5)
    draft.refresh_from_db()
    assert (draft.state, draft.illustrative) == ("active", False)


def test_a_version_withdrawn_before_its_date_stays_out(
    draft: ProtocolVersion, governance_lead: User, senior: User
) -> None:
    submit(version_id=draft.pk, by=governance_lead)
    examine(version_id=draft.pk, by=senior)
    signed(draft, senior, governance_lead)
    activate(version_id=draft.pk, by=governance_lead, at=now() + timedelta(days=3))
    retire(version_id=draft.pk, by=governance_lead, reason="a concern came up")
    item = type("Due", (), {"subject": str(draft.pk)})()
    activate_as_planned(item)
    draft.refresh_from_db()
    assert draft.state == "retired"


def test_signing_what_is_in_force_for_demonstration_makes_it_more(
    content: Library, governance_lead: User, senior: User
) -> None:
    version = ProtocolVersion.objects.get(protocol=THROAT)
    examine(version_id=version.pk, by=senior)
    signed(version, senior, governance_lead)
    activate(version_id=version.pk, by=governance_lead)
    version.refresh_from_db()
    assert (version.state, version.illustrative) == ("active", False)


def test_nothing_unsigned_takes_the_place_of_a_signed_version(
    content: Library, governance_lead: User, senior: User
) -> None:
    version = ProtocolVersion.objects.get(protocol=THROAT)
    examine(version_id=version.pk, by=senior)
    signed(version, senior, governance_lead)
    activate(version_id=version.pk, by=governance_lead)
    other = replace(content, protocols={THROAT: replace(content.protocols[THROAT], title="Other")})
    publish(library=other, by=RELEASE, activate_illustrative=True)
    assert published.active()[THROAT] == version.pk


def test_what_a_person_retired_or_reviews_is_not_put_in_force_by_the_next_start(
    content: Library, draft: ProtocolVersion, governance_lead: User
) -> None:
    retire(version_id=published.active()[THROAT], by=governance_lead, reason="found unsafe")
    submit(version_id=draft.pk, by=governance_lead)
    publish(library=content, by=RELEASE, activate_illustrative=True)
    assert THROAT not in published.active()


def test_in_production_nothing_unsigned_is_in_force(
    content: Library, governance_lead: User, senior: User, settings: object
) -> None:
    version = ProtocolVersion.objects.get(protocol=THROAT)
    settings.MODE = "production"  # type: ignore[attr-defined]
    assert published.active() == {}
    with pytest.raises(CommandError, match="only signed"):
        call_command("publish_protocols", "--activate-illustrative")
    examine(version_id=version.pk, by=senior)
    signed(version, senior, governance_lead)
    activate(version_id=version.pk, by=governance_lead)
    assert published.active() == {THROAT: version.pk}


def unproved(version: ProtocolVersion, by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next release's worked cases do not hold for this version any more."""
    monkeypatch.setattr("triage.operations.examining._verdict", lambda _: (["a rule never decides"], {}))
    examine(version_id=version.pk, by=by)


def test_what_a_newer_examination_does_not_prove_is_not_put_in_force_though_it_is_signed(
    draft: ProtocolVersion,
    client_as: ClientAs,
    governance_lead: User,
    senior: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a version that two people signed
    submit(version_id=draft.pk, by=governance_lead)
    examine(version_id=draft.pk, by=senior)
    signed(draft, senior, governance_lead)
    # When it is examined again and found wanting
    unproved(draft, senior, monkeypatch)
    # Then nobody puts it in force
    answer = client_as(governance_lead).post(address("activate"), {"start": ""})
    assert answer.status_code == 409
    assert "does not prove this version" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "in_review"


def test_a_planned_version_that_is_no_longer_proved_stays_out_and_the_record_says_why(
    draft: ProtocolVersion, governance_lead: User, senior: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(version_id=draft.pk, by=governance_lead)
    examine(version_id=draft.pk, by=senior)
    signed(draft, senior, governance_lead)
    activate(version_id=draft.pk, by=governance_lead, at=now() + timedelta(days=3))
    unproved(draft, senior, monkeypatch)
    activate_as_planned(type("Due", (), {"subject": str(draft.pk)})())
    draft.refresh_from_db()
    assert draft.state == "in_review"
    said = Event.objects.get(stream=draft.stream, kind="protocol.activation_refused")
    assert "does not prove" in said.data["why"]


# --- refused on its date: somebody must hear of it ---


def board_says() -> str:
    panel = find("board.concerns")
    assert panel is not None
    return panel.render()


@pytest.fixture
def refused(
    draft: ProtocolVersion,
    governance_lead: User,
    senior: User,
    time_machine: object,
    monkeypatch: pytest.MonkeyPatch,
) -> ProtocolVersion:
    """Signed and planned, then found wanting; its date has come."""
    submit(version_id=draft.pk, by=governance_lead)
    examine(version_id=draft.pk, by=senior)
    signed(draft, senior, governance_lead)
    activate(version_id=draft.pk, by=governance_lead, at=now() + timedelta(days=3))
    with monkeypatch.context() as meanwhile:
        unproved(draft, senior, meanwhile)
    assert "did not come into force" not in board_says()
    time_machine.move_to(now() + timedelta(days=4))  # type: ignore[attr-defined]
    fire_due(seconds=5)
    draft.refresh_from_db()
    return draft


def pages_alarm(browser: Client) -> list[bool]:
    """Whether the board, the list of protocols and the version's own page say that it did not come into force."""
    pages = [browser.get(reverse("triage:protocols")), browser.get(address())]
    return [
        "did not come into force" in each for each in (board_says(), *(p.content.decode() for p in pages))
    ]


def test_a_planned_version_that_is_refused_on_its_date_stands_on_the_board_and_the_governance_pages(
    refused: ProtocolVersion, client_as: ClientAs, governance_lead: User
) -> None:
    lead = client_as(governance_lead)
    assert refused.state == "in_review"
    assert pages_alarm(lead) == [True, True, True]
    board = board_says()
    assert "hub-panel--alarm" in board
    assert "does not prove" in board
    assert f'href="{address()}"' in board
    assert "Was planned from" in lead.get(address()).content.decode()


def test_it_stands_until_somebody_plans_it_anew_and_alarms_again_when_that_is_refused_too(
    refused: ProtocolVersion,
    client_as: ClientAs,
    governance_lead: User,
    senior: User,
    time_machine: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead = client_as(governance_lead)
    # Proving it again is not yet putting it in force
    examine(version_id=refused.pk, by=senior)
    assert pages_alarm(lead) == [True, True, True]
    # A new date is
    activate(version_id=refused.pk, by=governance_lead, at=now() + timedelta(days=3))
    assert pages_alarm(lead) == [False, False, False]
    unproved(refused, senior, monkeypatch)
    time_machine.move_to(now() + timedelta(days=4))  # type: ignore[attr-defined]
    fire_due(seconds=5)
    assert pages_alarm(client_as(governance_lead)) == [True, True, True]


@pytest.mark.parametrize("how", ["retired", "in force"])
def test_retiring_it_or_putting_it_in_force_ends_the_alarm(
    refused: ProtocolVersion, client_as: ClientAs, governance_lead: User, senior: User, how: str
) -> None:
    if how == "retired":
        retire(version_id=refused.pk, by=governance_lead, reason="found wanting")
    else:
        examine(version_id=refused.pk, by=senior)
        activate(version_id=refused.pk, by=governance_lead)
    assert pages_alarm(client_as(governance_lead)) == [False, False, False]


def test_a_version_in_force_for_demonstration_that_is_refused_as_signed_alarms_too(
    content: Library, governance_lead: User, senior: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = ProtocolVersion.objects.get(protocol=THROAT)
    examine(version_id=version.pk, by=senior)
    signed(version, senior, governance_lead)
    activate(version_id=version.pk, by=governance_lead, at=now() + timedelta(days=3))
    unproved(version, senior, monkeypatch)
    activate_as_planned(type("Due", (), {"subject": str(version.pk)})())
    assert "did not come into force" in board_says()
