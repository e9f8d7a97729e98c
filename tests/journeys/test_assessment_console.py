"""A whole call with nothing on the browser's console and no breach of the content security policy."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.keystrokes import Call, Keys, ask, conclude, end, open_the_call
from tests.journeys.test_assessment import Start, _orm_beside_the_browser, start  # noqa: F401 - fixtures

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
CALL = Call("Sore throat", "sore-throat", 30, "patient", {}, "advice")
TELL = (
    "addEventListener('securitypolicyviolation', e => policyBroken(`${e.violatedDirective} ${e.blockedURI}`))"
)


def listen(page: Page) -> list[str]:
    """Everything the browser complains about from the next page on."""
    heard: list[str] = []
    page.on("console", lambda line: heard.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.expose_function("policyBroken", lambda words: heard.append(str(words)))
    page.add_init_script(TELL)
    page.reload()
    expect(page.locator("body.js-enabled #assessment .ask--current")).to_be_visible()
    return heard


def test_a_whole_call_leaves_the_console_empty(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    heard = listen(page)
    keys = Keys(page)
    open_the_call(keys, CALL)
    look_around(page, keys)
    ask(keys, CALL)
    conclude(keys)
    end(keys, CALL)
    expect(page.get_by_text("Closed with advice").first).to_be_visible()
    # The presentation that was shut again was refused once, to ask why.
    assert [each for each in heard if "422" not in each] == []


def look_around(page: Page, keys: Keys) -> None:
    """The help, the search, a presentation opened and shut again, an amended answer, a note, an upgrade not sent."""
    keys.press("?")
    expect(page.locator("#hub-keys dl")).to_contain_text("Notes")
    keys.press("Escape", "/")
    keys.type("chest pain")
    expect(page.locator("#found")).to_contain_text("Open: Chest pain")
    page.get_by_role("button", name="Open: Chest pain").click()
    expect(page.locator("#open-title + div")).to_contain_text("Chest pain")
    page.get_by_role("button", name="Close Chest pain").click()
    expect(page.locator("#why")).to_be_focused()
    keys.press("1")
    expect(page.locator("#open-title + div")).not_to_contain_text("Chest pain")
    expect(page.locator(".ask--current")).to_be_visible()
    keys.press("1")
    expect(page.locator("#q-alertness .told__said")).to_be_visible()
    page.locator("#amend-alertness summary").click()
    page.locator("#amend-alertness").get_by_role("button", name="awake and as usual").click()
    keys.press("u")
    expect(page.locator("#upgrade")).to_be_visible()
    keys.press("Escape", "j")
    keys.type("sounds well")
    expect(page.locator("#notes .hub-saved")).to_contain_text("Saved")
    keys.press("Escape")


def test_the_listener_hears_a_breach_of_the_policy(start: Start) -> None:  # noqa: F811
    page, _ = start("sore-throat")
    heard = listen(page)
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'a{}'}))"
    )
    page.wait_for_timeout(200)
    assert any("style-src" in each for each in heard)
