"""Taking a call: almost nothing required, precise errors, everything kept, one case however often it is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from hub.cases.models import Case
from hub.people.models import User

Signed = Callable[[User], Client]
Make = Callable[..., Case]


def call(**said: Any) -> dict[str, Any]:
    return {"token": str(uuid4()), **said}


@pytest.fixture
def handler(call_handler: User, client_as: Signed) -> Client:
    return client_as(call_handler)


def test_a_problem_alone_makes_a_case(handler: Client) -> None:
    page = handler.post("/calls/new/", call(problem="faint"), follow=True)
    case = Case.objects.get()
    assert f"{case.reference} is saved and waits as C2" in page.content.decode()
    assert (case.category, case.family_name, case.nhs_number) == ("C2", None, None)


def test_a_number_alone_makes_a_case(handler: Client) -> None:
    handler.post("/calls/new/", call(patient_phone="07700 900123", breathing="yes", conscious="yes"))
    case = Case.objects.get()
    assert (case.category, case.contacts.get().phone) == ("C3", "+447700900123")


@pytest.mark.parametrize("question", ["breathing", "conscious"])
def test_not_breathing_or_not_conscious_goes_to_dispatch_at_once(question: str, handler: Client) -> None:
    page = handler.post(
        "/calls/new/", call(problem="collapsed", category="C4", **{question: "no"}), follow=True
    )
    case = Case.objects.get()
    assert (case.category, case.state) == ("C1", "awaiting_dispatch")
    assert "went to dispatch at once" in page.content.decode()


def test_everything_told_is_kept(handler: Client) -> None:
    told = call(
        breathing="yes", conscious="yes", caller_phone="020 7946 0001", caller_name="Ann", relationship="daughter",
        patient_phone="07700 900001", other_phone="01632 960001", other_name="Desk", ring_first="patient",
        address="1 Example Street", postcode="SE1 0AA", access_note="side door", problem="fell", category="C2",
        segment="C",
        code="17A01", given_name="Mary", family_name="Sample", birth_date_day="29", birth_date_month="2",
        birth_date_year="1956", sex="female", nhs_number="999 000 0018", interpreter="Polish", practice_code="X99999",
        risks=["alone", "insulin"], flag_kind="scene_safety", flag_text="dog",
    )  # fmt: skip
    assert handler.post("/calls/new/", told).status_code == 302
    case = Case.objects.get()
    ranked = [(each.rank, each.phone, each.is_patient, each.is_caller) for each in case.contacts.all()]
    assert ranked == [
        (1, "+447700900001", True, False), (2, "+442079460001", False, True), (3, "+441632960001", False, False),
    ]  # fmt: skip
    assert (case.nhs_number, case.nhs_number_status) == ("9990000018", "given")
    assert (case.category, case.segment, str(case.birth_date)) == ("C2", "C", "1956-02-29")
    assert case.risks == ["alone", "insulin"]
    assert case.flags.get().text == "dog"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "Write what is wrong, or a telephone number"),
    ({"problem": "x", "nhs_number": "9990000019"}, "The last digit does not fit"),
    ({"problem": "x", "nhs_number": "12345"}, "ten digits"),
    ({"problem": "x", "nhs_number": "٩٩٩٠٠٠٠٠١٨"}, "ten digits"),
    ({"caller_phone": "Ann"}, "not a telephone number"),
    ({"problem": "x", "stated_age": "-1"}, "greater than or equal to 0"),
    ({"problem": "x", "stated_age": "99999999999999999999"}, "less than or equal to 130"),
    ({"problem": "x", "stated_age": "old"}, "whole years"),
    (
        {"problem": "x", "birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "1958"},
        "Enter a valid date",
    ),
    (
        {"problem": "x", "birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "58"},
        "too long ago",
    ),
    (
        {"problem": "x", "birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "2958"},
        "in the future",
    ),
    ({"problem": "x", "birth_date_day": "1", "birth_date_month": "2", "birth_date_year": "9" * 30}, "date"),
    ({"problem": "x", "category": "C0"}, "valid choice"),
    ({"problem": "x", "breathing": "perhaps"}, "valid choice"),
    ({"problem": "x", "flag_kind": "respect"}, "Say what the flag is about"),
    ({"problem": "x", "flag_text": "dog"}, "Choose the kind of flag"),
    ({"problem": "x" * 4001}, "at most 4000"),
    ({"problem": "x", "risks": ["alone", "nonsense"]}, "valid choice"),
    ({"problem": "x", "token": "not-a-uuid"}, "valid UUID"),
]


@pytest.mark.parametrize(("said", "error"), WRONG)
def test_errors_are_precise_and_nothing_typed_is_lost(
    said: dict[str, Any], error: str, handler: Client
) -> None:
    page = handler.post("/calls/new/", call(**{"address": "1 Kept <Street>", "given_name": "Kept", **said}))
    text = page.content.decode()
    assert page.status_code == 422
    assert error in text
    assert "1 Kept &lt;Street&gt;" in text
    assert not Case.objects.exists()


def test_the_same_form_twice_makes_one_case(handler: Client) -> None:
    told = call(problem="faint")
    first, second = handler.post("/calls/new/", told), handler.post("/calls/new/", told)
    assert Case.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_a_form_that_made_its_case_and_was_changed_is_told_so(handler: Client) -> None:
    told = call(problem="faint")
    handler.post("/calls/new/", told)
    page = handler.post("/calls/new/", {**told, "problem": "faint and grey"})
    assert page.status_code == 409
    assert "already made case" in page.content.decode()
    assert "faint and grey" in page.content.decode()
    assert Case.objects.count() == 1


def test_somebody_elses_token_is_their_own(handler: Client, clinician: User, client_as: Signed) -> None:
    told = call(problem="faint")
    handler.post("/calls/new/", told)
    client_as(clinician).post("/calls/new/", told)
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_once_make_one_case(call_handler: User, client_as: Signed) -> None:
    told = call(problem="faint")
    clients = [client_as(call_handler) for _ in range(8)]

    def press(client: Client) -> int:
        try:
            return client.post("/calls/new/", told).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, clients))
    assert answers == [302] * 8
    assert Case.objects.count() == 1


def test_the_radar_prompts_while_the_caller_talks(open_case_: Make, handler: Client) -> None:
    earlier = open_case_("C3")
    text = handler.post("/calls/repeats/", {"caller_phone": "02079460123"}).content.decode()
    assert earlier.reference in text
    assert "May have contacted us before" in text
    assert handler.post("/calls/repeats/", {"caller_phone": "nonsense", "nhs_number": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        ({}, ""),
        ({"nhs_number": "9990000019"}, "NHS number: 9990000019"),
        ({"caller_phone": "Ann"}, "telephone: Ann"),
        ({"birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "1958"}, "Date of birth"),
        ({"stated_age": "old", "category": "C9", "risks": ["nonsense"], "token": "x"}, "Age in years"),
        ({"flag_kind": "respect"}, ""),
    ],
)
def test_somebody_who_does_not_breathe_waits_for_no_correction(
    wrong: dict[str, Any], kept: str, handler: Client
) -> None:
    page = handler.post("/calls/new/", call(**{"breathing": "no", **wrong}), follow=True)
    case = Case.objects.get()
    assert (case.category, case.state) == ("C1", "awaiting_dispatch")
    assert kept in page.content.decode()
