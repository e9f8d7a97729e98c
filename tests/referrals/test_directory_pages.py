"""The pages on which the directory is kept: what a supervisor types, sees and is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from hub.people.models import User
from referrals.models import Service
from referrals.operations.capacity import tell_capacity
from referrals.operations.listing import add_service, change_service, end_service, entry_of
from referrals.web.forms_directory import typed_in
from tests.referrals.entries import ADDRESS, WRITTEN, written
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
Browser = Callable[[User], Client]


@pytest.fixture
def service(supervisor: User) -> Service:
    return add_service(by=supervisor, entry=written())[0]


def page_of(service: Service, last: str = "") -> str:
    return f"/directory/{service.pk}/{last}"


def form_of(service: Service, **changes: Any) -> dict[str, Any]:
    """What the change page holds, with some of it typed anew."""
    shown = {name: said for name, said in typed_in(entry_of(service)).items() if said is not False}
    return {**shown, **changes}


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_supervisor_adds_a_service_and_sees_what_its_hours_make_of_the_next_days(
    supervisor: User, client_as: Browser
) -> None:
    sent = {
        **WRITTEN, "hours": "Mon-Fri 08:00-18:30\nSat-Sun closed", "bank_holidays": "closed",
        "exceptions": "2026-12-24 08:00-12:00",
    }  # fmt: skip
    with time_machine.travel("2026-12-21T12:00:00+00:00"):
        browser = client_as(supervisor)
        assert 'href="/directory/new/"' in browser.get("/directory/").content.decode()
        answer = browser.post("/directory/new/", sent, follow=True)
    assert answer.redirect_chain == [(page_of(Service.objects.get()), 302)]
    shown = words(answer.content.decode())
    assert "Saved: Example Urgent Response" in shown
    assert "Mon 21 December 2026 08:00 to 18:30 weekday" in shown
    assert "Thu 24 December 2026 08:00 to 12:00 a single date" in shown
    assert "Fri 25 December 2026 closed bank holiday" in shown
    assert "Put into the directory Amira Shah" in shown


def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(supervisor: User, client_as: Browser) -> None:
    wrong = {**WRITTEN, "hours": "Mon-Sat 08:00-20:00\nSun 8-20", "phone": "020"}
    answer = client_as(supervisor).post("/directory/new/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_hours"' in page
    assert 'id="id_phone-error"' in page
    assert "Line 2, “Sun 8-20”: write “closed”" in page
    assert "Sun 8-20</textarea>" in page
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "at", "said"),
    [
        ({"exclusions": "intoxicatd"}, 422, "exclusions", "Near it: intoxicated"),
        ({"client": "nobody"}, 422, "client", "no partner&#39;s API client nobody"),
        ({"name": "Another"}, 409, "ods_code", "has the ODS code T9U01 already"),
    ],
)
def test_what_only_the_hub_can_know_stands_at_its_field_too(
    changes: dict[str, str], status: int, at: str, said: str,
    service: Service, supervisor: User, client_as: Browser,
) -> None:  # fmt: skip
    code = {} if at == "ods_code" else {"ods_code": "T9U02"}
    answer = client_as(supervisor).post("/directory/new/", {**WRITTEN, **code, **changes})
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'id="id_{at}-error"' in page
    assert said in page
    assert "020 7946 0351" in page
    assert Service.objects.count() == 1


def test_a_secret_is_shown_once(supervisor: User, client_as: Browser) -> None:
    browser = client_as(supervisor)
    first = browser.post("/directory/new/", {**WRITTEN, "webhook_url": ADDRESS}).content.decode()
    service = Service.objects.get()
    assert service.webhook_secret in first
    new = browser.post(page_of(service, "secret/")).content.decode()
    service.refresh_from_db()
    assert service.webhook_secret in new
    assert service.webhook_secret not in first
    for last in ("", "change/", "end/"):
        assert "whsec_" not in browser.get(page_of(service, last)).content.decode()


def test_a_change_stands_on_the_history_and_where_messages_go_only_for_managers(
    service: Service, supervisor: User, clinician: User, client_as: Browser
) -> None:
    browser = client_as(supervisor)
    sent = form_of(service, phone="020 7946 0352", webhook_url=ADDRESS)
    assert "Webhook secret" in browser.post(page_of(service, "change/"), sent).content.decode()
    shown = words(browser.get(page_of(service)).content.decode())
    assert "Telephone for professionals: before: 020 7946 0351 now: 020 7946 0352" in shown
    assert f"Webhook address: before: nothing now: {ADDRESS}" in shown
    read = client_as(clinician).get(page_of(service)).content.decode()
    assert "now: 020 7946 0352" in words(read)
    assert ADDRESS not in read
    assert "change/" not in read


def test_the_change_page_shows_the_entry_and_saves_it_unchanged(
    service: Service, supervisor: User, client_as: Browser
) -> None:
    browser = client_as(supervisor)
    page = browser.get(page_of(service, "change/")).content.decode()
    assert "Mon-Sun 00:00-24:00</textarea>" in page
    assert 'value="020 7946 0351"' in page
    assert not re.search(r'name="registered_only"[^>]* checked', page)
    assert browser.post(page_of(service, "change/"), form_of(service)).status_code == 302
    service.refresh_from_db()
    assert service.version == 1


def test_who_comes_second_sees_what_stands_and_may_then_decide(
    service: Service, supervisor: User, administrator: User, client_as: Browser
) -> None:
    # Given two people on the change page
    late = form_of(service, patient_note="Ring the bell.")
    # When one has saved a new number
    mended = written(phone="020 7946 0352")
    change_service(by=supervisor, service_id=service.pk, entry=mended, seen=entry_of(service).mark)
    # Then the other is told who did so and what stands, keeps what they typed, and nothing is saved
    browser = client_as(administrator)
    answer = browser.post(page_of(service, "change/"), late)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "was changed meanwhile (last by Amira Shah" in page
    shown = words(page)
    assert "Telephone for professionals 020 7946 0352 020 7946 0351" in shown
    assert "What the patient needs to know nothing Ring the bell." in shown
    assert 'value="Ring the bell."' in page
    # And having seen it, they put the number right and save
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    right = {**late, "phone": "020 7946 0352", "seen": found[1]}
    assert browser.post(page_of(service, "change/"), right).status_code == 302
    service.refresh_from_db()
    assert (service.phone, service.patient_note) == ("020 7946 0352", "Ring the bell.")


def test_a_service_ends_and_comes_back_by_the_pages(
    service: Service, supervisor: User, clinician: User, client_as: Browser
) -> None:
    browser = client_as(supervisor)
    assert "No referral stands with it" in browser.get(page_of(service, "end/")).content.decode()
    assert browser.post(page_of(service, "end/"), {"reason": ""}).status_code == 422
    gone = browser.post(page_of(service, "end/"), {"reason": "Contract ended"}, follow=True)
    assert "takes no new offers" in gone.content.decode()
    assert "Contract ended" in gone.content.decode()
    assert browser.post(page_of(service, "end/"), {"reason": "Again"}).status_code == 409
    assert service.name not in browser.get("/directory/").content.decode()
    assert service.name in browser.get("/directory/?ended=on").content.decode()
    assert service.name not in client_as(clinician).get("/directory/?ended=on").content.decode()
    back = browser.post(page_of(service, "list-again/"), {"reason": "Renewed"}, follow=True)
    assert "takes offers again" in back.content.decode()
    assert service.name in browser.get("/directory/").content.decode()


def test_the_history_is_of_people_and_not_of_every_status(
    service: Service, supervisor: User, client_as: Browser
) -> None:
    tell_capacity(service_id=service.pk, by=PARTNER, status="green", good_for_minutes=60, capacity=9)
    end_service(by=supervisor, service_id=service.pk, reason="<b>moved</b>")
    page = client_as(supervisor).get(page_of(service)).content.decode()
    assert "Says green" not in page
    assert "&lt;b&gt;moved&lt;/b&gt;" in page


def test_a_form_of_nonsense_is_answered_and_saves_nothing(
    service: Service, supervisor: User, client_as: Browser
) -> None:
    browser = client_as(supervisor)
    nonsense = dict.fromkeys(WRITTEN, "<script>'\";--\u202e" * 40)
    for where in ("/directory/new/", page_of(service, "change/")):
        answer = browser.post(where, nonsense)
        assert answer.status_code == 422
        assert "<script>'" not in answer.content.decode()
    assert browser.post(page_of(service, "change/"), {**form_of(service), "seen": "0"}).status_code == 409
    assert Service.objects.get().version == 1
