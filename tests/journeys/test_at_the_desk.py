"""A real desk: the screen locks, a colleague presses back, scripts are off, the screen is small or enlarged."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.conftest import People
from tests.journeys.outside import Outside

pytestmark = [
    pytest.mark.journey,
    pytest.mark.stack,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(420),
    pytest.mark.usefixtures("services_accept"),
]
# 320 pixels wide, and an ordinary screen at 200 %.
SMALL_SCREENS = (
    {"width": 320, "height": 640},
    {"width": 640, "height": 400, "device_scale_factor": 2},
)
WORDS = "Says the pain came back after lunch."


def test_the_lock_keeps_what_was_typed(outside: Outside, people: People, short_limit: str) -> None:
    # Given words in the note field, not yet sent
    case, nadia = outside.send_case(), people("nadia", url=short_limit)
    nadia.expected += ("423 (Locked)", "403 (Forbidden)")  # the lock itself, and a wrong password
    steps.open_case(nadia, case)
    note = nadia.page.locator("#note-text")
    nadia.tab_to(note)
    nadia.type(WORDS)
    # When nothing is pressed for a while
    lock = nadia.page.locator("#hub-lock")
    expect(lock).to_be_visible()
    nadia.accessible()
    # Then the server is locked too
    status = nadia.page.evaluate(
        "fetch(location.href, {headers: {'X-Requested-With': 'fetch'}}).then(answer => answer.status)"
    )
    assert status == 423
    # And only the password opens it, with the words still there
    nadia.type("not the password")
    nadia.press("Enter")
    expect(lock).to_contain_text("That is not the right password.")
    nadia.type(outside.password)
    nadia.press("Enter")
    expect(lock).to_be_hidden()
    assert note.input_value() == WORDS
    nadia.tab_to(nadia.page.get_by_role("button", name="Add the note"))
    nadia.press("Enter")
    expect(nadia.page.locator("#case-timeline")).to_contain_text(WORDS)


def test_after_signing_out_back_shows_nothing_of_the_patient(outside: Outside, people: People) -> None:
    case, nadia = outside.send_case(), people("nadia")
    steps.open_case(nadia, case)
    expect(nadia.page.get_by_text(case.patient).first).to_be_visible()

    nadia.page.get_by_role("button", name="Sign out").click()
    expect(nadia.page.get_by_label("User name")).to_be_visible()
    nadia.page.go_back()

    expect(nadia.page.get_by_label("User name")).to_be_visible()
    assert case.patient not in nadia.page.content()
    assert case.reference not in nadia.page.content()


def test_without_scripts_a_case_is_taken_and_answered(outside: Outside, people: People) -> None:
    case, owen = outside.send_case(), people("owen", java_script_enabled=False)
    page = owen.page
    owen.go("/queue/")
    page.get_by_role("link", name=case.reference).click()
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_text("You hold this case")).to_be_visible()
    page.locator("#ring").get_by_label("Answered", exact=True).check()
    page.get_by_role("button", name="Record the call").click()
    expect(page.get_by_text("The call is recorded.")).to_be_visible()
    page.get_by_role("button", name="Start consultation").click()
    page.locator("#q-breathing").get_by_role("button", name="only single words").click()
    expect(page.locator("#bounds")).to_contain_text("Ambulance now")


def test_every_page_of_the_work_fits_small_and_enlarged_screens(outside: Outside, people: People) -> None:
    # Given a case at the point of being offered
    case, nadia = outside.send_case(), people("nadia")
    steps.bring_to_offer(nadia, case)
    chosen = nadia.page.get_by_role("link", name=re.compile("^Choose")).first.get_attribute("href")
    work = [steps.case_address(case) + page for page in ("", "assessment/", "closing/", "offer/")]
    for screen in SMALL_SCREENS:
        # When the same clinician, or the supervisor, works at such a screen
        small, board = people("nadia", **screen), people("amira", **screen)
        # Then nothing sticks out on any page and nothing is out of reach
        for path in (*work, str(chosen), "/queue/", "/follow-ups/", "/calls/new/"):
            small.go(path)
            small.accessible()
        for path in ("/board/", "/board/messages/"):
            board.go(path)
            board.accessible()
