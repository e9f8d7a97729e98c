"""The README's pictures, made when asked for: HUB_PICTURES=1 pytest tests/journeys/test_pictures.py."""

import os
import random
from typing import Any

import pytest
from playwright.sync_api import expect

from hub.demo import callers, synthetic
from hub.demo.recording import Natures
from tests.journeys import steps
from tests.journeys.conftest import People
from tests.journeys.outside import Outside, SentCase
from tests.journeys.screen import PICTURES, Screen

pytestmark = [
    pytest.mark.journey,
    pytest.mark.stack,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.environ.get("HUB_PICTURES") != "1", reason="pictures are made when asked for"),
    pytest.mark.usefixtures("services_accept"),
]
WAITING = 25
LARGEST = 300_000  # bytes
CLOCKS = ("arrived_at", "clock_start", "first_attempt_by", "breach_at", "order_at", "welfare_due_at")


def a_busy_evening(outside: Outside, dice: random.Random) -> None:
    """Synthetic callers wait, each for a part of their limit."""
    natures = Natures()
    for number in range(WAITING):
        case = outside.send_case(**callers.case(dice, natures, f"P-{number}-{dice.randrange(10**6)}"))
        earlier(outside, case, dice.uniform(0.05, 0.9))


def earlier(outside: Outside, case: SentCase, share: float) -> None:
    """As if the case had come in earlier, by this share of its limit."""
    moved = ", ".join(f"{clock} = {clock} - (breach_at - arrived_at) * %s" for clock in CLOCKS)
    outside.sql(f"UPDATE hub_case SET {moved} WHERE id = %s", *[share] * len(CLOCKS), case.id)  # noqa: S608


def the_fall() -> dict[str, Any]:
    dice = random.Random(7)
    return {
        "category": "C3",
        "presentation": "fall",
        "problem": "Slipped in the kitchen an hour ago, cannot get up, left hip sore. No bleeding.",
        "patient": {
            "given_name": "Iris", "family_name": "Mockford", "birth_date": "1944-03-02", "sex": "female",
            "nhs_number": synthetic.nhs_number(dice), "nhs_number_status": "verified", "risks": ["anticoagulant"],
        },
        "caller": {"name": "Joy Mockford", "relationship": "daughter", "phone": "07700900377"},
        "contacts": [{"phone": "02079460377", "name": "Iris Mockford", "relationship": "self", "is_patient": True}],
        "location": {
            "address": "27 Specimen Close, London", "postcode": "SE5 0AA",
            "access_note": "Key safe by the door",
        },
        "flags": [{"kind": "scene_safety", "text": "Large dog; the daughter will hold it."}],
    }  # fmt: skip


def an_offer_and_an_ambulance_wait(outside: Outside, owen: Screen) -> None:
    outside.all_services("silent")
    outside.dispatch("silent")
    steps.send_to_best_service_by_keys(owen)
    tight = outside.send_case(category="C2", segment="B", presentation="chest-pain", problem="Tight chest")
    steps.open_case(owen, tight)
    owen.press("x")
    expect(owen.page.locator("#ring-dispatch")).to_be_visible()


def test_the_pictures(outside: Outside, people: People) -> None:
    # Given a busy evening, and colleagues at work
    a_busy_evening(outside, random.Random(11))
    owen, mei, nadia, amira = (people(name) for name in ("owen", "mei", "nadia", "amira"))
    fall, throat = outside.send_case(**the_fall()), outside.send_case()
    earlier(outside, fall, 0.4)
    earlier(outside, throat, 0.6)
    steps.open_case(mei, outside.send_case(problem="High temperature since noon", presentation="fever"))
    steps.claim_by_key(mei)
    # The queue and a case as a clinician finds them
    steps.open_queue(nadia)
    nadia.picture("queue")
    steps.open_case(nadia, fall)
    steps.claim_by_key(nadia)
    nadia.go(steps.case_address(fall))
    nadia.picture("case")
    # The assessment, half done
    steps.record_answered_call_by_keys(nadia, "Her daughter speaks for her.")
    steps.start_consultation_by_key(nadia)
    steps.fill_opening_by_keys(nadia, "Iris Mockford")
    steps.answer_some_by_keys(nadia, 11)
    nadia.picture("assessment")
    # The offer
    steps.bring_to_offer(owen, throat)
    owen.press("1")
    expect(owen.page.get_by_role("button", name="Send the referral")).to_be_visible()
    owen.page.evaluate("scrollTo(0, 0)")
    owen.picture("offer")
    # The board, with an offer and an ambulance on their way
    an_offer_and_an_ambulance_wait(outside, owen)
    steps.open_board(amira)
    steps.board_shows(amira, "dispatches", "C2")
    amira.picture("board")

    for name in ("queue", "case", "assessment", "offer", "board"):
        assert 20_000 < (PICTURES / f"{name}.png").stat().st_size < LARGEST
