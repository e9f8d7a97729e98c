"""The opening of a call: to whom, for whom, from where. A spoken address reaches the case, or nothing does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.cases.models import Case
from hub.cases.operations.holding import take_over
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from referrals.models import FollowUp
from tests.triage.conftest import Consultation, whole_closing_set
from triage.models import Opening
from triage.operations.assessing import OpeningDetails, record_opening
from triage.operations.concluding import close_with_advice, conclude, record_closing_set

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]
ELSEWHERE = "Flat 4, 2 Example Street"


def told(**changes: Any) -> OpeningDetails:
    whole: dict[str, Any] = {
        "speaking_to": "Joy Mockford",
        "is_patient": False,
        "patient_spoken_to": True,
        "why_not_patient": "",
        "number_back": "020 7946 0111",
        "address_spoken": True,
        "consent": Opening.Consent.PATIENT,
    }
    return OpeningDetails(**{**whole, **changes})


def confirmations(case: Case) -> list[Event]:
    return list(Event.objects.filter(stream=case.stream, kind="case.address_confirmed"))


def test_an_address_that_the_caller_spoke_is_confirmed_on_the_case(consult: Consult) -> None:
    talk = consult(address="1 Example Street, London")
    record_opening(**talk.key, details=told())
    talk.case.refresh_from_db()
    assert talk.case.address_confirmed_at is not None
    assert talk.case.address == "1 Example Street, London"
    assert [each.data["after"] for each in confirmations(talk.case)] == ["1 Example Street, London"]


def test_an_address_not_spoken_is_not_confirmed(consult: Consult) -> None:
    talk = consult()
    record_opening(**talk.key, details=told(address_spoken=False))
    talk.case.refresh_from_db()
    assert talk.case.address_confirmed_at is None
    assert confirmations(talk.case) == []


def test_another_address_than_the_cases_takes_its_place_and_both_stand_in_the_record(
    consult: Consult,
) -> None:
    talk = consult(address="1 Example Street, London")
    record_opening(**talk.key, details=told(address=ELSEWHERE, postcode="SE1 0AB"))
    talk.case.refresh_from_db()
    assert (talk.case.address, talk.case.postcode) == (ELSEWHERE, "SE1 0AB")
    data = confirmations(talk.case)[0].data
    assert (data["before"], data["after"]) == ("1 Example Street, London", ELSEWHERE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"address": ELSEWHERE, "address_spoken": False}, "Tick that the caller said the address"),
        ({"speaking_to": "", "address": ELSEWHERE}, "to whom you are speaking"),
        ({"consent": ""}, "Record who consents"),
    ],
)
def test_an_opening_that_is_refused_moves_no_address(
    consult: Consult, changes: dict[str, Any], words: str
) -> None:
    talk = consult()
    with pytest.raises(Refusal, match=words):
        record_opening(**talk.key, details=told(**changes))
    talk.case.refresh_from_db()
    assert talk.case.address_confirmed_at is None
    assert talk.case.address != ELSEWHERE
    assert not Opening.objects.exists()


def test_without_any_address_the_words_of_the_caller_are_asked_for(consult: Consult) -> None:
    talk = consult(address=None)
    with pytest.raises(Refusal, match="the case has none"):
        record_opening(**talk.key, details=told())
    record_opening(**talk.key, details=told(address=ELSEWHERE))
    talk.case.refresh_from_db()
    assert talk.case.address == ELSEWHERE


def test_a_stale_tab_confirms_nothing(consult: Consult, senior: User) -> None:
    talk = consult()
    take_over(case_id=talk.case.pk, by=senior, reason="second opinion needed")
    with pytest.raises(Refusal, match=senior.name):
        record_opening(**talk.key, details=told(address=ELSEWHERE))
    talk.case.refresh_from_db()
    assert talk.case.address_confirmed_at is None
    assert confirmations(talk.case) == []


def test_the_tick_shows_on_the_case_page_and_is_not_handed_on_to_the_next_speaker(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult(address="1 Example Street, London")
    browser = client_as(talk.by)
    sent = {
        "fence": talk.case.fence, "speaking_to": "Joy Mockford", "patient_spoken_to": "on", "consent": "patient",
        "address_spoken": "on", "address": ELSEWHERE,
    }  # fmt: skip
    assert browser.post(reverse("triage:opening", args=[talk.case.pk]), sent).status_code == 302
    case_page = browser.get(reverse("cases:case", args=[talk.case.pk])).content.decode()
    assert ELSEWHERE in case_page
    assert "The caller spoke the address" in case_page
    assert "not confirmed yet" not in case_page
    page = browser.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert "Address spoken by the caller" in page
    box = page[page.index('name="address_spoken"') - 200 : page.index('name="address_spoken"') + 120]
    assert "checked" not in box


def test_the_number_said_on_this_call_is_shown_can_be_rung_and_is_rung_afterwards(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given a case with an old landline, and a neighbour who says another number to ring back
    talk = consult("sore-throat", stated_age=30)
    record_opening(
        **talk.key, details=told(speaking_to="A neighbour", number_back="07700 900999", address_spoken=False)
    )
    browser = client_as(talk.by)
    # Then it stands on both pages, as people write it
    for page in ("triage:assessment", "cases:case"):
        assert "07700 900999" in browser.get(reverse(page, args=[talk.case.pk])).content.decode()
    page = browser.get(reverse("triage:assessment", args=[talk.case.pk])).content.decode()
    assert (
        "not yet spoken by the caller.</strong> Ring back on <strong>07700 900999</strong>. Spoke to" in page
    )
    # And it is a contact, ranked last, once however often it is said
    record_opening(**talk.key, details=told(number_back="+44 7700 900999", address_spoken=False))
    contacts = list(talk.case.contacts.all())
    assert [each.phone for each in contacts].count("+447700900999") == 1
    assert (contacts[-1].phone, contacts[-1].name) == ("+447700900999", "A neighbour")
    # And whoever follows up rings it
    talk.no_to_the_rest()
    conclude(**talk.key)
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    close_with_advice(**talk.key)
    assert FollowUp.objects.get().phone == "+447700900999"


@pytest.mark.parametrize("said", ["", "the ward's", "12"])
def test_what_is_no_number_is_kept_as_words_and_is_nobody_to_ring(consult: Consult, said: str) -> None:
    talk = consult()
    before = talk.case.contacts.count()
    record_opening(**talk.key, details=told(number_back=said))
    assert talk.case.contacts.count() == before
    assert Opening.objects.get().number_back == said
