"""What nobody sends by mistake: never a fault, always words, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from hub.cases.models import Case
from hub.people.models import User

Signed = Callable[[User], Client]
Make = Callable[..., Case]


@pytest.fixture
def case(open_case_: Make) -> Case:
    return open_case_("C3")


@pytest.fixture
def browser(clinician: User, client_as: Signed) -> Client:
    return client_as(clinician)


@pytest.mark.parametrize(
    "path",
    [
        "/cases/not-a-uuid/",
        "/cases/00000000-0000-4000-8000-000000000000/",
        "/cases//",
        "/nothing/",
        "/%00/",
        "/%ff/",
    ],
)
def test_addresses_that_lead_nowhere(path: str, browser: Client) -> None:
    page = browser.get(path)
    assert page.status_code in {400, 404}
    assert "Nothing" in page.content.decode() or "nothing" in page.content.decode()


@pytest.mark.parametrize(
    "page", ["note/", "flag/", "contact/", "call/", "close/", "send-ambulance/", "welfare/", "address/"]
)
def test_a_nul_is_told_and_the_rest_is_kept(page: str, case: Case, browser: Client) -> None:
    sent = dict.fromkeys(("text", "kind", "phone", "words", "note", "address"), "kept \x00 words")
    answer = browser.post(f"/cases/{case.pk}/{page}", sent)
    assert answer.status_code == 400
    assert "cannot be kept" in answer.content.decode()
    assert "kept  words" in answer.content.decode()


def test_a_nul_anywhere_else_is_no_fault(case: Case, browser: Client, client: Client) -> None:
    assert browser.get("/queue/?category=%00").status_code == 400
    assert client.get("/sign-in/?next=%00").status_code == 400
    assert client.post("/sign-in/", {"username": "x", "password": "y", "extra": "\x00"}).status_code == 400
    client.cookies["hub_session"] = "\x00" * 32
    assert client.get("/queue/").status_code == 400


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10_000)
def test_too_much_is_told(case: Case, browser: Client) -> None:
    page = browser.post(
        f"/cases/{case.pk}/note/", {"text": "x" * 20_000}, content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code in {400, 422}


def test_too_many_fields_are_told(case: Case, browser: Client) -> None:
    page = browser.post(f"/cases/{case.pk}/note/", {f"f{number}": "x" for number in range(1100)})
    assert page.status_code == 400
    assert "could not be read" in page.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "\ud83d\ude00 emoji".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\u202eright to left",
        "</textarea><script>alert(1)</script>",
        "' OR 1=1 --",
        "{{ 7*7 }}",
    ],
)
def test_odd_words_are_kept_as_they_are(text: str, case: Case, browser: Client) -> None:
    page = browser.post(f"/cases/{case.pk}/note/", {"text": text}, follow=True)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_a_form_from_a_page_that_is_too_old_keeps_what_was_typed(case: Case, clinician: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clinician, backend="hub.people.backends.PeopleBackend")
    ours = {"Origin": "http://testserver"}
    page = strict.post(f"/cases/{case.pk}/note/", {"text": "she is paler"}, headers=ours)
    text = page.content.decode()
    assert page.status_code == 403
    assert "she is paler" in text
    assert "Send it again" in text
    elsewhere = strict.post(
        f"/cases/{case.pk}/note/", {"text": "forged"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert elsewhere.status_code == 403
    assert "Send it again" not in elsewhere.content.decode()


def test_a_fault_says_that_nothing_was_half_saved(
    case: Case, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("a fault for the test")

    monkeypatch.setattr("hub.cases.operations.noting.add_note", broken)
    client = Client(raise_request_exception=False)
    client.force_login(clinician, backend="hub.people.backends.PeopleBackend")
    page = client.post(f"/cases/{case.pk}/note/", {"text": "typed before the fault"})
    text = page.content.decode()
    assert page.status_code == 500
    assert "nothing was half-saved" in text
    assert "typed before the fault" in text
    assert "ring dispatch" in text
    assert "a fault for the test" not in text


def test_methods_that_make_no_sense(case: Case, browser: Client) -> None:
    for method in (browser.put, browser.delete, browser.patch):
        for path in ("/queue/", f"/cases/{case.pk}/", f"/cases/{case.pk}/note/", "/queue/claim-next/"):
            assert method(path).status_code == 405
    assert browser.head(f"/cases/{case.pk}/").status_code == 200
