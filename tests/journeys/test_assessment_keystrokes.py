"""What a call costs in keys: three standard calls from the claimed case to the end of the closing, without a mouse."""

import os

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from hub.cases.intake import ContactDetails
from hub.cases.models import Case
from hub.cases.operations.holding import claim
from hub.cases.states import State
from hub.people.models import User
from hub.people.roles import Role
from tests.conftest import make_case, make_person
from tests.journeys import keystrokes
from tests.journeys.keystrokes import Call, Cost, Keys
from tests.journeys.test_assessment import _orm_beside_the_browser, sign_in  # noqa: F401 - a fixture
from tests.triage.conftest import RELEASE
from tests.triage.few import few_presentations
from triage import published
from triage.models import Answer
from triage.operations.publishing import publish

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
CALLS = (
    Call("Sore throat, patient of 30 rings", "sore-throat", 30, "patient", {}, "advice"),
    Call(
        "Fall, woman of 82 still on the floor, her daughter rings", "fall", 82, "daughter Joy",
        {"still-on-floor": "y", "floor-hours": "0.5"}, "service",
    ),
    Call(
        "Chest pain, heavy and spreading, patient of 60 rings", "chest-pain", 60, "patient",
        {"chest-pain-when": "4", "chest-pain-heavy": "y"}, "ambulance",
    ),
)  # fmt: skip
ENDED = {"advice": State.CLOSED, "service": State.IN_ASSESSMENT, "ambulance": State.AWAITING_DISPATCH}


def test_three_standard_calls_cost_the_keys_that_the_page_says(
    live_server: LiveServer, browser: Browser
) -> None:
    published.forget()
    publish(library=few_presentations(), by=RELEASE, activate_illustrative=True)
    nadia = make_person(Role.CLINICIAN, "nadia_clark")
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{live_server.url}/queue/")
    sign_in(page, "nadia_clark")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    costs = [worked(page, live_server, call, nadia) for call in CALLS]
    page.context.close()
    published.forget()
    found = keystrokes.page_of(costs)
    if os.environ.get("HUB_WRITE_DOCS") == "1":
        keystrokes.WRITTEN.write_text(found, encoding="utf-8")
    assert found == keystrokes.WRITTEN.read_text(encoding="utf-8")


def worked(page: Page, live_server: LiveServer, call: Call, by: User) -> Cost:
    """One call, from the claimed case on."""
    caller = ContactDetails(phone="020 7946 0123", name="Ann Other", is_caller=True)
    case = make_case(
        presentation=call.presentation, stated_age=call.age, cad_number=call.presentation, contacts=(caller,)
    )
    claim(case_id=case.pk, by=by)
    page.goto(f"{live_server.url}/cases/{case.pk}/")
    expect(page.locator("body.js-enabled")).to_be_attached()
    keys = Keys(page)
    keystrokes.open_the_call(keys, call)
    keystrokes.ask(keys, call)
    outcome = keystrokes.conclude(keys)
    keystrokes.end(keys, call)
    assert Case.objects.get(pk=case.pk).state == ENDED[call.end]
    questions = Answer.objects.filter(assessment__case=case).count()
    return Cost(call, outcome, questions, keys.pressed, keys.letters)
