"""One person at one browser: the keyboard, what the page complains about, the accessibility check, pictures."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"
MOST_TABS = 120
LONGEST_WAIT_MS, LOOK_EVERY_MS = 30_000, 20
NO_TELEPHONE = "Failed to launch 'tel:"  # the test machine has none; a workstation has


# Scripts have run, and htmx too (it waits for the document); something was painted: Chromium drops keys before that.
_HEARS = "document.readyState === 'complete' && performance.getEntriesByType('paint').length > 0"


def wait_until_keys_are_heard(page: Page) -> None:
    """A person presses nothing on a page that is not there yet; a machine would, and the key would be lost."""
    # Asked again from here: a script that waits in the page is one that our policy forbids as soon as it has to wait.
    for _ in range(LONGEST_WAIT_MS // LOOK_EVERY_MS):
        with suppress(Error):  # the page is just being replaced by the next one
            if page.evaluate(_HEARS):
                return
        page.wait_for_timeout(LOOK_EVERY_MS)
    raise AssertionError("The page was not ready for keys in time.")


class Screen:
    """A page and its faults: errors on the console, thrown errors, broken policy."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = (NO_TELEPHONE,)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _heard(self, line: ConsoleMessage) -> None:
        if line.type == "error" and not any(each in line.text for each in self.expected):
            self.faults.append(f"{self.page.url}: {line.text}")

    def go(self, path: str) -> None:
        """Open an address of the hub."""
        self.page.goto(f"{self.url}{path}")

    def sign_in(self, name: str, password: str) -> None:
        """By the sign-in page, with the keyboard."""
        self.go("/sign-in/")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def press(self, *keys: str) -> None:
        """Keys, one after the other, on a page whose scripts run."""
        for key in keys:
            expect(self.page.locator("body.js-enabled")).to_be_attached()
            wait_until_keys_are_heard(self.page)
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Letter by letter, as a person does."""
        self.page.keyboard.type(words)

    def tab_to(self, wanted: Locator) -> None:
        """Go on with the Tab key until the wanted thing has the focus."""
        expect(wanted).to_be_visible()
        for _ in range(MOST_TABS):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted} cannot be reached with the Tab key.")

    def accessible(self) -> None:
        """No violation that axe finds, and nothing wider than the window."""
        expect(self.page.locator("main")).to_be_visible()
        self.page.evaluate(AXE)
        found: list[Any] = self.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        told = [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found]
        assert not told, f"{self.page.url} is not accessible: {told}"
        self.fits()

    def fits(self) -> None:
        """The page itself never scrolls sideways."""
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        sticking_out = self.page.evaluate(
            "[...document.querySelectorAll('main *')]"
            ".filter(each => each.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 5).map(each => each.outerHTML.slice(0, 120))"
        )
        assert wide <= window, f"{self.page.url} is {wide} wide in a window of {window}: {sticking_out}"

    def picture(self, name: str) -> None:
        """The README's pictures, only when asked for: HUB_PICTURES=1."""
        if os.environ.get("HUB_PICTURES") == "1":
            PICTURES.mkdir(exist_ok=True)
            self.page.mouse.move(0, 0)
            self.page.screenshot(path=PICTURES / f"{name}.png")
