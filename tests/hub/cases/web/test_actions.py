"""What is done on a case by its page: the way there and back, refusals, and that nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hub.cases.models import Case, Dispatch
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.dispatching import send_ambulance
from hub.cases.operations.holding import claim, take_over
from hub.people.models import User
from hub.record.models import Event
from tests.conftest import PASSWORD, make_case

Signed = Callable[[User], Client]
Make = Callable[..., Case]


@pytest.fixture
def held(open_case_: Make, clinician: User) -> Case:
    return claim(case_id=open_case_("C3").pk, by=clinician)


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(stream=case.stream).order_by("sequence").values_list("kind", flat=True))


def test_claim_next_takes_the_first_and_opens_it(
    open_case_: Make, clinician: User, client_as: Signed
) -> None:
    open_case_("C4")
    first = open_case_("C2", segment="B")
    answer = client_as(clinician).post("/queue/claim-next/")
    assert answer.headers["Location"] == f"/cases/{first.pk}/"
    assert Case.objects.get(pk=first.pk).owner == clinician


def test_claim_next_says_when_nobody_waits(clinician: User, client_as: Signed) -> None:
    page = client_as(clinician).post("/queue/claim-next/", follow=True)
    assert "Nobody waits to be rung now" in page.content.decode()


def test_the_slower_of_two_is_told_who_has_the_case(
    held: Case, other_clinician: User, client_as: Signed
) -> None:
    page = client_as(other_clinician).post(f"/cases/{held.pk}/claim/")
    text = page.content.decode()
    assert page.status_code == 409
    assert "Nadia Clark has this case" in text
    assert "Open read-only" in text
    assert "Back to the queue" in text


def test_a_refusal_is_a_fragment_for_htmx_and_json_for_a_script(
    held: Case, other_clinician: User, client_as: Signed
) -> None:
    client, address = client_as(other_clinician), f"/cases/{held.pk}/claim/"
    fragment = client.post(address, headers={"HX-Request": "true"})
    assert fragment.status_code == 409
    assert "<html" not in fragment.content.decode()
    told = client.post(address, headers={"Accept": "application/json"})
    assert told.status_code == 409
    assert told.json()["holder"] == "Nadia Clark"


def test_a_stale_tab_keeps_what_was_typed(
    held: Case, clinician: User, senior: User, client_as: Signed
) -> None:
    take_over(case_id=held.pk, by=senior, reason="busy")
    sent = {"reason": "back to the queue <please>", "fence": held.fence}
    page = client_as(clinician).post(f"/cases/{held.pk}/release/", sent)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Sheila Grant has this case" in text
    assert "back to the queue &lt;please&gt;" in text


def test_the_heartbeat_keeps_the_lease_and_is_no_sign_of_a_person(
    held: Case, clinician: User, client_as: Signed
) -> None:
    client = client_as(clinician)
    answer = client.post(f"/cases/{held.pk}/heartbeat/", {"fence": held.fence})
    assert answer.status_code == 200
    assert "seen" not in client.session


@pytest.mark.parametrize("fence", ["", "x", "-1", "99999999999999999999", "7"])
def test_a_heartbeat_with_a_wrong_fence_is_refused(
    fence: str, held: Case, clinician: User, client_as: Signed
) -> None:
    answer = client_as(clinician).post(
        f"/cases/{held.pk}/heartbeat/", {"fence": fence}, headers={"Accept": "application/json"}
    )
    assert answer.status_code in {409, 422}
    assert answer.json()["sentence"]


def test_a_call_back_without_an_answer_returns_the_case(
    held: Case, clinician: User, client_as: Signed
) -> None:
    contact = held.contacts.get()
    sent = {
        "kind": "call_back",
        "contact": contact.pk,
        "result": "no_answer",
        "fence": held.fence,
        "note": "rang out",
    }
    page = client_as(clinician).post(f"/cases/{held.pk}/call/", sent, follow=True)
    text = page.content.decode()
    assert "The call is recorded" in text
    assert "1 of 3 attempts without an answer. Next: ring again at" in text
    assert Case.objects.get(pk=held.pk).state == "waiting"


def test_starting_the_consultation_leads_to_the_assessment(
    held: Case, clinician: User, client_as: Signed
) -> None:
    answer = client_as(clinician).post(f"/cases/{held.pk}/start/", {"fence": held.fence})
    assert answer.headers["Location"] == f"/cases/{held.pk}/assessment/"


def test_one_press_sends_an_ambulance_whoever_holds_the_case(
    held: Case, call_handler: User, client_as: Signed
) -> None:
    sent = {"category": "C3", "reason": "clinical_concern"}
    page = client_as(call_handler).post(f"/cases/{held.pk}/send-ambulance/", sent, follow=True)
    assert "Dispatch has not said that it has it" in page.content.decode()
    assert Dispatch.objects.get(case=held).category == "C3"


def test_going_down_is_refused_with_the_reason(held: Case, call_handler: User, client_as: Signed) -> None:
    page = client_as(call_handler).post(
        f"/cases/{held.pk}/send-ambulance/",
        {"category": "C5", "reason": "other", "words": "seems fine", "by_hand": "on"},
    )
    assert page.status_code == 409
    assert "less urgent than C3" in page.content.decode()
    assert "seems fine" in page.content.decode()
    assert not Dispatch.objects.filter(case=held).exists()


def test_who_rang_dispatch_ends_the_case_and_leaves_their_scope(
    held: Case, call_handler: User, client_as: Signed
) -> None:
    dispatch = send_ambulance(case_id=held.pk, by=call_handler, category="C2", reason="worse")
    page = client_as(call_handler).post(
        f"/cases/{held.pk}/rang-dispatch/", {"dispatch": dispatch.pk, "words": "Kim on desk 2"}, follow=True
    )
    assert page.status_code == 200
    assert "Dispatch has it" in page.content.decode()
    assert Case.objects.get(pk=held.pk).outcome == "dispatched"


def test_another_cases_dispatch_cannot_be_answered_here(
    open_case_: Make, held: Case, clinician: User, client_as: Signed
) -> None:
    other = open_case_("C3")
    dispatch = send_ambulance(case_id=other.pk, by=clinician, category="C3", reason="worse")
    page = client_as(clinician).post(
        f"/cases/{held.pk}/rang-dispatch/", {"dispatch": dispatch.pk, "words": "Kim"}
    )
    assert page.status_code == 404
    dispatch.refresh_from_db()
    assert dispatch.state == "requested"


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("note/", {"text": "  "}, "Write the note"),
    ("note/", {"text": "x" * 5000}, "at most 4000"),
    ("flag/", {"kind": "nonsense", "text": "kept words"}, "Select a valid choice"),
    ("flag/", {"kind": "safeguarding", "text": "kept words", "review_on_day": "31", "review_on_month": "2",
               "review_on_year": "2027"}, "Enter a valid date"),
    ("contact/", {"phone": "Ann", "name": "kept words"}, "not a telephone number"),
    ("address/", {"address": "", "postcode": "SE1 0AA"}, "as the caller says it"),
    ("call/", {"kind": "inbound", "contact": "999999", "result": "answered", "note": "kept words"}, "valid choice"),
    ("call/", {"kind": "inbound", "note": "kept words"}, "Choose what happened"),
    ("send-ambulance/", {"category": "C9", "reason": "worse", "words": "kept words"}, "valid choice"),
    ("release/", {"reason": "", "fence": "1"}, "Say why"),
    ("close/", {"outcome": "advice", "words": "kept words"}, "valid choice"),
    ("rang-dispatch/", {"dispatch": "not-a-uuid", "words": "kept words"}, "valid UUID"),
    ("alarm/", {"words": ""}, "Say what you did"),
    ("welfare/", {"result": "answered", "note": "kept words"}, "say whether they are worse"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "sent", "said"), WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    page: str, sent: dict[str, Any], said: str, held: Case, clinician: User, client_as: Signed
) -> None:
    before = kinds(held)
    answer = client_as(clinician).post(f"/cases/{held.pk}/{page}", sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert all(value in text for value in sent.values() if value == "kept words")
    assert kinds(held) == before


def test_the_small_things_are_recorded(
    held: Case, clinician: User, call_handler: User, client_as: Signed
) -> None:
    client = client_as(clinician)
    base = f"/cases/{held.pk}"
    flag = {
        "kind": "respect",
        "text": "form at home",
        "review_on_day": "1",
        "review_on_month": "2",
        "review_on_year": "2030",
    }
    assert client.post(f"{base}/note/", {"text": "daughter rang"}).status_code == 302
    assert client.post(f"{base}/flag/", flag).status_code == 302
    assert client.post(f"{base}/contact/", {"phone": "07700 900123", "name": "Bo"}).status_code == 302
    assert client.post(f"{base}/address/", {"address": "2 Example Road"}).status_code == 302
    assert client.post(f"{base}/welfare/", {"result": "answered", "since": "unknown"}).status_code == 302
    [alarm] = Case.objects.get(pk=held.pk).open_alarms
    assert client.post(f"{base}/alarm/", {"alarm": alarm.key, "words": "seen next"}).status_code == 302
    text = client.get(f"{base}/").content.decode()
    for said in [
        "daughter rang",
        "form at home",
        "07700 900123",
        "2 Example Road",
        "worse: yes",
        "Alarm answered",
    ]:
        assert said in text, said


def test_a_senior_defers_once_and_takes_over(held: Case, senior: User, client_as: Signed) -> None:
    client = client_as(senior)
    assert (
        client.post(f"/cases/{held.pk}/defer/", {"minutes": "20", "reason": "ringing the GP"}).status_code
        == 302
    )
    assert client.post(f"/cases/{held.pk}/defer/", {"minutes": "20", "reason": "again"}).status_code == 409
    assert client.post(f"/cases/{held.pk}/defer/", {"minutes": "61", "reason": "long"}).status_code == 422
    assert client.post(f"/cases/{held.pk}/take-over/", {"reason": "shift ends"}).status_code == 302
    assert Case.objects.get(pk=held.pk).owner == senior


def test_ending_and_opening_again(held: Case, clinician: User, senior: User, client_as: Signed) -> None:
    client = client_as(clinician)
    sent = {
        "outcome": "duplicate",
        "other": make_case("C4").reference,
        "words": "same as the other",
        "fence": held.fence,
        "second": senior.username,
    }
    for wrong in ("", "not their password"):
        refused = client.post(f"/cases/{held.pk}/close/", {**sent, "password": wrong})
        assert refused.status_code == 422
        assert "name or password is not right" in refused.content.decode()
        assert wrong == "" or wrong not in refused.content.decode()
    sent["password"] = PASSWORD
    assert client.post(f"/cases/{held.pk}/close/", sent).status_code == 302
    assert "Ended: Duplicate" in client.get(f"/cases/{held.pk}/").content.decode()
    page = client.post(f"/cases/{held.pk}/reopen/", {"reason": "rang again, worse"}, follow=True)
    assert "Opened again: rang again, worse" in page.content.decode()


def test_whoever_opens_an_action_by_its_address_is_taken_to_the_case(
    held: Case, clinician: User, client_as: Signed
) -> None:
    answer = client_as(clinician).get(f"/cases/{held.pk}/note/")
    assert answer.headers["Location"] == f"/cases/{held.pk}/"
    assert client_as(clinician).delete(f"/cases/{held.pk}/note/").status_code == 405


def test_an_assessed_case_links_on(held: Case, clinician: User, client_as: Signed) -> None:
    start_consultation(case_id=held.pk, by=clinician, fence=held.fence)
    text = client_as(clinician).get(f"/cases/{held.pk}/").content.decode()
    assert f"/cases/{held.pk}/assessment/" in text
