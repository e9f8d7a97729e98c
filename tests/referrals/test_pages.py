"""The pages: what a clinician, a call handler and a patient see and can do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hub.agenda.operations import fire_due
from hub.cases.models import Case
from hub.people.models import User
from hub.record.models import Reading
from hub.record.operations import history
from referrals.models import FollowUp, Referral, Service
from referrals.operations.answering import accept, receive
from referrals.replies import token_of
from referrals.seed import seed_directory
from tests.referrals.stories import AGREED, assessed_fall, make_service, offered
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
Browser = Callable[[User], Client]


def offer_page(case: Case) -> str:
    return f"/cases/{case.pk}/offer/"


def sent_form(case: Case, service: Service, **changes: Any) -> dict[str, Any]:
    return {
        "service": service.pk,
        "fence": case.fence,
        "agreement": AGREED,
        "words": "Key under the pot",
        **changes,
    }


def test_the_offer_page_ranks_explains_and_sends(clinician: User, client_as: Browser) -> None:
    seed_directory()
    case, browser = assessed_fall(clinician), client_as(clinician)
    page = browser.get(offer_page(case)).content.decode()
    assert "Thames South Urgent Community Response" in page
    assert "Another kind of service than this patient needs" in page
    service = Service.objects.get(ods_code="Z9F01")
    chosen = browser.get(f"{offer_page(case)}?service={service.pk}").content.decode()
    assert "What they will read" in chosen
    assert f'name="fence" value="{case.fence}"' in chosen
    answer = browser.post(offer_page(case), sent_form(case, service))
    referral = Referral.objects.get()
    assert answer.headers["Location"] == f"/referrals/{referral.pk}/"
    assert referral.content["message"] == "Key under the pot"
    shown = browser.get(answer.headers["Location"]).content.decode()
    assert "The patient is ours until a named person there accepts" in shown


def test_the_offer_page_takes_a_counted_number_of_queries(clinician: User, client_as: Browser) -> None:
    seed_directory()
    case, browser = assessed_fall(clinician), client_as(clinician)
    service = Service.objects.get(ods_code="Z9F01")
    browser.get(offer_page(case))
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(f"{offer_page(case)}?service={service.pk}").status_code == 200
    assert len(queries) <= 14, "\n".join(query["sql"][:120] for query in queries)


def test_sending_from_the_page_takes_a_counted_number_of_statements(
    clinician: User, client_as: Browser
) -> None:
    case, service, browser = assessed_fall(clinician), make_service(), client_as(clinician)
    browser.get(offer_page(case))
    with CaptureQueriesContext(connection) as queries:
        assert browser.post(offer_page(case), sent_form(case, service)).status_code == 302
    assert len(queries) <= 22, "\n".join(query["sql"][:120] for query in queries)
    locks = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    assert len(locks) == 1, "the case is locked once"


def test_without_agreement_the_page_says_so_and_keeps_the_words(clinician: User, client_as: Browser) -> None:
    case, service = assessed_fall(clinician), make_service()
    answer = client_as(clinician).post(offer_page(case), sent_form(case, service, agreement=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Record who agrees to this referral." in page
    assert "Key under the pot" in page
    assert not Referral.objects.exists()


def test_a_stale_tab_is_told_and_keeps_the_words(clinician: User, client_as: Browser) -> None:
    case, service = assessed_fall(clinician), make_service()
    answer = client_as(clinician).post(offer_page(case), sent_form(case, service, fence=case.fence - 1))
    assert answer.status_code == 409
    assert "What you sent was not saved" in answer.content.decode()
    assert "Key under the pot" in answer.content.decode()


def test_before_the_assessment_ends_there_is_nothing_to_offer(
    clinician: User, client_as: Browser, open_case_: Callable[..., Case]
) -> None:
    page = client_as(clinician).get(offer_page(open_case_())).content.decode()
    assert "has not come to a disposition" in page


def test_when_nobody_can_the_page_offers_a_rung_and_an_ambulance(clinician: User, client_as: Browser) -> None:
    make_service("Open ED", kind="emergency-department", response_minutes=30)
    page = client_as(clinician).get(offer_page(assessed_fall(clinician))).content.decode()
    assert "No service can see this patient in time" in page
    assert "Open ED" in page
    assert "Send an ambulance" in page


def test_when_advice_is_enough_the_page_says_so_and_where_to_go_on(
    clinician: User, client_as: Browser
) -> None:
    make_service("Open ED", kind="emergency-department", response_minutes=30)
    case = assessed_fall(clinician, yes=(), presentation="sore-throat", problem="sore throat", stated_age=30)
    page = client_as(clinician).get(offer_page(case)).content.decode()
    assert "No service is needed" in page
    assert "No service can see" not in page
    assert "Open ED" not in page
    assert reverse("triage:closing", args=[case.pk]) in page


def test_when_an_ambulance_is_needed_the_page_offers_nothing_in_its_place(
    clinician: User, client_as: Browser
) -> None:
    make_service("Open ED", kind="emergency-department", response_minutes=30)
    case = assessed_fall(clinician, yes=("throat-dribbling",), presentation="sore-throat", stated_age=30)
    page = client_as(clinician).get(offer_page(case)).content.decode()
    assert "This needs an ambulance" in page
    assert "Open ED" not in page


@pytest.mark.parametrize(
    ("action", "form", "state", "case_state"),
    [
        ("accepted", {"name": "Ida Moss", "role": "Duty nurse"}, "accepted", "closed"),
        ("rejected", {"reason": "22", "words": ""}, "rejected", "waiting"),
        ("withdraw", {"words": "Went by taxi"}, "withdrawn", "waiting"),
    ],
)
def test_an_answer_by_telephone(
    clinician: User, client_as: Browser, action: str, form: dict[str, str], state: str, case_state: str
) -> None:
    referral, browser = offered(clinician), client_as(clinician)
    empty = browser.post(f"/referrals/{referral.pk}/{action}/", {})
    assert empty.status_code == 422
    assert browser.post(f"/referrals/{referral.pk}/{action}/", form).status_code == 302
    referral.refresh_from_db()
    assert (referral.state, Case.objects.get().state) == (state, case_state)
    again = browser.post(f"/referrals/{referral.pk}/{action}/", form)
    assert again.status_code == 409
    assert "Nothing was changed" in again.content.decode()


def test_looks_are_recorded_and_strangers_get_nothing(
    clinician: User, administrator: User, client_as: Browser
) -> None:
    referral = offered(clinician)
    client_as(clinician).get(f"/referrals/{referral.pk}/")
    assert Reading.objects.filter(stream=referral.stream, page="referral", by=clinician).exists()
    assert client_as(administrator).get(f"/referrals/{referral.pk}/").status_code == 403
    assert Client().get(f"/referrals/{referral.pk}/").status_code == 302


def followed_up(by: User) -> FollowUp:
    """The fallen patient was accepted elsewhere, and three hours have passed."""
    referral = offered(by)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    return FollowUp.objects.get(case_id=referral.case_id)


def test_a_call_handler_does_a_follow_up(clinician: User, call_handler: User, client_as: Browser) -> None:
    follow_up, browser = followed_up(clinician), client_as(call_handler)
    with time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=True):
        fire_due()
        assert "Mary Sample" in browser.get("/follow-ups/").content.decode()
        page = browser.get(f"/follow-ups/{follow_up.pk}/").content.decode()
        assert 'href="tel:+447700900123"' in page
        assert browser.post(f"/follow-ups/{follow_up.pk}/claim/").status_code == 302
        nothing = browser.post(f"/follow-ups/{follow_up.pk}/", {"answer": ""})
        assert nothing.status_code == 422
        again = browser.post(f"/follow-ups/{follow_up.pk}/", {"answer": "no_answer"})
        assert again.status_code == 302
        done = browser.post(f"/follow-ups/{follow_up.pk}/", {"answer": "worse", "words": "Cannot breathe"})
        assert done.status_code == 302
    case = Case.objects.get()
    assert (case.state, case.worsened) == ("waiting", True)
    assert "Cannot breathe" in case.alarm


def test_the_patient_answers_by_the_link(clinician: User) -> None:
    follow_up = followed_up(clinician)
    with time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=True):
        fire_due()
        follow_up.refresh_from_db()
        link, stranger = f"/reply/{token_of(follow_up)}/", Client()
        page = stranger.get(link).content.decode()
        assert "Ring 999 now" in page
        assert "Mary" not in page
        assert stranger.post(link, {}).status_code == 422
        assert stranger.post(link, {"answer": "no_answer"}).status_code == 422
        assert "Thank you" in stranger.post(link, {"answer": "better"}).content.decode()
        assert "You have told us before" in stranger.get(link).content.decode()
    follow_up.refresh_from_db()
    assert (follow_up.answer, follow_up.done_by) == ("better", "the patient's own reply")
    assert Case.objects.get().state == "closed"


def test_worse_by_the_link_opens_the_case_at_the_top(clinician: User) -> None:
    follow_up = followed_up(clinician)
    with time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=True):
        fire_due()
        follow_up.refresh_from_db()
        page = Client().post(f"/reply/{token_of(follow_up)}/", {"answer": "worse"}).content.decode()
    assert "A clinician will ring you" in page
    case = Case.objects.get()
    assert (case.state, case.worsened) == ("waiting", True)
    assert "case.reopen" in [event.kind for event in history(stream=case.stream)]


def test_links_that_are_not_good_touch_nothing(clinician: User, django_assert_num_queries: Any) -> None:
    follow_up = followed_up(clinician)
    with time_machine.travel(follow_up.due_at + timedelta(seconds=1), tick=True):
        fire_due()
        follow_up.refresh_from_db()
        good = token_of(follow_up)
    stranger = Client()
    for bad in ("x", good[:-1], good.replace("~", "~x"), f"{follow_up.pk}~.{'A' * 43}", "9" * 200):
        with django_assert_num_queries(0):
            answer = stranger.post(f"/reply/{bad}/", {"answer": "worse"})
        assert answer.status_code == 404
        assert "no longer good" in answer.content.decode()
    assert follow_up.reply_until is not None
    with time_machine.travel(follow_up.reply_until + timedelta(seconds=1), tick=True):
        assert stranger.post(f"/reply/{good}/", {"answer": "worse"}).status_code == 404
    follow_up.refresh_from_db()
    assert follow_up.answer == ""


def test_the_directory_says_how_old_a_status_is(clinician: User, client_as: Browser) -> None:
    seed_directory()
    browser = client_as(clinician)
    assert "green, told just now" in browser.get("/directory/?words=z9u01").content.decode()
    later = Service.objects.get(ods_code="Z9U01").told_until
    assert later is not None
    with time_machine.travel(later + timedelta(minutes=1), tick=True):
        fresh = client_as(clinician)
        assert "unknown: last told 4 h 01 min ago" in fresh.get("/directory/?words=Z9U01").content.decode()
    assert "No service matches" in browser.get("/directory/?words=nothing-like-this").content.decode()
    assert "Tooley" in browser.get("/directory/?kind=dental").content.decode()


def test_the_boards_panels_show_what_waits(clinician: User, supervisor: User, client_as: Browser) -> None:
    referral = offered(clinician)
    receive(referral_id=referral.pk, by=PARTNER)
    board = client_as(supervisor)
    assert referral.service.name in board.get("/board/panels/board.awaiting_acceptance/").content.decode()
    assert "No follow-up is due" in board.get("/board/panels/board.follow_ups/").content.decode()
