""" "Send ambulance now" can be pressed wherever a page is scrolled to, and covers nothing that has the focus."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_assessment import (  # noqa: F401 - fixtures
    Start,
    _orm_beside_the_browser,
    accessible,
    picture,
    start,
)
from tests.journeys.test_assessment_looks import ADDRESS, SIZES

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
LAST_RESORT = {"enlarged four times": (320, 256)}
PAGES = {"assessment": "assessment/", "closing": "closing/", "case": "", "offer": "offer/"}
MOST_STOPS = 140

# What the focus is on, and how many of its pixels from the top can be seen with nothing of ours over them.
FOCUS = """() => {
  const on = document.activeElement;
  if (!on || on === document.body) return null;
  const box = on.getBoundingClientRect();
  const bars = [...document.querySelectorAll(".hub-send, #bounds, .hub-strip")].filter((bar) =>
    ["fixed", "sticky"].includes(getComputedStyle(bar).position) && !bar.contains(on));
  let [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  for (const bar of bars.map((each) => each.getBoundingClientRect())) {
    if (bar.height === 0 || box.right <= bar.left || box.left >= bar.right) continue;
    if (bar.top <= top) top = Math.max(top, bar.bottom);
    else bottom = Math.min(bottom, bar.top);
  }
  return [on.outerHTML.slice(0, 160), box.height, bottom - top];
}"""

REACHED = """() => {
  const button = document.querySelector(".hub-strip [data-key=x]");
  const box = button.getBoundingClientRect();
  const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return [button.contains(at), box.top >= 0 && box.bottom <= innerHeight, box.height, [box.top, box.bottom]];
}"""


def reached(page: Page, where: str) -> None:
    """The button is in the window, whole, with nothing over it, and large enough for a thumb."""
    on_top, inside, height, box = page.evaluate(REACHED)
    assert on_top, f"{where}: something lies over it {box}"
    assert inside, f"{where}: out of sight {box}"
    assert height >= 24, f"{where}: {height} px high"


def nothing_focused_is_covered(page: Page) -> None:
    """WCAG 2.2, 2.4.11, and more: whatever has the focus is seen: all of a small thing, a line of a large one."""
    page.evaluate("scrollTo(0, 0); document.activeElement?.blur()")
    first, stops = None, 0
    while stops < MOST_STOPS:
        page.keyboard.press("Tab")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found = page.evaluate(FOCUS)
        if found is None or found == first:
            break
        first, stops = first or found, stops + 1
        words, height, seen = found
        assert seen >= min(height, 20) - 1, f"{words}: {seen} of {height} px are seen"
        reached(page, f"with the focus on {words}")
    assert stops > 10


@pytest.mark.parametrize("size", SIZES | LAST_RESORT)
@pytest.mark.parametrize("name", PAGES)
def test_send_now_is_reached_wherever_the_page_is_scrolled_to(
    start: Start,  # noqa: F811
    name: str,
    size: str,
) -> None:
    wide, high = (SIZES | LAST_RESORT)[size]
    page, talk = start("chest-pain", width=wide, stated_age=82, address=ADDRESS, risks=("anticoagulant",))
    if name == "offer":
        talk.no_to_the_rest()
    page.set_viewport_size({"width": wide, "height": high})
    page.goto(page.url.split("/assessment/")[0] + "/" + PAGES[name])
    expect(page.locator("body.js-enabled .hub-strip [data-key=x]")).to_be_attached()
    picture(page, f"send-{name}-{size}-top", whole=False)
    for part in (0.5, 1.0):
        page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {part})")
        page.wait_for_timeout(150)
        reached(page, f"at {part} of the page")
    picture(page, f"send-{name}-{size}", whole=False)
    end = page.evaluate(
        "[document.querySelector('.hub-footer').lastElementChild.getBoundingClientRect().bottom, innerHeight]"
    )
    assert end[0] <= end[1], f"the end of the page is never seen: {end}"
    accessible(page)
    nothing_focused_is_covered(page)
