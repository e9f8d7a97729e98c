"""A supervisor fills the directory: by the keyboard, on a small screen, and with scripts off."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import People
from tests.journeys.screen import Screen

pytestmark = [
    pytest.mark.journey,
    pytest.mark.stack,
    pytest.mark.xdist_group("stack"),
    pytest.mark.timeout(420),
]
SMALL = {"width": 320, "height": 640}


def fill(screen: Screen, name: str, code: str) -> None:
    """What an entry needs, of a service so far away that no other journey is offered it."""
    known = {
        "Name": name, "ODS code": code, "Postcode districts or areas": "ZE",
        "Opening hours": "Mon-Sat 08:00-20:00\nSun 8-20", "Bank holidays": "closed", "Sees the patient within": "60",
        "Must accept within": "20", "Telephone for professionals": "020 7946 0371",
    }  # fmt: skip
    for label, words in known.items():
        screen.page.get_by_label(label, exact=True).fill(words)
    screen.page.get_by_label("Kind", exact=True).select_option("dental")


def test_a_service_is_added_changed_and_ended_by_keys(people: People) -> None:
    # Given a supervisor on the directory
    amira = people("amira")
    amira.expected += ("422 (",)
    amira.go("/directory/")
    amira.accessible()
    # When they add a service, a Sunday mistyped
    amira.press("a")
    expect(amira.page.get_by_role("heading", name="Add a service")).to_be_visible()
    amira.accessible()
    fill(amira, "Shetland Dentist", "T9D71")
    amira.tab_to(amira.page.get_by_role("button", name="Add"))
    amira.press("Enter")
    # Then the line is named, what was typed is there, and once mended it is in the directory
    expect(amira.page.locator(".nhsuk-error-summary")).to_contain_text("Line 2, “Sun 8-20”")
    amira.accessible()
    amira.page.get_by_label("Opening hours", exact=True).fill("Mon-Sat 08:00-20:00\nSun closed")
    amira.tab_to(amira.page.get_by_role("button", name="Add"))
    amira.press("Enter")
    expect(amira.page.get_by_role("heading", name="Shetland Dentist")).to_be_visible()
    expect(amira.page.locator("#days")).to_contain_text("closed")
    amira.accessible()
    # And a mended number stands on its history
    amira.page.get_by_role("link", name="Change Shetland Dentist").click()
    amira.accessible()
    amira.page.get_by_label("Telephone for professionals", exact=True).fill("020 7946 0372")
    amira.press("Enter")
    expect(amira.page.locator("#life")).to_contain_text("020 7946 0372")
    # And it ends with a reason
    amira.page.get_by_role("link", name="End Shetland Dentist").click()
    amira.accessible()
    amira.page.get_by_label("Why").fill("It never was.")
    amira.press("Enter")
    expect(amira.page.get_by_text("ended: takes no new offers", exact=True)).to_be_visible()
    amira.accessible()


def test_the_directory_is_kept_on_a_small_screen_and_without_scripts(people: People) -> None:
    plain = people("alan", java_script_enabled=False)
    plain.go("/directory/new/")
    fill(plain, "Unst Dentist", "T9D72")
    plain.page.get_by_label("Opening hours", exact=True).fill("Mon-Sun 08:00-20:00")
    plain.page.get_by_label("Webhook address", exact=True).fill("https://partner.example/" + "long/" * 20)
    plain.page.get_by_role("button", name="Add").click()
    expect(plain.page.locator(".service-secret")).to_contain_text("whsec_")
    plain.page.get_by_role("link", name="To the service").click()
    expect(plain.page.get_by_role("heading", name="Unst Dentist")).to_be_visible()

    small = people("amira", **SMALL)
    found = re.search(r"/directory/[0-9a-f-]{36}/", plain.page.url)
    assert found
    for last in ("", "change/", "end/"):
        small.go(found[0] + last)
        small.accessible()
    small.go("/directory/new/")
    small.accessible()
    small.go(found[0])
    small.page.get_by_role("button", name="Give a new webhook secret").click()
    expect(small.page.locator(".service-secret")).to_contain_text("whsec_")
    small.accessible()

    plain.page.get_by_role("link", name="End Unst Dentist").click()
    plain.page.get_by_label("Why").fill("It never was.")
    plain.page.get_by_role("button", name="End it").click()
    expect(plain.page.get_by_text("ended: takes no new offers", exact=True)).to_be_visible()
