"""The steps of the journeys, each named for what a person does or sees."""

from playwright.sync_api import Locator, expect

from tests.journeys.outside import SentCase
from tests.journeys.screen import Screen

MOST_QUESTIONS = 90
MOST_ROWS = 60


def case_address(case: SentCase) -> str:
    return f"/cases/{case.id}/"


def row_of(screen: Screen, case: SentCase) -> Locator:
    return screen.page.locator("#queue-rows tbody tr", has_text=case.reference)


# The queue


def open_queue(screen: Screen) -> None:
    screen.go("/queue/")
    expect(screen.page.get_by_role("heading", name="Queue", exact=True)).to_be_visible()
    is_live(screen)


def is_live(screen: Screen) -> None:
    """The stream stands: what changes from now on is shown by itself."""
    expect(screen.page.locator("#connection.hub-connection--live")).to_be_visible()


def sees_on_queue(screen: Screen, case: SentCase) -> None:
    expect(row_of(screen, case)).to_be_visible()


def open_case_by_keys(screen: Screen, case: SentCase) -> None:
    """j from row to row until the focus is on the case, Enter opens it."""
    for _ in range(MOST_ROWS):
        screen.press("j")
        if case.reference in screen.page.evaluate("document.activeElement.textContent"):
            screen.press("Enter")
            screen.page.wait_for_url(f"**{case_address(case)}")
            return
    raise AssertionError(f"{case.reference} is not in the queue.")


# The case


def open_case(screen: Screen, case: SentCase) -> None:
    screen.go(case_address(case))
    is_live(screen)


def claim_by_key(screen: Screen) -> None:
    screen.press("c")
    expect(screen.page.get_by_text("You hold this case")).to_be_visible()


def record_answered_call_by_keys(screen: Screen, note: str) -> None:
    ring = screen.page.locator("#ring")
    choose_by_keys(screen, ring, "result", "answered")
    screen.tab_to(ring.locator("textarea[name=note]"))
    screen.type(note)
    screen.tab_to(ring.get_by_role("button", name="Record the call"))
    screen.press("Enter")
    expect(screen.page.get_by_text("The call is recorded.")).to_be_visible()


def choose_by_keys(screen: Screen, place: Locator, name: str, value: str) -> None:
    """Tab to a group of radio buttons; Space chooses the first, the arrow goes on."""
    group = place.locator(f"input[type=radio][name={name}]")
    screen.tab_to(group.first)
    screen.press("Space")
    for _ in range(group.count()):
        if place.locator(f"input[name={name}][value={value}]").is_checked():
            return
        screen.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen with the keyboard.")


def start_consultation_by_key(screen: Screen) -> None:
    screen.press("a")
    screen.page.wait_for_url("**/assessment/")
    expect(screen.page.locator("#assessment")).to_be_visible()


# The assessment


def fill_opening_by_keys(screen: Screen, patient: str) -> None:
    opening = screen.page.locator("#opening-details")
    screen.press("s")
    expect(opening.get_by_label("Speaking to")).to_be_focused()
    screen.type(patient)
    for tick in ("This is the patient", "The caller said the address (not read to them)"):
        screen.tab_to(opening.get_by_label(tick))
        screen.press("Space")
    screen.tab_to(opening.get_by_label("Consent"))
    screen.press("ArrowDown")  # the patient agrees
    screen.tab_to(opening.get_by_role("button", name="Save the opening"))
    screen.press("Enter")
    expect(screen.page.locator("#opening-panel")).to_contain_text(f"Speaking to {patient} (the patient)")


def answer_by_keys(screen: Screen, *present: str) -> None:
    """Each question by its key, the harmless answer unless it is about something present, until the bounds meet."""
    answer_some_by_keys(screen, MOST_QUESTIONS, *present)
    expect(screen.page.locator("#bounds")).to_contain_text("complete")


def answer_some_by_keys(screen: Screen, most: int, *present: str) -> None:
    """At most so many questions, in the order in which they are asked."""
    expect(screen.page.locator("#assessment .ask--current")).to_be_visible()
    for _ in range(most):
        row = screen.page.locator("#assessment [data-next]")
        if row.count() == 0:
            return
        before = str(row.get_attribute("id"))
        answer_one_by_key(screen, row, present=before.removeprefix("q-") in present)
        done = screen.page.locator(".bounds__one--done")
        expect(screen.page.locator(f"#assessment [data-next]:not(#{before})").or_(done)).not_to_have_count(0)


def answer_one_by_key(screen: Screen, row: Locator, *, present: bool) -> None:
    if row.locator("input").count():
        screen.press("1")
        screen.type("0")
        screen.press("Enter")
        return
    keys = row.locator("[data-answer-key]").evaluate_all("all => all.map(each => each.dataset.answerKey)")
    screen.press("y" if present else "n" if "n" in keys else "1")


def conclude_by_keys(screen: Screen) -> None:
    screen.press("c")
    screen.page.wait_for_url("**/closing/")
    screen.press("g")
    expect(screen.page.get_by_text("Concluded:").first).to_be_visible()
    expect(screen.page.get_by_text("Recorded by")).to_have_count(0)


def fill_closing_set_by_keys(screen: Screen) -> None:
    closing = screen.page.locator("#closing-set")
    # The button is the form's last part: while a page is still arriving there are fewer boxes than there will be.
    expect(closing.get_by_role("button", name="Save the closing set")).to_be_visible()
    boxes = closing.locator("input[type=checkbox]")
    for number in range(boxes.count()):
        screen.tab_to(boxes.nth(number))
        screen.press("Space")
    screen.tab_to(closing.get_by_label("Who is with them"))
    screen.type("her sister")
    choose_by_keys(screen, closing, "agreement", "agrees")
    choose_by_keys(screen, closing, "written", "declined")
    screen.tab_to(closing.get_by_role("button", name="Save the closing set"))
    screen.press("Enter")
    expect(screen.page.get_by_text("Recorded by")).to_be_visible()


# Onward


def send_to_best_service_by_keys(screen: Screen) -> str:
    """The first of the ranking; returns its name."""
    screen.press("1")
    send = screen.page.locator("#send")
    expect(send.get_by_role("button", name="Send the referral")).to_be_visible()
    name = screen.page.locator("#send-title, #send h2").first.inner_text().removeprefix("Send to ")
    screen.tab_to(send.locator("input[type=radio]").first)
    screen.press("Space")
    screen.tab_to(send.locator("textarea"))
    screen.type("The side door is open.")
    screen.tab_to(send.get_by_role("button", name="Send the referral"))
    screen.press("Enter")
    screen.page.wait_for_url("**/referrals/**")
    return name


def conclude_for_a_service_by_keys(screen: Screen) -> None:
    """From the answers to the page of offers. A conclusion of an earlier call does not count: it is made anew."""
    conclude_by_keys(screen)
    fill_closing_set_by_keys(screen)
    screen.press("Escape", "e")
    screen.page.wait_for_url("**/offer/")


def bring_to_offer(screen: Screen, case: SentCase) -> None:
    """From the waiting case to the page of offers, the way of the first journey."""
    screen.go(case_address(case))
    claim_by_key(screen)
    record_answered_call_by_keys(screen, "answered at once")
    start_consultation_by_key(screen)
    fill_opening_by_keys(screen, case.patient)
    answer_by_keys(screen, "throat-pus")
    conclude_for_a_service_by_keys(screen)


def ends_as(screen: Screen, words: str) -> None:
    """The open page of the case says so by itself."""
    expect(screen.page.locator("#case-identity")).to_contain_text(words)


def is_back_in_queue_with_alarm(screen: Screen, case: SentCase, alarm: str) -> None:
    row = row_of(screen, case)
    expect(row).to_contain_text("Alarm")
    expect(row).to_contain_text(alarm)


# The patient's own telephone


def answer_worse_by_keys(screen: Screen) -> None:
    choose_by_keys(screen, screen.page.locator("form"), "answer", "worse")
    screen.press("Enter")
    expect(screen.page.get_by_role("heading", name="Thank you")).to_be_visible()


# The board


def open_board(screen: Screen) -> None:
    screen.go("/board/")
    expect(screen.page.locator("#board-waiting")).to_be_visible()
    is_live(screen)


def waiting_on_board(screen: Screen) -> int:
    return int(screen.page.locator("#board-waiting .hub-count").first.inner_text().replace(",", ""))


def board_counts_waiting(screen: Screen, count: int) -> None:
    expect(screen.page.locator("#board-waiting .hub-count").first).to_have_text(str(count))


def board_shows(screen: Screen, panel: str, *words: str) -> None:
    for each in words:
        expect(screen.page.locator(f"#board-{panel}")).to_contain_text(each)


def board_no_longer_shows(screen: Screen, panel: str, words: str) -> None:
    expect(screen.page.locator(f"#board-{panel}")).not_to_contain_text(words)
