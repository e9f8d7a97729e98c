"""Concerns about content: raised in words from a call, in everybody's sight, closed by another person with evidence."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from hub.live.panels import find
from hub.people.models import User
from hub.people.roles import Role
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import make_person
from tests.triage.conftest import Consultation
from triage.models import Concern, ConcernClosing, Draft, ProtocolVersion
from triage.operations.concerns import close_concern, raise_concern
from triage.queries import concerns_about, open_concerns

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]
WORDS = "asks about drooling, but not about a muffled voice"


@pytest.fixture
def version(content: object) -> ProtocolVersion:
    return ProtocolVersion.objects.get(protocol="sore-throat")


@pytest.fixture
def concern(version: ProtocolVersion, clinician: User) -> Concern:
    return raise_concern(version_id=version.pk, by=clinician, about="finding", item="breathing", words=WORDS)


def test_it_stays_open_until_a_governance_lead_closes_it_with_evidence(
    concern: Concern, governance_lead: User
) -> None:
    assert open_concerns() == [concern]
    with pytest.raises(Refusal, match="evidence"):
        close_concern(concern_id=concern.pk, by=governance_lead, found="nothing wrong", evidence=" ")
    assert open_concerns() == [concern]
    close_concern(concern_id=concern.pk, by=governance_lead, found="mended", evidence="minutes of 3 March")
    assert open_concerns() == []
    with pytest.raises(Refusal, match="closed already"):
        close_concern(concern_id=concern.pk, by=governance_lead, found="again", evidence="again")
    kinds = Event.objects.filter(stream="protocol:sore-throat").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["protocol.concern_raised", "protocol.concern_closed"]


def test_only_a_governance_lead_who_did_not_raise_it_closes_it(
    concern: Concern, version: ProtocolVersion, senior: User, governance_lead: User
) -> None:
    own = raise_concern(version_id=version.pk, by=governance_lead, about="protocol", item="", words=WORDS)
    for by, which in [(senior, concern), (governance_lead, own)]:
        with pytest.raises(Refusal) as refused:
            close_concern(concern_id=which.pk, by=by, found="nothing", evidence="none")
        assert refused.value.status == 403
    assert not ConcernClosing.objects.exists()


@pytest.mark.parametrize(
    ("about", "item", "words"),
    [
        ("finding", "breathing", "hm"),
        ("finding", "no-such-finding", WORDS),
        ("rule", "no-such-rule", WORDS),
        ("else", "breathing", WORDS),
        ("finding", "", WORDS),
    ],
)
def test_without_words_or_a_thing_it_is_refused(
    version: ProtocolVersion, clinician: User, about: str, item: str, words: str
) -> None:
    with pytest.raises(Refusal) as refused:
        raise_concern(version_id=version.pk, by=clinician, about=about, item=item, words=words)
    assert refused.value.status == 422
    assert not Concern.objects.exists()


def test_nobody_raises_one_who_does_not_assess_or_about_a_case_out_of_sight(
    version: ProtocolVersion, call_handler: User, clinician: User
) -> None:
    given: dict[str, Any] = {"version_id": version.pk, "about": "protocol", "item": "", "words": WORDS}
    with pytest.raises(Refusal, match="role"):
        raise_concern(**given, by=call_handler)
    with pytest.raises(Refusal, match="no such case"):
        raise_concern(**given, by=clinician, case_id=UUID(int=7))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_or_forget_it(concern: Concern, change: str) -> None:
    rows = Concern.objects.filter(pk=concern.pk)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(words="fine after all") if change == "update" else rows.delete()


def test_a_shared_finding_shows_on_every_protocol_that_asks_it(concern: Concern, content: object) -> None:
    protocols = content.protocols  # type: ignore[attr-defined]
    assert concerns_about(protocols["chest-pain-adult"]) == [concern]


def test_a_clinician_flags_a_question_from_the_assessment(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30)
    client = client_as(talk.by)
    address = reverse("triage:raise_concern", args=[talk.case.pk])
    page = client.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert f"{address}?about=finding%20breathing" in page
    # What is typed is kept, and the question is chosen already
    client.post(reverse("triage:draft", args=[talk.case.pk, "concern"]), {"concern": "half a thought"})
    form = client.get(address, {"about": "finding breathing"}).content.decode()
    assert "half a thought" in form
    pk = talk.standing().versions[0].pk
    assert f'value="{pk} finding breathing" selected' in form
    # Without words it is refused and nothing typed is lost
    refused = client.post(address, {"item": f"{pk} finding breathing", "concern": "<b>hm"})
    assert refused.status_code == 422
    assert "&lt;b&gt;hm" in refused.content.decode()
    assert client.post(address, {"item": f"{pk} finding breathing", "concern": WORDS}).status_code == 302
    assert Concern.objects.get().case_id == talk.case.pk
    assert not Draft.objects.exists()


@pytest.mark.parametrize("item", ["", "x", "9 finding", "1 2 3 4", "99999999999999999999 rule x", "½ rule x"])
def test_senseless_choices_are_refused(
    version: ProtocolVersion, senior: User, client_as: ClientAs, item: str
) -> None:
    address = reverse("triage:concern_about", args=["sore-throat"])
    assert client_as(senior).post(address, {"item": item, "concern": WORDS}).status_code in {404, 422}


def test_it_is_in_sight_on_the_protocol_the_list_and_the_board(
    concern: Concern, client_as: ClientAs, governance_lead: User
) -> None:
    client = client_as(governance_lead)
    for address in (reverse("triage:protocol", args=["sore-throat"]), reverse("triage:concerns")):
        assert WORDS in client.get(address).content.decode()
    board = find("board.concerns")
    assert board is not None
    assert "Sore throat" in board.render()
    # Another governance lead closes it
    other = client_as(make_person(Role.GOVERNANCE_LEAD, "hugh_ward"))
    address = reverse("triage:close_concern", args=[concern.pk])
    assert "Close with evidence" in other.get(reverse("triage:concern", args=[concern.pk])).content.decode()
    kept = other.post(address, {"found": "looked into it", "evidence": ""})
    assert (kept.status_code, "looked into it" in kept.content.decode()) == (422, True)
    assert other.post(address, {"found": "mended", "evidence": "version 2"}).status_code == 302
    assert "version 2" in client.get(reverse("triage:concern", args=[concern.pk])).content.decode()
    assert "No open concern" in board.render()


def test_open_concerns_are_in_reach_and_counted_where_protocols_are_governed(
    concern: Concern, governance_lead: User, call_handler: User, client_as: ClientAs
) -> None:
    browser = client_as(governance_lead)
    page = browser.get(reverse("triage:protocols")).content.decode()
    assert "Open concerns: <strong>1</strong>" in page
    assert '<td data-label="Open concerns"><strong>1</strong></td>' in page
    assert f'<li><a href="{reverse("triage:concerns")}">Concerns</a></li>' in page
    close_concern(concern_id=concern.pk, by=governance_lead, found="mended", evidence="minutes of 3 March")
    page = browser.get(reverse("triage:protocols")).content.decode()
    assert "Open concerns: <strong>0</strong>" in page
    handlers = client_as(call_handler).get(reverse("cases:queue")).content.decode()
    assert reverse("triage:concerns") not in handlers
