"""A form that comes after the session has ended: nothing is saved, nothing typed is lost."""

from typing import Any

from django.test import Client

from hub.people.models import User


def test_what_was_typed_is_shown_again_without_secrets(open_case_: Any) -> None:
    case = open_case_()
    answer = Client().post(
        f"/cases/{case.pk}/note/", {"text": "husband <b>rang</b>", "password": "secret words"}
    )
    text = answer.content.decode()
    assert answer.status_code == 401
    assert "husband &lt;b&gt;rang&lt;/b&gt;" in text
    assert "secret words" not in text
    assert case.reference not in text


def test_a_script_is_told_and_an_empty_form_goes_to_sign_in(open_case_: Any) -> None:
    address = f"/cases/{open_case_().pk}/note/"
    assert Client().post(address, {"text": "x"}, headers={"X-Requested-With": "drafts"}).status_code == 401
    assert Client().post(address, {}).headers["Location"].startswith("/sign-in/")
    assert Client().get(address).headers["Location"].startswith("/sign-in/")


def test_a_page_of_a_patient_is_not_kept_by_the_browser(
    open_case_: Any, clinician: User, client_as: Any
) -> None:
    answer = client_as(clinician).get(f"/cases/{open_case_().pk}/")
    assert "no-store" in answer.headers["Cache-Control"]
