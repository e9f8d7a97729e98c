"""From a 999 case to the follow-up: browsers, keyboards, and every process of the hub."""

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.conftest import People
from tests.journeys.outside import Outside, SentCase, eventually
from tests.journeys.screen import Screen

pytestmark = [
    pytest.mark.journey,
    pytest.mark.stack,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(420),
    pytest.mark.usefixtures("services_accept"),
]


def test_a_case_is_taken_assessed_and_accepted_by_keyboard_alone(outside: Outside, people: People) -> None:
    # Given a clinician at the queue and a supervisor at the board
    nadia, amira = people("nadia"), people("amira")
    steps.open_queue(nadia)
    steps.open_board(amira)
    waiting = steps.waiting_on_board(amira)
    # When the CAD sends a case
    case = outside.send_case()
    # Then both see it without doing anything
    steps.sees_on_queue(nadia, case)
    steps.board_counts_waiting(amira, waiting + 1)
    nadia.accessible()
    # When she takes it, rings back and assesses
    steps.open_case_by_keys(nadia, case)
    nadia.accessible()
    steps.claim_by_key(nadia)
    steps.board_shows(amira, "people", case.reference, "ringing back")
    steps.record_answered_call_by_keys(nadia, "Speaks in sentences.")
    steps.start_consultation_by_key(nadia)
    steps.board_shows(amira, "people", "in assessment")
    assess_by_keys(nadia, case)
    # And offers it to the best service
    service = offered_by_keys(nadia, case)
    # Then the service accepts over the API, and the page of the case says so by itself
    steps.ends_as(nadia, "Referred and accepted")
    nadia.page.reload()
    expect(nadia.page.locator("#problem")).to_contain_text(service)
    nadia.accessible()
    # And the board has let it go
    steps.board_no_longer_shows(amira, "people", case.reference)
    steps.board_no_longer_shows(amira, "awaiting-acceptance", case.reference)
    steps.board_counts_waiting(amira, waiting)
    amira.accessible()


def offered_by_keys(nadia: Screen, case: SentCase) -> str:
    """From the closing page to the best service and back to the case; the name of the service."""
    nadia.press("Escape", "e")
    nadia.page.wait_for_url("**/offer/")
    nadia.accessible()
    service = steps.send_to_best_service_by_keys(nadia)
    nadia.accessible()
    nadia.press("c")
    nadia.page.wait_for_url(f"**{steps.case_address(case)}")
    return service


def assess_by_keys(nadia: Screen, case: SentCase) -> None:
    """From the first danger sign to the closing set; each page is accessible on the way."""
    steps.fill_opening_by_keys(nadia, case.patient)
    nadia.accessible()
    steps.answer_by_keys(nadia, "throat-pus")
    nadia.accessible()
    steps.conclude_by_keys(nadia)
    steps.fill_closing_set_by_keys(nadia)
    nadia.accessible()


@pytest.fixture
def helped(outside: Outside, people: People) -> tuple[SentCase, Screen]:
    """A patient whom a service has accepted, and the clinician who helped."""
    case, nadia = outside.send_case(), people("nadia")
    steps.bring_to_offer(nadia, case)
    steps.send_to_best_service_by_keys(nadia)
    eventually(lambda: outside.case(case)["state"] == "closed", "acceptance")
    return case, nadia


def test_the_follow_up_reminds_by_itself_and_worse_comes_back_first(
    outside: Outside, people: People, helped: tuple[SentCase, Screen]
) -> None:
    # Given a patient who was helped, and a follow-up that stands on the list
    case, nadia = helped
    nadia.go("/follow-ups/")
    expect(nadia.page.locator("#planned")).to_contain_text(case.reference)
    nadia.accessible()
    steps.open_board(amira := people("amira"))
    # When its time comes
    outside.time_comes(case, "follow_up.due")
    # Then it is due on the board, and a text message goes to the patient
    steps.board_shows(amira, "follow-ups", case.reference)
    text = outside.text_to(case.phone)
    link = next(word for word in text.split() if word.startswith(outside.url))
    assert "throat" not in text
    amira.go("/board/messages/?channel=sms")
    expect(amira.page.get_by_role("main")).to_contain_text("how are you now?")
    amira.accessible()
    nadia.go("/follow-ups/")
    expect(nadia.page.locator("#due")).to_contain_text(case.reference)
    nadia.page.get_by_role("link", name=case.reference).click()
    expect(nadia.page.locator("#ring")).to_be_visible()
    nadia.accessible()
    # When the patient opens the link on their own telephone and answers "worse"
    patient = people(width=390, height=700)
    patient.page.goto(link)
    patient.accessible()
    steps.answer_worse_by_keys(patient)
    patient.accessible()
    # Then the case stands first in the queue, with an alarm
    steps.open_queue(nadia)
    first = nadia.page.locator("#queue-rows tbody tr").first
    expect(first).to_contain_text(case.reference)
    steps.is_back_in_queue_with_alarm(nadia, case, "worse at the follow-up")
    # And the link still listens, and says that it was used
    patient.page.goto(link)
    expect(patient.page.get_by_role("main")).to_contain_text("You have told us before")


def test_what_no_service_takes_comes_back_with_its_age(outside: Outside, people: People) -> None:
    # Given a service that rejects
    outside.all_services("reject")
    case, nadia, owen = outside.send_case(), people("nadia"), people("owen")
    arrived = outside.ask("SELECT arrived_at FROM hub_case WHERE id = %s", case.id)
    steps.open_queue(owen)
    # When a case is offered to it
    steps.bring_to_offer(nadia, case)
    steps.send_to_best_service_by_keys(nadia)
    # Then it is back in the queue with an alarm, as old as before
    steps.sees_on_queue(owen, case)
    steps.is_back_in_queue_with_alarm(owen, case, "rejected")
    owen.accessible()
    assert outside.ask("SELECT arrived_at FROM hub_case WHERE id = %s", case.id) == arrived
    # When another service says nothing until its time to accept has passed
    outside.all_services("silent")
    steps.open_case_by_keys(owen, case)
    expect(owen.page.locator("#case-alarm")).to_contain_text("rejected")
    steps.claim_by_key(owen)
    steps.record_answered_call_by_keys(owen, "told that another service is asked")
    steps.start_consultation_by_key(owen)
    steps.conclude_for_a_service_by_keys(owen)
    expect(owen.page.locator("#offers")).to_contain_text("Rejected this patient before")
    steps.send_to_best_service_by_keys(owen)
    steps.open_queue(nadia)
    outside.time_comes(case, "referral.accept_by")
    # Then it comes back again
    steps.sees_on_queue(nadia, case)
    steps.is_back_in_queue_with_alarm(nadia, case, "accept")
    nadia.accessible()


def test_an_ambulance_is_sent_and_a_silent_dispatch_is_rung(outside: Outside, people: People) -> None:
    # Given a CAD that acknowledges
    case, other, nadia, amira = outside.send_case(), outside.send_case(), people("nadia"), people("amira")
    steps.open_board(amira)
    # When a clinician sends an ambulance with one key
    steps.open_case(nadia, case)
    nadia.press("x")
    # Then the CAD takes it and the case ends by itself
    steps.ends_as(nadia, "Ambulance sent")
    nadia.accessible()
    # Given a CAD that says nothing
    outside.dispatch("silent")
    steps.open_case(nadia, other)
    nadia.press("x")
    expect(nadia.page.locator("#ring-dispatch")).to_contain_text("Dispatch has not said that it has it")
    # When half a minute has passed
    # Then the case and the board say by themselves: ring dispatch
    expect(nadia.page.locator("#case-alarm")).to_contain_text("Ring dispatch", timeout=60_000)
    steps.board_shows(amira, "dispatches", other.reference, "Ring dispatch now")
    steps.board_shows(amira, "alarms", other.reference)
    nadia.accessible()
    amira.accessible()
    # When she has rung dispatch and says who has it
    ring = nadia.page.locator("#ring-dispatch")
    nadia.tab_to(ring.locator("input[name=words]"))
    nadia.type("Ben at desk 2")
    nadia.press("Enter")
    # Then the alarm ends everywhere
    steps.ends_as(nadia, "Ambulance sent")
    expect(nadia.page.locator("#case-alarm")).not_to_contain_text("Ring dispatch")
    steps.board_no_longer_shows(amira, "dispatches", other.reference)
    steps.board_no_longer_shows(amira, "alarms", other.reference)
