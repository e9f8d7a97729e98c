"""The small scripts in a real browser, on a page of ours that a stand-in server answers, under the strict policy."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, Route, expect

from hub import said
from hub.people.models import User
from hub.people.roles import Role

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
HOST = "http://hub.test"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = "; ".join(
    f"{name} {' '.join(sources)}" for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)
PAGE = """
{% extends "layouts/workstation.html" %}
{% from "components/actions.html" import button, button_form, dialog, open_dialog with context %}
{% from "components/panels.html" import connection, panel %}
{% block title %}Scripts{% endblock %}
{% block live_state %}{{ connection() }}{% endblock %}
{% block content %}<h1>Scripts</h1>
{% call panel("Waiting", id="waiting", live="/live/") %}{{ fragment | safe }}{% endcall %}
<label for="note">Note</label>
<textarea id="note" name="note" data-draft-url="/draft/" data-fence="7" data-key="n" data-key-label="Note"></textarea>
<div data-heartbeat-url="/heartbeat/" data-fence="7" data-heartbeat-seconds="{{ beat }}"></div>
{{ button_form("Send", "/send/", key="s") }}{{ open_dialog("Close case", "closing", key="c") }}
{% call dialog("closing", "Close this case") %}<p>Really?</p>{% endcall %}{% endblock %}
"""
FRAGMENT = '<p>news {number}</p><label>Reply <input id="reply" name="reply"></label>'


class StandIn:
    """Answers the page's requests as told, and remembers what was sent."""

    def __init__(self) -> None:
        self.beat = 60
        self.statuses: dict[str, int] = {}
        self.sent: list[tuple[str, dict[str, str]]] = []
        self.pushed = 0

    def __call__(self, route: Route) -> None:
        path = urlparse(route.request.url).path
        if path.startswith("/static/"):
            file = ROOT / path.lstrip("/")
            return route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        if path == "/live/":
            return self._push(route)
        if route.request.method == "POST":
            return self._post(route, path)
        headers = {"Content-Security-Policy": POLICY}
        return route.fulfill(body=self._page(), content_type="text/html", headers=headers)

    def _page(self) -> str:
        request = RequestFactory().get("/")
        request.user = User(username="ann", name="Ann Lee", role=Role.CLINICIAN)
        context = {"beat": self.beat, "fragment": FRAGMENT.format(number=self.pushed)}
        return str(engines["jinja2"].from_string(PAGE).render(context, request))

    def _push(self, route: Route) -> None:
        self.pushed += 1
        body = f"retry: 300\n\nevent: waiting\ndata: {FRAGMENT.format(number=self.pushed)}\n\n"
        route.fulfill(body=body, content_type="text/event-stream", status=self.statuses.get("/live/", 200))

    def _post(self, route: Route, path: str) -> None:
        fields = {name: values[-1] for name, values in parse_qs(route.request.post_data or "").items()}
        self.sent.append((path, fields))
        status = self.statuses.get(path, 200)
        if path == "/unlock/" and fields.get("password") != "right":
            status = 403
        sentence = '{"sentence": "Ben Ode has this case now.", "saved_at": "14:32:05"}'
        route.fulfill(status=status, body=sentence, content_type="application/json")

    def posts(self, path: str) -> list[dict[str, str]]:
        return [fields for where, fields in self.sent if where == path]


@pytest.fixture
def hub() -> StandIn:
    return StandIn()


@pytest.fixture
def visit(browser: Browser, hub: StandIn) -> Iterator[Callable[[], Page]]:
    """Opens the page; at the end nothing may have broken the policy or thrown."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London", reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Security" in line.text else None)
    page.route(f"{HOST}/**", hub)

    def open_page() -> Page:
        page.goto(f"{HOST}/")
        expect(page.locator("body.js-enabled")).to_be_visible()
        return page

    yield open_page
    context.close()
    assert faults == []


def test_the_clocks_say_what_the_server_says(visit: Callable[[], Page]) -> None:
    minutes = [0, 0.99, 1, 23, 59.99, 60, 65, 47 * 60 + 59.9, 48 * 60, 30 * 24 * 60]

    words = visit().evaluate(
        "async minutes => { const clocks = await import('/static/js/clocks.js');"
        " return minutes.map(each => clocks.length(each * 60000)); }",
        minutes,
    )

    assert words == [said.length(timedelta(minutes=each)) for each in minutes]


def test_news_waits_while_a_person_types_in_the_panel(visit: Callable[[], Page], hub: StandIn) -> None:
    page = visit()
    page.fill("#reply", "half a sen")
    shown = page.inner_text("#waiting-body p")
    page.wait_for_timeout(1000)

    assert hub.pushed > int(shown.split()[-1])
    assert page.inner_text("#waiting-body p") == shown
    assert page.input_value("#reply") == "half a sen"

    page.focus("#note")
    expect(page.locator("#waiting-body p")).not_to_have_text(shown)
    assert page.input_value("#reply") == "half a sen"


def test_a_lost_stream_is_said_with_the_time_of_the_last_news(
    visit: Callable[[], Page], hub: StandIn
) -> None:
    page = visit()
    hub.statuses["/live/"] = 503

    expect(page.locator("#connection")).to_contain_text(re.compile(r"Not live: last updated \d\d:\d\d"))
    expect(page.get_by_role("link", name="Refresh")).to_be_visible()


def test_a_draft_is_saved_with_its_fence_and_a_refused_one_says_why(
    visit: Callable[[], Page], hub: StandIn
) -> None:
    page = visit()
    page.fill("#note", "pain since noon")
    expect(page.locator(".hub-saved")).to_have_text("Saved 14:32:05")
    assert hub.posts("/draft/") == [{"note": "pain since noon", "fence": "7"}]

    hub.statuses["/draft/"] = 409
    page.fill("#note", "pain since noon, worse")
    expect(page.locator(".hub-saved")).to_contain_text("Not saved: Ben Ode has this case now.")
    assert page.input_value("#note") == "pain since noon, worse"


def test_what_is_typed_while_a_slow_save_is_on_its_way_is_saved_after_it(
    visit: Callable[[], Page], hub: StandIn
) -> None:
    page = visit()
    held: list[Route] = []
    page.route("**/draft/", lambda route: held.append(route))  # noqa: PLW0108 - a builtin is not taken
    with page.expect_request("**/draft/"):
        page.fill("#note", "pain")
    # Typed, and its own pause is over, before the first save comes back
    page.fill("#note", "pain since noon")
    page.wait_for_timeout(800)
    assert len(held) == 1
    page.unroute("**/draft/")
    hub(held[0])
    expect(page.locator(".hub-saved")).to_have_text("Saved 14:32:05")
    page.wait_for_timeout(900)
    assert [each["note"] for each in hub.posts("/draft/")] == ["pain", "pain since noon"]


def test_a_lost_case_is_said_once_and_the_heart_stops(visit: Callable[[], Page], hub: StandIn) -> None:
    hub.beat = 1
    hub.statuses["/heartbeat/"] = 409
    page = visit()

    expect(page.locator("#alarms")).to_contain_text("Ben Ode has this case now.")
    page.wait_for_timeout(1500)
    assert hub.posts("/heartbeat/") == [{"fence": "7"}]


def test_the_lock_keeps_what_was_typed_and_opens_to_the_password_alone(
    visit: Callable[[], Page], hub: StandIn
) -> None:
    hub.statuses["/draft/"] = 423
    page = visit()
    page.fill("#note", "not yet saved")
    lock = page.locator("#hub-lock")
    expect(lock).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(lock).to_be_visible()
    page.fill("#hub-lock-password", "wrong")
    page.keyboard.press("Enter")
    expect(lock).to_contain_text("That is not the right password.")

    hub.statuses.clear()
    page.fill("#hub-lock-password", "right")
    page.keyboard.press("Enter")
    expect(lock).to_be_hidden()
    expect(page.locator(".hub-saved")).to_have_text("Saved 14:32:05")
    assert hub.posts("/draft/")[-1]["note"] == page.input_value("#note") == "not yet saved"


def test_keys_never_fire_while_typing_unless_with_alt(visit: Callable[[], Page], hub: StandIn) -> None:
    page = visit()
    page.keyboard.press("n")
    page.keyboard.type("cs?")

    assert page.input_value("#note") == "cs?"
    assert hub.posts("/send/") == []
    page.keyboard.press("Alt+c")
    expect(page.locator("#closing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#closing")).to_be_hidden()


def test_the_help_lists_the_keys_and_can_switch_single_keys_off(visit: Callable[[], Page]) -> None:
    page = visit()
    page.keyboard.press("?")
    expect(page.locator("#hub-keys dl")).to_contain_text("Close case")
    page.locator("[data-key-switch]").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("c")
    expect(page.locator("#closing")).to_be_hidden()
    page.keyboard.press("Alt+c")
    expect(page.locator("#closing")).to_be_visible()


def test_a_button_pressed_three_times_sends_once(visit: Callable[[], Page], hub: StandIn) -> None:
    page = visit()

    page.evaluate(
        "for (let i = 0; i < 3; i++) document.querySelector('form[action=\"/send/\"] button').click()"
    )
    page.wait_for_url(f"{HOST}/send/")

    assert len(hub.posts("/send/")) == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (640, 400), (320, 640)])
def test_the_page_fits_and_is_accessible(visit: Callable[[], Page], width: int, height: int) -> None:
    page = visit()
    page.set_viewport_size({"width": width, "height": height})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate((ROOT / "tests" / "vendor" / "axe.min.js").read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
    )
    assert [violation["id"] for violation in found["violations"]] == []
