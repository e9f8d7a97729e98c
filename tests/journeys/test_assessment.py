"""A clinician assesses by keyboard alone, in a real browser; every page passes the accessibility check."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from hub.cases.models import Case
from hub.cases.states import State
from hub.people.roles import Role
from tests.conftest import PASSWORD, make_case, make_person
from tests.journeys.screen import wait_until_keys_are_heard
from tests.triage.conftest import RELEASE, Consultation, begin
from tests.triage.few import few_presentations
from triage import published
from triage.models import Answer, Draft
from triage.operations.publishing import publish

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PICTURES = os.environ.get("HUB_PICTURES", "")
PATIENCE = 15_000  # milliseconds for anything to appear: machines under test are busy
# Each question that was shown as the next one while its keys did nothing yet.
DEAF = """window.deaf = []; new MutationObserver(() => {
  const row = document.querySelector("#assessment [data-next]:not(.ask--current)");
  if (row) window.deaf.push(row.id);
}).observe(document.body, {subtree: true, childList: true, attributes: true});"""
Start = Callable[..., tuple[Page, Consultation]]


@pytest.fixture(autouse=True, scope="module")
def _orm_beside_the_browser() -> Iterator[None]:
    """Playwright's loop runs in this thread; the database calls here are ours and synchronous."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def start(live_server: LiveServer, browser: Browser) -> Iterator[Start]:
    """start("sore-throat", width=1280): a signed-in clinician on the assessment page of a begun consultation."""
    published.forget()
    publish(library=few_presentations(), by=RELEASE, activate_illustrative=True)
    contexts: list[Any] = []

    def begun(
        presentation: str, *, width: int = 1280, script: bool = True, **changes: Any
    ) -> tuple[Page, Consultation]:
        talk = begin(
            make_case(presentation=presentation, **{"stated_age": 30, **changes}),
            make_person(Role.CLINICIAN, "nadia_clark"),
        )
        context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
        contexts.append(context)
        # Also lets the browser ask the test about requests from the first page on: begun on an open page, that takes
        # hold a moment later, and a key pressed meanwhile would go past it.
        context.route("**/live/**", no_stream)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{live_server.url}/cases/{talk.case.pk}/assessment/")
        sign_in(page, "nadia_clark")
        expect(page.locator("#assessment .ask--current" if script else "#assessment")).to_be_visible()
        wait_until_keys_are_heard(page)
        return page, talk

    expect.set_options(timeout=PATIENCE)
    yield begun
    expect.set_options(timeout=None)
    for context in contexts:
        context.close()
    published.forget()


def no_stream(route: Route) -> None:
    """The server of these tests has no live part: no stream, which is no fault of the page."""
    route.fulfill(status=204)


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def picture(page: Page, name: str, *, whole: bool = True) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=whole)


def accessible(page: Page) -> None:
    """No violation, and nothing wider than the window."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    seen = "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility())"
    wide = f"{seen}.filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
    assert page.evaluate(f"{wide}.map(e => e.outerHTML.slice(0, 100))") == []


def test_a_whole_assessment_by_keyboard(start: Start) -> None:
    # Given a consultation about a sore throat
    page, talk = start("sore-throat")
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    picture(page, "assessment-1280")
    accessible(page)
    page.evaluate(DEAF)
    # When the danger signs are answered with keys, the rest in one breath
    page.keyboard.press("1")
    expect(page.locator("#q-breathing")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#q-colour")).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator("#group-danger-signs .hub-count")).to_have_text("0")
    # And every question that is left with "no" or its harmless level
    answer_the_rest(page)
    # Then every question heard its keys from the moment it was seen, and the bounds have met
    assert page.evaluate("deaf") == []
    expect(page.locator("#bounds")).to_contain_text("complete")
    picture(page, "assessment-complete-1280")
    accessible(page)
    assert Answer.objects.filter(assessment__case=talk.case).count() > 8
    # And it is concluded on the closing page, which names what is missing
    page.keyboard.press("c")
    expect(page.locator("body.js-enabled #disposition")).to_be_visible()
    page.keyboard.press("g")
    expect(page.get_by_text("Concluded:").first).to_be_visible()
    expect(page.get_by_text("The closing set is not recorded.")).to_be_visible()
    picture(page, "closing-1280")
    accessible(page)
    fill_closing_set(page)
    page.keyboard.press("Escape")
    picture(page, "closing-filled-1280")
    if page.get_by_role("button", name="Close with advice").count():
        page.get_by_role("button", name="Close with advice").click()
        expect(page.get_by_text("Closed with advice").first).to_be_visible()
        assert Case.objects.get(pk=talk.case.pk).state == State.CLOSED
    assert errors == []


def answer_the_rest(page: Page) -> None:
    """Press the key of the harmless answer until nothing is open."""
    for _ in range(60):
        if page.locator("#assessment [data-next]").count() == 0:
            return
        row = page.locator("#assessment [data-next]")
        before = row.get_attribute("id")
        keys = row.locator("[data-answer-key]").evaluate_all("all => all.map(each => each.dataset.answerKey)")
        if row.locator("input").count():
            page.keyboard.press("1")
            page.keyboard.type("0")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("n" if "n" in keys else "1")
        expect(
            page.locator(f"#assessment [data-next]:not(#{before})").or_(page.locator(".bounds__one--done"))
        ).not_to_have_count(0)
    raise AssertionError("The questions do not end.")


def fill_closing_set(page: Page) -> None:
    for box in page.locator("#closing-set input[type=checkbox]").all():
        box.check()
    page.get_by_label("Who is with them").fill("her husband")
    page.get_by_label("Agrees", exact=True).check()
    page.locator("#closing-set").get_by_label("Declined").check()
    page.get_by_role("button", name="Save the closing set").click()
    expect(page.get_by_text("Recorded by")).to_be_visible()


def test_what_the_caller_says_is_searched_and_answered_without_a_mouse(start: Start) -> None:
    page, talk = start("unclear")
    page.keyboard.press("/")
    page.keyboard.type("can't get my breath")
    expect(page.locator("#found")).to_contain_text("How is the breathing?")
    picture(page, "search-1280")
    accessible(page)
    page.keyboard.press("Enter")
    page.keyboard.press("4")
    expect(page.locator(".bounds__one").first).to_contain_text("C1")
    assert Answer.objects.get(assessment__case=talk.case).value == "words-only"


def test_one_press_of_the_mouse_answers_a_question_that_is_not_the_current_one(start: Start) -> None:
    """The row must not grow, and move its button away, between the mouse going down and up."""
    page, talk = start("sore-throat")
    page.locator("#q-fitting-now").get_by_role("button", name="Yes").click()
    expect(page.locator("#bounds")).to_contain_text("Ambulance now")
    page.locator("#amend-fitting-now summary").click()
    page.locator("#amend-fitting-now").get_by_role("button", name="No", exact=True).click()
    # A danger taken back: why is the next thing asked, and a slip is one press more
    page.locator("#why").get_by_role("button", name="Pressed by mistake").click()
    expect(page.locator("#q-fitting-now")).to_contain_text("before:")
    assert Answer.objects.filter(assessment__case=talk.case, value="no").count() == 1


def test_a_slip_is_taken_back_with_one_key_more(start: Start) -> None:
    # Given a danger pressed by a slip of the finger
    page, talk = start("sore-throat")
    page.keyboard.press("4")
    expect(page.locator("#q-alertness .told__said")).to_be_visible()
    before = talk.standing().ambulance
    # When it is amended by keyboard alone
    page.locator("#amend-alertness summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#amend-alertness .ask__answers")).to_be_visible()
    page.keyboard.press("1")
    # Then why is asked where the hands are, in words that can be read aloud, and one key answers
    expect(page.locator("#why")).to_be_focused()
    expect(page.locator("#why")).to_contain_text("awake and as usual")
    accessible(page)
    picture(page, "why-less-urgent-1280")
    assert talk.standing().ambulance == before
    page.keyboard.press("1")
    expect(page.locator("#q-alertness .told__before")).to_contain_text("(Pressed by mistake)")
    expect(page.locator("#q-breathing")).to_be_focused()
    assert talk.standing().ambulance == ""


def test_notes_survive_a_closed_tab(start: Start) -> None:
    page, talk = start("fall", stated_age=80)
    page.keyboard.press("j")
    page.keyboard.type("On the floor since last night")
    expect(page.get_by_text("Saved ")).to_be_visible()
    assert Draft.objects.get(case=talk.case).text == "On the floor since last night"
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_label("Notes, kept as you type")).to_have_value("On the floor since last night")


def test_it_works_without_javascript(start: Start) -> None:
    page, talk = start("sore-throat", script=False)
    page.locator("#q-breathing").get_by_role("button", name="only single words").click()
    expect(page.locator("#bounds")).to_contain_text("Ambulance now")
    assert Answer.objects.get(assessment__case=talk.case).value == "words-only"


def test_a_senior_agrees_on_their_own_screen(start: Start, browser: Browser) -> None:
    # Given a stroke sign, all else absent, and a request to go below C2
    page, talk = start("sore-throat")
    talk.say("face-arm-speech", "yes")
    talk.no_to_every_red_flag()
    page.goto(page.url.replace("/assessment/", "/closing/"))
    page.get_by_text("Go down (with a reason)").click()
    page.locator("#down-code").select_option("PC6H")
    page.locator("#down-reason").select_option("known_condition")
    page.locator("#down-words").fill("old palsy, unchanged for years")
    page.get_by_role("button", name="Go down").click()
    expect(page.get_by_text("Ask a senior clinician")).to_be_visible()
    accessible(page)
    # When the senior, signed in elsewhere, agrees
    make_person(Role.SENIOR_CLINICIAN, "sheila_grant")
    other = browser.new_context().new_page()
    other.goto(page.url.split("/cases/")[0] + "/second-opinions/")
    sign_in(other, "sheila_grant")
    expect(other.get_by_role("heading", name="Second opinions")).to_be_visible()
    accessible(other)
    other.get_by_role("link", name=talk.case.reference).click()
    expect(other.get_by_role("heading", name="Asked")).to_be_visible()
    accessible(other)
    picture(other, "second-opinion-1280")
    other.get_by_label("Why, in words").fill("read the answers, I agree")
    other.get_by_role("button", name="Agree").click()
    expect(other.get_by_text("Nobody waits for a second opinion.")).to_be_visible()
    other.goto(page.url.split("/cases/")[0] + "/protocols/")
    accessible(other)
    other.get_by_role("link", name="Sore throat").click()
    expect(other.get_by_text("Illustrative, not for clinical use")).to_be_visible()
    accessible(other)
    picture(other, "protocol-1280")
    other.context.close()
    # Then it is concluded below, with both names on the record
    page.reload()
    expect(page.locator("body.js-enabled #disposition")).to_be_visible()
    page.keyboard.press("g")
    expect(page.get_by_text("(rules: C2)")).to_be_visible()


def test_it_fits_a_narrow_screen(start: Start) -> None:
    page, _ = start("chest-pain", width=320, stated_age=60)
    picture(page, "assessment-320")
    accessible(page)
