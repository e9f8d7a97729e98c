"""Standard calls worked by keyboard alone, every key counted, and the page that is written of them."""

# ruff: noqa: E501 - the lines of a page

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.screen import wait_until_keys_are_heard

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ROOT / "docs" / "keystrokes.md"
MOST = 120

HEAD = """# Keys that a call costs

Three standard calls, worked in a real browser by keyboard alone: from the claimed case, over the opening questions and the assessment, to the end of the closing. Every key counts, also each letter that is typed, each Tab and each Enter; the mouse is never touched. A browser test counts them and fails when a number differs from this page; `HUB_WRITE_DOCS=1 pytest tests/journeys/test_assessment_keystrokes.py` writes it anew.

| call | outcome | questions answered | keys, opening | keys to the outcome | keys, closing | keys in all | of these, letters typed |
|---|---|---|---|---|---|---|---|
"""
FOOT = """
*Keys to the outcome* are those of the questions: one for each, but one for a whole panel of danger signs that are all absent. *Letters typed* are names, numbers and who is with them.
"""


@dataclass
class Keys:
    """The keyboard of one page; every press is counted under the part of the call that it belongs to."""

    page: Page
    part: str = "opening"
    pressed: dict[str, int] = field(default_factory=dict)
    letters: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            wait_until_keys_are_heard(self.page)
            self.page.keyboard.press(key)
            self.pressed[self.part] = self.pressed.get(self.part, 0) + 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.pressed[self.part] = self.pressed.get(self.part, 0) + len(words)
        self.letters += len(words)

    def tab_to(self, name: str, *, value: str = "") -> None:
        """Tab until the field of that name (or the button with that text) has the focus."""
        for _ in range(MOST):
            found = self.page.evaluate(
                "([name, value]) => { const at = document.activeElement;"
                " return (at.name === name && (!value || at.value === value)) || at.textContent.trim() === name; }",
                [name, value],
            )
            if found:
                return
            self.press("Tab")
        raise AssertionError(f"{name} cannot be reached with the Tab key.")


@dataclass(frozen=True)
class Call:
    """One standard call: what the case says, and what is told. The rest is answered as harmless."""

    name: str
    presentation: str
    age: int
    speaker: str
    told: Mapping[str, str]  # the answer's key by finding; for a number, the number
    end: str  # advice, service, ambulance


@dataclass(frozen=True)
class Cost:
    """What a call cost."""

    call: Call
    outcome: str
    questions: int
    pressed: Mapping[str, int]
    letters: int

    @property
    def row(self) -> str:
        opening, asking, closing = (self.pressed.get(each, 0) for each in ("opening", "asking", "closing"))
        numbers = (self.questions, opening, asking, closing, opening + asking + closing, self.letters)
        return f"| {self.call.name} | {self.outcome} | {' | '.join(map(str, numbers))} |\n"


def page_of(costs: list[Cost]) -> str:
    return HEAD + "".join(cost.row for cost in costs) + FOOT


def open_the_call(keys: Keys, call: Call) -> None:
    """From the claimed case: the consultation begins, and the opening questions are answered."""
    keys.part = "opening"
    keys.press("a")
    expect(keys.page.locator("body.js-enabled #assessment")).to_be_visible()
    keys.press("s")
    keys.type(call.speaker)
    patient = call.speaker == "patient"
    keys.tab_to("is_patient" if patient else "patient_spoken_to")
    keys.press("Space")
    keys.tab_to("number_back")
    keys.type("07700 900123")
    keys.tab_to("address_spoken")
    keys.press("Space")
    keys.tab_to("consent")
    keys.press("ArrowDown")
    keys.tab_to("Save the opening")
    keys.press("Enter")
    expect(keys.page.locator("#opening-panel")).to_contain_text("Address spoken by the caller")


def ask(keys: Keys, call: Call) -> None:
    """Every question that the screen asks, until nothing is left to ask."""
    keys.part = "asking"
    page = keys.page
    expect(page.locator("body.js-enabled #assessment .ask--current")).to_be_visible()
    for _ in range(MOST):
        row = page.locator("#assessment [data-next]")
        if row.count() == 0:
            expect(page.locator("#bounds")).to_contain_text("complete")
            return
        finding = str(row.get_attribute("id")).removeprefix("q-")
        group = page.locator(f"#assessment .group:has(#q-{finding})")
        here = group.locator(".ask").evaluate_all("all => all.map(each => each.id.slice(2))")
        if group.locator(".group__rest").count() and not set(here) & set(call.told):
            keys.press("z")
        else:
            answer(keys, finding, call)
        # The question that was answered is the next one no longer: the answer is on the server.
        expect(page.locator(f"#assessment [data-next]#q-{finding}")).to_have_count(0)
    raise AssertionError("The questions do not end.")


def answer(keys: Keys, finding: str, call: Call) -> None:
    row = keys.page.locator(f"#q-{finding}")
    if row.locator("input").count():
        keys.press("1")
        keys.type(call.told.get(finding, "0"))
        keys.press("Enter")
        return
    offered = row.locator("[data-answer-key]").evaluate_all("all => all.map(each => each.dataset.answerKey)")
    keys.press(call.told.get(finding, "n" if "n" in offered else "1"))


def conclude(keys: Keys) -> str:
    """To the closing page, and the decision; its title."""
    keys.part = "closing"
    keys.press("c")
    keys.page.wait_for_url("**/closing/")
    expect(keys.page.locator("body.js-enabled #disposition")).to_be_visible()
    keys.press("g")
    said = keys.page.locator("#disposition strong", has_text="Concluded:")
    expect(said).to_be_visible()
    expect(keys.page.locator("body.js-enabled")).to_be_attached()
    return said.inner_text().removeprefix("Concluded: ")


def fill_the_closing_set(keys: Keys) -> None:
    """Everything that has to be said, ticked; what stands there already is left as it is."""
    keys.press("1", "2", "3", "4", "5", "n")
    keys.type("her husband")
    keys.tab_to("agreement")
    keys.press("Space")
    keys.tab_to("written", value="text")
    keys.press("Space")
    for box in keys.page.locator("#closing-set .closing__stricter input").all():
        keys.tab_to(str(box.get_attribute("name")))
        keys.type("yes")
    keys.tab_to("Save the closing set s")
    keys.press("Enter")
    expect(keys.page.get_by_text("Recorded by")).to_be_visible()
    expect(keys.page.locator("body.js-enabled")).to_be_attached()


def end(keys: Keys, call: Call) -> None:
    """The last press of the closing."""
    expect(keys.page.locator("body.js-enabled")).to_be_attached()
    if call.end == "ambulance":
        keys.press("s")
        keys.page.wait_for_url(lambda address: "/closing/" not in address)
        return
    fill_the_closing_set(keys)
    keys.press("h" if call.end == "advice" else "e")
    keys.page.wait_for_url(
        "**/offer/" if call.end == "service" else lambda address: "/closing/" not in address
    )
