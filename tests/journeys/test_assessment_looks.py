"""The assessment and its closing after real answers: wide, at 200 % and on a telephone, all accessible."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.keystrokes import Call, Keys, answer, conclude
from tests.journeys.test_assessment import (  # noqa: F401 - fixtures
    Start,
    _orm_beside_the_browser,
    accessible,
    picture,
    start,
)

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SIZES = {"1280": (1280, 800), "zoomed": (640, 400), "320": (320, 640)}
ADDRESS = "Flat 12, The Very Long Name of a Mansion Block, 114 Northumberland Example Street, London"
CALL = Call("Chest pain", "chest-pain", 82, "daughter", {"chest-pain-when": "2"}, "service")


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_and_the_focus_is_seen_at_every_size(start: Start, size: str) -> None:  # noqa: F811
    wide, high = SIZES[size]
    page, talk = start("chest-pain", width=wide, stated_age=82, address=ADDRESS, risks=("anticoagulant",))
    page.set_viewport_size({"width": wide, "height": high})
    keys = Keys(page)
    keys.press("z")
    expect(page.locator("#group-danger-signs .hub-count")).to_have_text("0")
    for _ in range(3):
        row = page.locator("#assessment [data-next]")
        finding = str(row.get_attribute("id")).removeprefix("q-")
        answer(keys, finding, CALL)
        expect(page.locator(f"#assessment [data-next]#q-{finding}")).to_have_count(0)
    focus_is_seen(page)
    picture(page, f"looks-assessment-{size}")
    picture(page, f"looks-window-{size}", whole=False)
    accessible(page)
    talk.no_to_the_rest()
    page.reload()
    expect(page.locator("body.js-enabled #assessment")).to_be_visible()
    conclude(keys)
    picture(page, f"looks-closing-{size}")
    accessible(page)


def focus_is_seen(page: Page) -> None:
    """The current question is in the window with nothing over it, and the bounds are always in sight."""
    expect(page.locator(".ask--current")).to_be_focused()
    page.wait_for_timeout(200)
    seen = page.evaluate(
        "(() => { const row = document.querySelector('.ask--current').getBoundingClientRect();"
        " const strip = document.querySelector('.hub-strip');"
        " const covered = getComputedStyle(strip).position === 'sticky' ? strip.getBoundingClientRect().bottom : 0;"
        " const bounds = document.getElementById('bounds').getBoundingClientRect();"
        " const free = bounds.bottom > innerHeight - 5 ? bounds.top : innerHeight;"
        " return [row.top, row.bottom, covered, free, bounds.top, bounds.bottom, innerHeight]; })()"
    )
    top, bottom, covered, free, bounds_top, bounds_bottom, high = seen
    assert top >= covered - 1, seen
    assert bottom <= free + 1 or top <= covered + 60, seen
    assert 0 <= bounds_top < bounds_bottom <= high + 1, f"the bounds are out of sight: {seen}"
