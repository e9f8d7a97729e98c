"""The web process killed in mid-answer, as a failing machine would: told, kept, and gone on with when it is back."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.conftest import People
from tests.journeys.outside import Outside, SentCase

pytestmark = [
    pytest.mark.journey,
    pytest.mark.stack,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(420),
    pytest.mark.usefixtures("services_accept"),
]
WORDS = "She says it came on in the night."
ANSWERS = """SELECT finding, value FROM triage_answer JOIN triage_assessment ON triage_assessment.id = assessment_id
WHERE case_id = %s ORDER BY triage_answer.id"""


def answers(outside: Outside, case: SentCase) -> list[tuple[str, str]]:
    return [tuple(row) for row in outside.ask(ANSWERS, case.id)]


def test_a_server_killed_in_mid_answer_loses_and_doubles_nothing(outside: Outside, people: People) -> None:
    # Given an assessment with one answer
    case, nadia = outside.send_case(), people("nadia")
    nadia.expected += ("Failed to load resource", "/live/", "htmx:", "Response Status Error Code 50")
    steps.open_case(nadia, case)
    steps.claim_by_key(nadia)
    steps.record_answered_call_by_keys(nadia, "answered at once")
    steps.start_consultation_by_key(nadia)
    nadia.press("1")
    expect(nadia.page.locator("#q-breathing")).to_be_focused()
    # When the server is killed, and the next question is answered and a note typed
    outside.stack.processes["web"].kill()
    nadia.press("1")
    expect(nadia.page.locator("#alarms")).to_contain_text(re.compile("What you (typed|see) is still"))
    expect(nadia.page.locator("#q-breathing.ask--current")).to_be_visible()
    nadia.press("j")
    nadia.type(WORDS)
    expect(nadia.page.locator("#notes .hub-saved")).to_contain_text("Not saved")
    assert answers(outside, case) == [("alertness", "alert")]
    # Then both are saved once when it is back: the note by itself, the answer by the same press
    outside.stack.heal(print)
    expect(nadia.page.locator("#notes .hub-saved")).to_contain_text("Saved ")
    nadia.press("Escape")
    nadia.page.locator("#q-breathing").focus()
    nadia.press("1")
    expect(nadia.page.locator("#q-colour")).to_be_focused()
    expect(nadia.page.locator("#alarms")).to_be_empty()
    assert answers(outside, case) == [("alertness", "alert"), ("breathing", "normal")]
    nadia.page.reload()
    expect(nadia.page.locator("#note")).to_have_value(WORDS)
