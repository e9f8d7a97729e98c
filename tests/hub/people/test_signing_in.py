"""Signing in and out, the pause after wrong passwords, the lock that keeps what was typed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher
from django.test import Client

from hub.cases.models import Case
from hub.clock import now
from hub.config import settings as written
from hub.people.models import Presence, User
from tests.conftest import PASSWORD

Signed = Callable[[User], Client]


def test_the_page_says_what_the_product_is_not(client: Client, db: None) -> None:
    text = client.get("/sign-in/").content.decode()
    for said in ["not a certified medical device", "not for live use before local sign-off", "illustrative"]:
        assert said in text, said


def test_in_to_where_one_was_going_and_out_again(clinician: User, client: Client) -> None:
    sent = {"username": clinician.username, "password": PASSWORD, "next": "/welfare/"}
    assert client.post("/sign-in/", sent).headers["Location"] == "/welfare/"
    assert Presence.objects.get(user=clinician).ended_at is None
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert Presence.objects.get(user=clinician).ended_at is not None
    assert client.get("/queue/").headers["Location"] == "/sign-in/?next=/queue/"


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(elsewhere: str, clinician: User, client: Client) -> None:
    sent = {"username": clinician.username, "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in/", sent).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("fixture", "first"),
    [
        ("clinician", "/queue/"), ("senior", "/queue/"), ("call_handler", "/queue/"), ("supervisor", "/board/"),
        ("governance_lead", "/protocols/"), ("administrator", "/people/"),
    ],
)  # fmt: skip
def test_each_role_begins_where_its_work_is(
    fixture: str, first: str, request: pytest.FixtureRequest, client_as: Signed
) -> None:
    assert client_as(request.getfixturevalue(fixture)).get("/").headers["Location"] == first


def test_a_wrong_password_says_so_and_keeps_the_name(clinician: User, client: Client) -> None:
    page = client.post("/sign-in/", {"username": clinician.username, "password": "wrong secret"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "There is a problem" in text
    assert clinician.username in text
    assert "wrong secret" not in text


def test_an_ended_access_does_not_sign_in(clinician: User, client: Client) -> None:
    User.objects.filter(pk=clinician.pk).update(is_active=False)
    client.post("/sign-in/", {"username": clinician.username, "password": PASSWORD})
    assert client.get("/queue/").status_code == 302


def test_five_wrong_passwords_pause_the_name_kindly(
    clinician: User, other_clinician: User, client: Client
) -> None:
    for _ in range(5):
        page = client.post("/sign-in/", {"username": clinician.username, "password": "wrong"})
    assert page.status_code == 429
    assert "paused for 15 minutes" in page.content.decode()
    right = {"username": clinician.username, "password": PASSWORD}
    assert client.post("/sign-in/", right).status_code == 429
    other = {"username": other_clinician.username, "password": PASSWORD}
    assert client.post("/sign-in/", other).status_code == 302
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert Client().post("/sign-in/", right).status_code == 302


def test_passwords_are_kept_with_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS
    user = User(username="hashed")
    user.set_password("a long enough password")
    assert identify_hasher(user.password).algorithm == "argon2"


@pytest.fixture
def quiet(clinician: User, client_as: Signed) -> Client:
    """A browser whose person went away for twenty minutes."""
    client = client_as(clinician)
    client.get("/queue/")
    session = client.session
    session["seen"] = (now() - timedelta(minutes=20)).timestamp()
    session.save()
    return client


def test_a_quiet_screen_locks_and_shows_no_patient(quiet: Client, open_case_: Callable[..., Case]) -> None:
    case = open_case_("C3")
    page = quiet.get(f"/cases/{case.pk}/")
    assert page.status_code == 423
    assert case.reference not in page.content.decode()
    assert "Mary Sample" not in page.content.decode()
    assert quiet.get("/queue/").status_code == 423


def test_unlocking_goes_on_where_one_was(quiet: Client) -> None:
    quiet.get("/welfare/")
    answer = quiet.post("/unlock/", {"password": PASSWORD, "method": "GET", "path": "/welfare/"})
    assert answer.headers["Location"] == "/welfare/"
    assert quiet.get("/welfare/").status_code == 200


def test_a_form_caught_by_the_lock_is_kept_and_offered_again(
    quiet: Client, open_case_: Callable[..., Case]
) -> None:
    address = f"/cases/{open_case_('C3').pk}/note/"
    locked = quiet.post(address, {"text": "she is <b>paler</b>"})
    assert locked.status_code == 423
    assert 'name="kept-text" value="she is &lt;b&gt;paler&lt;/b&gt;"' in locked.content.decode()
    wrong = quiet.post(
        "/unlock/", {"password": "no", "method": "POST", "path": address, "kept-text": "paler"}
    )
    assert wrong.status_code == 423
    assert 'name="kept-text" value="paler"' in wrong.content.decode()
    again = quiet.post(
        "/unlock/", {"password": PASSWORD, "method": "POST", "path": address, "kept-text": "paler"}
    )
    assert "Send it again?" in again.content.decode()
    assert 'name="text" value="paler"' in again.content.decode()


def test_unlocking_leads_nowhere_else(quiet: Client) -> None:
    sent = {"password": PASSWORD, "method": "GET", "path": "https://elsewhere.example/"}
    assert quiet.post("/unlock/", sent).headers["Location"] == "/"


def test_another_persons_password_does_not_unlock(quiet: Client, senior: User) -> None:
    senior.set_password("another long password")
    senior.save()
    assert quiet.post("/unlock/", {"password": "another long password"}).status_code == 423


def test_a_screen_that_refreshes_itself_is_no_sign_of_a_person(clinician: User, client_as: Signed) -> None:
    client = client_as(clinician)
    client.get("/queue/", headers={"X-Requested-With": "live"})
    assert "seen" not in client.session
    client.post("/alive/")
    assert "seen" in client.session


def test_a_right_that_is_missing_is_named(administrator: User, client_as: Signed) -> None:
    page = client_as(administrator).get("/queue/")
    assert page.status_code == 403
    assert "see the cases that wait" in page.content.decode()


def test_the_list_of_people_and_the_account(administrator: User, clinician: User, client_as: Signed) -> None:
    people = client_as(administrator).get("/people/").content.decode()
    assert "Nadia Clark" in people
    account = client_as(clinician).get("/account/").content.decode()
    assert "claim a case, ring back, assess and close it" in account
