"""The network cut, the server failing, another workstation: the screen says what was not saved, and keeps it."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from hub.cases.models import Case, Dispatch
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.holding import claim, release, take_over
from hub.people.roles import Role
from tests.conftest import make_person
from tests.journeys.test_assessment import Start, _orm_beside_the_browser, start  # noqa: F401 - fixtures
from triage.models import Answer, ClosingSet, Draft, Opening

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ALARMS = "#alarms"
FAULT = 500
WORDS = "Her lips look blue now"
# Whether a page lets itself be left without a word.
LEAVE = "() => dispatchEvent(new Event('beforeunload', {cancelable: true}))"


def answers() -> list[tuple[str, object]]:
    return list(Answer.objects.order_by("id").values_list("finding", "value"))


def lose_the_reply(route: Route) -> None:
    """The server has the answer, the browser never hears of it."""
    route.fetch()
    route.abort("connectionreset")


def goes_on(page: Page, finding: str) -> None:
    """The alarm is gone and the next question has the focus."""
    expect(page.locator(f"#q-{finding}")).to_be_focused()
    expect(page.locator(ALARMS)).to_be_empty()


def test_an_answer_pressed_without_a_network_is_told_and_saved_once_when_it_is_back(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.context.set_offline(True)
    page.keyboard.press("1")
    expect(page.locator(ALARMS)).to_contain_text("Not sent: the hub cannot be reached.")
    expect(page.locator("#q-alertness.ask--current")).to_be_visible()
    assert answers() == []
    page.context.set_offline(False)
    page.keyboard.press("1")
    goes_on(page, "breathing")
    assert answers() == [("alertness", "alert")]


def test_an_answer_whose_reply_is_lost_is_not_saved_twice(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.route("**/assessment/answer/", lose_the_reply)
    page.keyboard.press("1")
    expect(page.locator(ALARMS)).to_contain_text("Not sent")
    assert answers() == [("alertness", "alert")]
    page.unroute("**/assessment/answer/")
    page.keyboard.press("1")
    goes_on(page, "breathing")
    assert answers() == [("alertness", "alert")]


def test_another_answer_after_a_lost_reply_is_not_taken_over_what_was_saved(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.route("**/assessment/answer/", lose_the_reply)
    page.keyboard.press("2")
    expect(page.locator(ALARMS)).to_contain_text("Not sent")
    page.unroute("**/assessment/answer/")
    page.keyboard.press("1")
    expect(page.locator("[data-refused]")).to_contain_text("Answered meanwhile")
    expect(page.locator("#q-alertness")).to_contain_text("Nadia Clark")
    assert answers() == [("alertness", "confused")]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_server_is_told_and_the_question_stays(start: Start, status: int) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.route("**/assessment/answer/", lambda route: route.fulfill(status=status, body="broken"))
    page.keyboard.press("1")
    expect(page.locator(ALARMS)).to_contain_text(f"error ({status})")
    expect(page.locator("#q-alertness.ask--current")).to_be_visible()
    page.unroute("**/assessment/answer/")
    page.keyboard.press("1")
    goes_on(page, "breathing")
    assert answers() == [("alertness", "alert")]


def test_a_server_that_never_answers_is_told(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.route("**/assessment/answer/", lambda _: None)
    page.keyboard.press("1")
    expect(page.locator(ALARMS)).to_contain_text("No answer from the hub", timeout=20_000)
    page.unroute("**/assessment/answer/")
    page.keyboard.press("1")
    goes_on(page, "breathing")


def test_a_note_typed_without_a_network_is_kept_and_saved_by_itself(start: Start) -> None:  # noqa: F811
    page, talk = start("sore-throat")
    page.keyboard.press("j")
    page.context.set_offline(True)
    page.keyboard.type(WORDS)
    expect(page.locator("#notes .hub-saved")).to_contain_text("Not saved: the hub cannot be reached.")
    # Even sending it does not lose it to the browser's own page
    page.get_by_role("button", name="Add to the timeline").click()
    expect(page.locator(ALARMS)).to_contain_text("Not sent and not saved")
    expect(page.locator("#note")).to_have_value(WORDS)
    # And whoever leaves now is warned
    assert page.evaluate(LEAVE) is False
    page.context.set_offline(False)
    expect(page.locator("#notes .hub-saved")).to_contain_text("Saved ")
    assert Draft.objects.get(case=talk.case).text == WORDS
    page.get_by_role("button", name="Add to the timeline").click()
    expect(page.locator("#note")).to_have_value("")
    assert not Draft.objects.exists()


def test_the_opening_is_kept_while_the_hub_cannot_be_reached(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.keyboard.press("s")
    page.keyboard.type("her neighbour")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save the opening").click()
    expect(page.locator(ALARMS)).to_contain_text("Not sent and not saved")
    expect(page.get_by_label("Speaking to")).to_have_value("her neighbour")
    page.context.set_offline(False)
    page.get_by_label("Spoke to the patient too").check()
    page.get_by_label("Consent").select_option("patient")
    page.get_by_role("button", name="Save the opening").click()
    expect(page.locator("#opening-panel")).to_contain_text("Speaking to her neighbour")
    assert Opening.objects.count() == 1


def test_an_ambulance_that_could_not_be_sent_is_told_with_what_to_do(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.context.set_offline(True)
    page.keyboard.press("x")
    expect(page.locator(ALARMS)).to_contain_text("ring dispatch")
    assert not Dispatch.objects.exists()
    page.context.set_offline(False)
    page.keyboard.press("x")
    expect(page.get_by_text("waits for dispatch").or_(page.get_by_text("Dispatch")).first).to_be_visible()
    page.wait_for_url(lambda address: "/assessment/" not in address)
    assert Dispatch.objects.count() == 1


def test_the_closing_set_is_kept_through_a_failing_server(start: Start) -> None:  # noqa: F811
    page, talk = start("sore-throat")
    talk.no_to_the_rest()
    page.goto(page.url.replace("/assessment/", "/closing/"))
    expect(page.locator("body.js-enabled #disposition")).to_be_visible()
    page.keyboard.press("g")
    expect(page.locator("#closing-set")).to_be_visible()
    expect(page.locator("body.js-enabled")).to_be_attached()
    for key in "12345":
        page.keyboard.press(key)
    page.route("**/alive/", lambda route: route.fulfill(status=FAULT, body="broken"))
    page.get_by_role("button", name="Save the closing set").click()
    expect(page.locator(ALARMS)).to_contain_text("Not sent and not saved")
    for box in page.locator("#closing-set input[type=checkbox]").all():
        expect(box).to_be_checked()
    assert not ClosingSet.objects.exists()


def test_a_stale_tab_is_told_who_has_the_case_and_changes_nothing(start: Start) -> None:  # noqa: F811
    # Given two answers, and a senior clinician who takes the case over from another workstation
    page, talk = start("sore-throat")
    page.keyboard.press("1")
    expect(page.locator("#q-breathing")).to_be_focused()
    senior = make_person(Role.SENIOR_CLINICIAN, "sheila_grant")
    take_over(case_id=talk.case.pk, by=senior, reason="she knows the patient")
    # When the first tab answers
    page.keyboard.press("5")
    # Then it is told by name, shows the answers as they are, and offers no buttons
    expect(page.locator("[data-refused]")).to_contain_text("Sheila Grant has this case now.")
    expect(page.locator("#assessment")).to_contain_text("Read only")
    expect(page.locator("#assessment [data-answer-key]")).to_have_count(0)
    assert answers() == [("alertness", "alert")]
    # And what is typed there is still kept
    page.keyboard.press("j")
    page.keyboard.type(WORDS)
    expect(page.locator("#notes .hub-saved")).to_contain_text("Saved ")
    assert Case.objects.get(pk=talk.case.pk).owner_id == senior.pk


def test_the_same_clinician_at_a_second_workstation_makes_the_first_tab_stale(start: Start) -> None:  # noqa: F811
    page, talk = start("sore-throat")
    release(**talk.key, reason="moved to another desk")
    case = claim(case_id=talk.case.pk, by=talk.by)
    start_consultation(case_id=case.pk, by=talk.by, fence=case.fence)
    page.keyboard.press("1")
    expect(page.locator("[data-refused]")).to_contain_text("What you sent was not saved.")
    assert answers() == []


def test_two_screens_of_one_clinician_do_not_overwrite_each_other_unread(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("body.js-enabled #assessment .ask--current")).to_be_visible()
    other.keyboard.press("4")
    expect(other.locator("#bounds")).to_contain_text("C1")
    page.keyboard.press("1")
    expect(page.locator("[data-refused]")).to_contain_text("Answered meanwhile")
    expect(page.locator("#bounds")).to_contain_text("C1")
    assert answers() == [("alertness", "unresponsive")]


def test_an_ended_session_is_told_and_nothing_is_lost(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    page.context.clear_cookies(name=re.compile("session"))
    page.keyboard.press("1")
    expect(page.locator(ALARMS)).to_contain_text("you are signed out")
    expect(page.locator("#q-alertness")).to_be_visible()
    assert answers() == []
