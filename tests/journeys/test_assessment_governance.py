"""Concerns, the signing of a version and observations, in a real browser, each page checked for accessibility."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from hub.people.roles import Role
from tests.conftest import make_person
from tests.journeys.test_assessment import (  # noqa: F401 - fixtures of the assessment's journeys
    AXE,
    Start,
    _orm_beside_the_browser,
    accessible,
    picture,
    sign_in,
    start,
)
from tests.triage.conftest import RELEASE
from triage.models import Concern, ProtocolVersion
from triage.operations.publishing import publish
from triage.protocols import load_library

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
THROAT = "sore-throat"


def test_observations_and_a_concern_from_the_assessment(start: Start) -> None:  # noqa: F811
    # Given a consultation; when the carer reads out an oximeter
    page, talk = start(THROAT)
    page.get_by_text("Add observations").click()
    page.get_by_label("Oxygen saturation, %").fill("90")
    page.get_by_label("Measured by").select_option("carer_device")
    picture(page, "observations-form-1280")
    accessible(page)
    page.get_by_role("button", name="Save the observations").click()
    # Then the score stands there with its three and what is missing
    expect(page.get_by_text("NEWS2 at least 3")).to_be_visible()
    picture(page, "observations-1280")
    accessible(page)
    # And a doubt about the current question is flagged in words
    page.get_by_role("link", name="Raise a concern about a question or rule").click()
    accessible(page)
    picture(page, "raise-concern-1280")
    page.get_by_label("What is wrong, in words").fill("a muffled voice is not asked about")
    page.get_by_role("button", name="Record the concern").click()
    expect(page.get_by_text("Your concern is recorded")).to_be_visible()
    assert Concern.objects.get().case_id == talk.case.pk


@pytest.mark.parametrize("width", [1280, 320])
def test_governance_reads_examines_and_signs(
    start: Start,  # noqa: F811
    live_server: LiveServer,
    browser: Browser,
    width: int,
) -> None:
    # Given a draft that forgets a rule, beside the version in force, and one recorded assessment with a concern
    _, talk = start(THROAT, width=width)
    talk.say("breathing", "words-only")
    library = load_library()
    weak = replace(
        library.protocols[THROAT], title="Sore throat, shortened", rules=library.protocols[THROAT].rules[1:]
    )
    publish(library=replace(library, protocols={THROAT: weak}), by=RELEASE, activate_illustrative=False)
    Concern.objects.create(
        version=ProtocolVersion.objects.get(protocol=THROAT, number=1), protocol=THROAT, about="protocol",
        shown="Sore throat", words="a muffled voice is not asked about", by=talk.by,
    )  # fmt: skip
    make_person(Role.GOVERNANCE_LEAD, "grace_lowe")
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(f"{live_server.url}/protocols/{THROAT}/versions/2/")
    sign_in(page, "grace_lowe")
    expect(page.locator("body.js-enabled #differences")).to_be_visible()
    # When she submits it, and runs the verifier and the replay
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_role("button", name="Run the verifier and the replay").click()
    # Then she reads what is not proved, what it changes, and the open concern
    expect(page.get_by_text("Not proved:")).to_be_visible()
    expect(page.get_by_text("Replayed over")).to_be_visible()
    picture(page, f"version-{width}")
    fits(page)
    for path, name in PAGES:
        page.goto(f"{live_server.url}{path}")
        expect(page.locator("body.js-enabled h1")).to_be_visible()
        picture(page, f"{name}-{width}")
        fits(page)
    see_the_concern(page, width)
    context.close()


PAGES = (("/protocols/", "protocols"), (f"/protocols/{THROAT}/", "protocol"), ("/concerns/", "concerns"))


def see_the_concern(page: Page, width: int) -> None:
    page.get_by_role("link", name="Sore throat, protocol").click()
    expect(page.get_by_role("button", name="Close the concern")).to_be_visible()
    picture(page, f"concern-{width}")
    fits(page)


def fits(page: Page) -> None:
    """No violation, and nothing to scroll sideways for; the heads of tables are clipped on a narrow screen."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
