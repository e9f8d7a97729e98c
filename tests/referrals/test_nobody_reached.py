"""A follow-up that nobody answered stays to be done, until somebody is reached or a clinician ends it with reasons."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hub.agenda.operations import fire_due
from hub.cases.intake import ContactDetails
from hub.cases.models import Call, Case
from hub.clock import now
from hub.people.models import User
from hub.refusals import Refusal
from referrals.models import FollowUp
from referrals.operations.answering import accept
from referrals.operations.asking import claim_follow_up, give_up_follow_up, record_follow_up
from tests.referrals.stories import offered
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
WHY = "Her son says that she is in hospital since noon"
PATIENT = ContactDetails(phone="07700 900123", name="Mary Sample", is_patient=True)
NEIGHBOUR = ContactDetails(phone="07700 900456", name="Ann Other", relationship="neighbour")
Clock = time_machine.Traveller


@pytest.fixture
def follow_up(clinician: User) -> FollowUp:
    """Of a patient whose neighbour has a telephone too."""
    referral = offered(clinician, contacts=(PATIENT, NEIGHBOUR))
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    return FollowUp.objects.select_related("case").get()


@pytest.fixture
def clock(follow_up: FollowUp) -> Iterator[Clock]:
    """A second after its time."""
    with time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=False) as moved:
        fire_due()
        yield moved


def ring(follow_up: FollowUp, by: User, *, whom: ContactDetails = PATIENT) -> FollowUp:
    """Nobody answers at this person's number."""
    contact = follow_up.case.contacts.get(name=whom.name)
    return record_follow_up(follow_up_id=follow_up.pk, by=by, answer="no_answer", contact_id=contact.pk)


def end(follow_up: FollowUp, by: User, words: str = WHY) -> FollowUp:
    return give_up_follow_up(follow_up_id=follow_up.pk, by=by, words=words)


def refused(follow_up: FollowUp, by: User, words: str = WHY) -> Refusal:
    with pytest.raises(Refusal) as found:
        end(follow_up, by, words)
    follow_up.refresh_from_db()
    assert follow_up.open
    return found.value


def test_one_ring_without_an_answer_ends_nothing(
    follow_up: FollowUp, clock: Clock, call_handler: User
) -> None:
    again = record_follow_up(follow_up_id=follow_up.pk, by=call_handler, answer="no_answer", words="-")
    assert (again.state, again.answer, again.due_at) == ("reminded", "", now() + timedelta(minutes=15))


def test_a_call_handler_never_ends_it_with_nobody_reached(
    follow_up: FollowUp, clock: Clock, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    for whom in (PATIENT, NEIGHBOUR, PATIENT):
        ring(follow_up, call_handler, whom=whom)
        clock.shift(timedelta(minutes=15))
    assert refused(follow_up, call_handler).status == 403
    page = client_as(call_handler).get(reverse("referrals:follow_up", args=[follow_up.pk])).content.decode()
    assert "nobody reached</summary>" not in page


def test_a_clinician_ends_it_after_three_attempts_at_different_times_and_every_number(
    follow_up: FollowUp, clock: Clock, clinician: User, client_as: Callable[[User], Client]
) -> None:
    for whom in (PATIENT, NEIGHBOUR, PATIENT):
        assert refused(follow_up, clinician).code == "ring-again"
        ring(follow_up, clinician, whom=whom)
        clock.shift(timedelta(minutes=15))
    address = reverse("referrals:nobody_reached", args=[follow_up.pk])
    assert client_as(clinician).post(address, {"words": "-"}).status_code == 422
    assert client_as(clinician).post(address, {"words": WHY}).status_code == 302
    follow_up.refresh_from_db()
    assert (follow_up.state, follow_up.answer, follow_up.words) == ("done", "no_answer", WHY)
    assert Case.objects.get().alarm == ""


def test_three_rings_in_one_minute_are_one_attempt(
    follow_up: FollowUp, clock: Clock, clinician: User
) -> None:
    for whom in (PATIENT, NEIGHBOUR, PATIENT):
        ring(follow_up, clinician, whom=whom)
    assert "1 of 3 attempts" in refused(follow_up, clinician).sentence


def test_every_number_is_rung_before_it_ends(follow_up: FollowUp, clock: Clock, clinician: User) -> None:
    for _ in range(3):
        ring(follow_up, clinician)
        clock.shift(timedelta(minutes=15))
    assert "+447700900456" in refused(follow_up, clinician).sentence


@pytest.mark.parametrize("words", ["", " - ", "no answer"])
def test_it_takes_words_that_say_something(follow_up: FollowUp, clinician: User, words: str) -> None:
    assert refused(follow_up, clinician, words).status == 422


def test_the_third_attempt_calls_for_a_clinician_and_the_limit_still_alarms(
    follow_up: FollowUp, clock: Clock, call_handler: User
) -> None:
    for _ in range(3):
        ring(follow_up, call_handler)
        clock.shift(timedelta(minutes=15))
    assert "a clinician decides" in Case.objects.get().alarm
    clock.shift(timedelta(minutes=16))
    fire_due()
    follow_up.refresh_from_db()
    assert (follow_up.state, Case.objects.get().state) == ("missed", "closed")
    assert "follow-up was missed" in Case.objects.get().alarm


def test_the_page_names_the_number_to_ring_next_and_keeps_who_was_rung(
    follow_up: FollowUp, clock: Clock, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    ring(follow_up, call_handler)
    browser, address = client_as(call_handler), reverse("referrals:follow_up", args=[follow_up.pk])
    page = browser.get(address).content.decode()
    neighbour = follow_up.case.contacts.get(name=NEIGHBOUR.name)
    first = page.index('name="contact"')
    assert f'value="{neighbour.pk}"' in page[first : first + 200]
    assert 'href="tel:+447700900456"' in page
    browser.post(address, {"answer": "no_answer", "contact": neighbour.pk})
    assert list(Call.objects.filter(kind="follow_up").values_list("number", flat=True)) == [
        "+447700900123",
        "+447700900456",
    ]


def test_a_claim_that_ran_out_keeps_nobody_away(
    follow_up: FollowUp,
    clock: Clock,
    clinician: User,
    other_clinician: User,
    client_as: Callable[[User], Client],
) -> None:
    claim_follow_up(follow_up_id=follow_up.pk, by=clinician)
    page, rows = (reverse("referrals:follow_up", args=[follow_up.pk]), reverse("referrals:follow_ups"))
    board = "/board/panels/board.follow_ups/"
    browser = client_as(other_clinician)
    assert "I do this one" not in browser.get(page).content.decode()
    assert all(clinician.name in browser.get(each).content.decode() for each in (rows, board))
    clock.shift(timedelta(minutes=31))
    browser = client_as(other_clinician)
    assert "I do this one" in browser.get(page).content.decode()
    assert not any(clinician.name in browser.get(each).content.decode() for each in (page, rows, board))


def test_a_role_without_the_right_neither_claims_nor_records(
    follow_up: FollowUp, governance_lead: User
) -> None:
    for wrong in (
        lambda: claim_follow_up(follow_up_id=follow_up.pk, by=governance_lead),
        lambda: record_follow_up(follow_up_id=follow_up.pk, by=governance_lead, answer="same"),
    ):
        with pytest.raises(Refusal) as found:
            wrong()
        assert found.value.status == 403
