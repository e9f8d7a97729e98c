"""People are added, changed and ended by an administrator; nobody but its owner knows a password for long."""

import re
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from hub.accounts.operations import Details, add_person, change_person, details_of, give_password
from hub.people.models import Presence, User
from hub.people.roles import Role
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db
NURSE = Details(
    name="Wanda Hill",
    role="clinician",
    profession="nurse",
    registration_number="00A0001E",
    skills=("children",),
)
FORM = {
    "username": "wanda", "name": "Wanda Hill", "role": "clinician", "profession": "nurse",
    "registration_number": "00A0001E", "skills": ["children"],
}  # fmt: skip
NEW = "four words are a good one"


@pytest.fixture
def administrator() -> User:
    return make_person(Role.ADMINISTRATOR, "ada_lane")


def told(user: User) -> list[tuple[str, str]]:
    events = Event.objects.filter(stream=f"user:{user.pk}").order_by("sequence")
    return [(each.kind, each.by_label) for each in events]


def given(page: bytes) -> str:
    found = re.search(r"\b[a-z0-9]{4}(?:-[a-z0-9]{4}){3}\b", page.decode())
    assert found
    return found.group()


def test_a_new_person_signs_in_with_the_given_password_and_chooses_their_own(
    administrator: User, client_as: Callable[[User], Client], client: Client
) -> None:
    # Given somebody whom the administrator has added
    password = given(client_as(administrator).post("/people/new/", FORM).content)
    wanda = User.objects.get(username="wanda")
    assert told(wanda) == [("person.added", administrator.label)]
    assert password not in str(Event.objects.get(stream=f"user:{wanda.pk}").data)
    # When they sign in with it, every page leads to the one where they choose their own
    assert client.post("/sign-in/", {"username": "wanda", "password": password}).status_code == 302
    assert client.get("/queue/").headers["Location"] == "/account/password/"
    chosen = {"password": password, "new_password": NEW, "new_password_again": NEW}
    assert client.post("/account/password/", chosen).headers["Location"] == "/account/"
    # Then they are in, stay in, and the given password opens nothing any more
    assert client.get("/queue/").status_code == 200
    assert told(wanda)[-1] == ("person.password_chosen", wanda.label)
    assert Client().post("/sign-in/", {"username": "wanda", "password": password}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": "Wanda Hill"}, "Small letters, digits"),
        ({"registration_number": ""}, "Enter the registration number"),
        ({"profession": "not_registered"}, "A clinician has a registered profession"),
        ({"role": "king"}, "Select a valid choice"),
        ({"name": ""}, "Enter the name"),
        ({"name": "W" * 121}, "at most 120"),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(
    changed: dict[str, str], words: str, administrator: User, client_as: Callable[[User], Client]
) -> None:
    answer = client_as(administrator).post("/people/new/", {**FORM, **changed})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="00A0001E"' in answer.content.decode() or "registration_number" in changed
    assert not User.objects.filter(name__startswith="W").exists()


def test_a_user_name_is_given_once(administrator: User) -> None:
    add_person(by=administrator, username="wanda", details=NURSE)
    with pytest.raises(Refusal, match="Somebody has the user name wanda already"):
        add_person(by=administrator, username="wanda", details=NURSE)


def test_a_change_is_told_field_by_field_and_never_saved_over_another(
    administrator: User, client_as: Callable[[User], Client]
) -> None:
    # Given two administrators who look at the same page
    wanda, _ = add_person(by=administrator, username="wanda", details=NURSE)
    seen = details_of(wanda).mark
    sent = {**FORM, "role": "senior_clinician", "is_active": "on", "seen": seen}
    # When one makes her a senior
    browser = client_as(administrator)
    assert browser.post(f"/people/{wanda.pk}/", sent).headers["Location"] == "/people/"
    event = Event.objects.filter(stream=f"user:{wanda.pk}").latest("sequence")
    assert event.data == {"changed": {"role": ["clinician", "senior_clinician"]}}
    # Then the other is told, and nothing is saved
    late = browser.post(f"/people/{wanda.pk}/", {**sent, "role": "supervisor"})
    assert late.status_code == 409
    assert "has been changed meanwhile" in late.content.decode()
    assert User.objects.get(pk=wanda.pk).role == "senior_clinician"


def test_ended_access_signs_out_at_once(administrator: User, client_as: Callable[[User], Client]) -> None:
    wanda = make_person(Role.CLINICIAN, "wanda")
    browser = client_as(wanda)
    assert browser.get("/queue/").status_code == 200
    details = details_of(wanda)
    ended = Details(**{**{name: getattr(details, name) for name in details.__slots__}, "is_active": False})
    change_person(by=administrator, person_id=wanda.pk, details=ended, seen=details.mark)
    assert browser.get("/queue/").headers["Location"].startswith("/sign-in/")
    assert not Presence.objects.filter(user=wanda, ended_at__isnull=True).exists()


def test_an_administrator_cannot_end_their_own_rights(administrator: User) -> None:
    details = details_of(administrator)
    for change in ({"role": "supervisor"}, {"is_active": False}):
        other = Details(**{**{name: getattr(details, name) for name in details.__slots__}, **change})
        with pytest.raises(Refusal, match="another administrator"):
            change_person(by=administrator, person_id=administrator.pk, details=other, seen=details.mark)


def test_a_new_password_ends_a_lock_out_and_other_screens(
    administrator: User, client_as: Callable[[User], Client], client: Client
) -> None:
    # Given somebody who is signed in elsewhere and locked out here
    wanda = make_person(Role.CLINICIAN, "wanda")
    elsewhere = client_as(wanda)
    for _ in range(5):
        locked = client.post("/sign-in/", {"username": "wanda", "password": "wrong"})
    assert locked.status_code == 429
    # When an administrator gives her a new password
    password = given(client_as(administrator).post(f"/people/{wanda.pk}/password/").content)
    # Then it opens the door, and the other screen is signed out
    assert client.post("/sign-in/", {"username": "wanda", "password": password}).status_code == 302
    assert elsewhere.get("/queue/").headers["Location"].startswith("/sign-in/")
    assert told(wanda)[-1][0] == "person.password_given"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"password": "not this one"}, "That is not your password"),
        ({"new_password": "short", "new_password_again": "short"}, "too short"),
        ({"new_password": "password1234", "new_password_again": "password1234"}, "too common"),
        ({"new_password_again": "something else"}, "The two are not the same"),
        ({"new_password": PASSWORD, "new_password_again": PASSWORD}, "Choose another one than now"),
    ],
)
def test_a_password_of_ones_own_is_checked(
    sent: dict[str, str], words: str, client_as: Callable[[User], Client]
) -> None:
    wanda = make_person(Role.CLINICIAN, "wanda")
    form = {"password": PASSWORD, "new_password": NEW, "new_password_again": NEW, **sent}
    answer = client_as(wanda).post("/account/password/", form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert NEW not in answer.content.decode()
    assert User.objects.get(pk=wanda.pk).check_password(PASSWORD)


def test_wrong_passwords_on_the_page_count_towards_the_lock_out(client_as: Callable[[User], Client]) -> None:
    browser = client_as(make_person(Role.CLINICIAN, "wanda"))
    form = {"password": "wrong", "new_password": NEW, "new_password_again": NEW}
    answers = [browser.post("/account/password/", form).status_code for _ in range(6)]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_password_is_never_sent_back_by_the_lock_or_the_sign_in(
    client: Client, client_as: Callable[[User], Client]
) -> None:
    form = {"password": PASSWORD, "new_password": NEW, "new_password_again": NEW, "note": "kept"}
    out = client.post("/account/password/", form)
    assert (out.status_code, NEW in out.content.decode()) == (401, False)
    browser = client_as(make_person(Role.CLINICIAN, "wanda"))
    session = browser.session
    session["locked"] = True
    session.save()
    locked = browser.post("/account/password/", form).content.decode()
    assert "kept" in locked
    assert NEW not in locked
    assert PASSWORD not in locked


def test_only_administrators_change_accounts() -> None:
    supervisor = make_person(Role.SUPERVISOR, "sam_reid")
    with pytest.raises(Refusal, match="does not change accounts"):
        add_person(by=supervisor, username="wanda", details=NURSE)
    with pytest.raises(Refusal, match="does not change accounts"):
        give_password(by=supervisor, person_id=supervisor.pk)


def test_the_first_administrator_comes_from_the_command_line(
    capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    call_command("add_person", "ada", "--name", "Ada Lane")
    password = given(capsys.readouterr().out.encode())
    assert client.post("/sign-in/", {"username": "ada", "password": password}).status_code == 302
    with pytest.raises(CommandError, match="already"):
        call_command("add_person", "ada", "--name", "Ada Lane")
    with pytest.raises(CommandError, match="registration number"):
        call_command("add_person", "wanda", "--name", "Wanda Hill", "--role", "clinician")
