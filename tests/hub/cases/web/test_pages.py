"""Every page of the phone room, for a case with everything and for a case with nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.cases.intake import ContactDetails, FlagDetails
from hub.cases.models import Case
from hub.cases.operations.contacting import record_call, record_welfare
from hub.cases.operations.dispatching import send_ambulance
from hub.cases.operations.holding import claim
from hub.cases.operations.noting import add_flag, add_note
from hub.clock import now
from hub.people.models import User
from hub.record.models import Reading

Signed = Callable[[User], Client]
Make = Callable[..., Case]

EVERYTHING: dict[str, Any] = {
    "birth_date": now().date().replace(year=1958, day=3),
    "nhs_number": "9990000018",
    "nhs_number_status": "given",
    "interpreter": "Polish",
    "practice_code": "X99999",
    "risks": ("alone", "insulin"),
    "uprn": "100023336956",
    "grid_reference": "TQ 3080 8040",
    "three_words": "///one.two.three",
    "access_note": "key safe",
    "code": "10D01",
    "segment": "B",
    "contacts": (
        ContactDetails("020 7946 0123", "Ann Other", "daughter", is_caller=True, note="hard of hearing"),
        ContactDetails("07700 900123", "Mary Sample", "patient", is_patient=True),
    ),
    "flags": (
        FlagDetails("scene_safety", "dog in the <b>hall</b>", review_at=now().replace(year=2020, day=1)),
    ),
}
NOTHING: dict[str, Any] = dict.fromkeys(
    ("problem", "given_name", "family_name", "stated_age", "address", "postcode")
) | {"sex": "unknown", "contacts": (), "code": ""}


@pytest.fixture
def full(open_case_: Make, clinician: User, call_handler: User) -> Case:
    open_case_("C4", **{**EVERYTHING, "problem": "the same pain, two days ago"})
    case = open_case_("C2", **EVERYTHING)
    claim(case_id=case.pk, by=clinician)
    case.refresh_from_db()
    add_note(case_id=case.pk, by=call_handler, text="Daughter is <i>on her way</i>.")
    add_flag(case_id=case.pk, by=clinician, kind="safeguarding", text="carer shouts")
    record_call(
        case_id=case.pk, by=clinician, kind="call_back", result="no_answer", fence=case.fence,
        contact_id=case.contacts.get(rank=1).pk,
    )  # fmt: skip
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True, note="paler")
    return case


@pytest.fixture
def bare(open_case_: Make) -> Case:
    return open_case_("C3", **NOTHING)


def test_a_case_with_everything_shows_everything(full: Case, clinician: User, client_as: Signed) -> None:
    text = client_as(clinician).get(f"/cases/{full.pk}/").content.decode()
    for said in [
        full.reference, "999 000 0018", "Polish", "key safe", "10D01", "tel:+442079460123", "020 7946 0123",
        "hard of hearing", "dog in the &lt;b&gt;hall&lt;/b&gt;", "expired", "carer shouts",
        "Daughter is &lt;i&gt;on her way",
        "the same pain, two days ago", "1 of 3 attempts without an answer", "Worse at the welfare call", "insulin",
        "Send ambulance now, C2",
    ]:  # fmt: skip
        assert said in text, said


def test_a_case_with_nothing_says_not_recorded(bare: Case, clinician: User, client_as: Signed) -> None:
    text = client_as(clinician).get(f"/cases/{bare.pk}/").content.decode()
    assert "Name not recorded" in text
    assert "age not recorded" in text
    assert "no telephone number recorded" in text
    assert text.count("not recorded") > 8


def test_opening_a_case_takes_at_most_twelve_queries(full: Case, clinician: User, client_as: Signed) -> None:
    client = client_as(clinician)
    client.get(f"/cases/{full.pk}/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(f"/cases/{full.pk}/")
    assert len(queries) <= 12, "\n".join(query["sql"][:150] for query in queries)


def test_each_look_is_recorded_but_not_a_screens_own_refresh(
    bare: Case, clinician: User, client_as: Signed
) -> None:
    client = client_as(clinician)
    client.get(f"/cases/{bare.pk}/")
    client.get(f"/cases/{bare.pk}/", headers={"X-Requested-With": "live"})
    assert Reading.objects.filter(stream=bare.stream, by=clinician).count() == 1


def test_the_queue_shows_each_row_in_words(
    full: Case, bare: Case, clinician: User, client_as: Signed
) -> None:
    text = client_as(clinician).get("/queue/").content.decode()
    for said in [
        "Waiting: 3",
        full.reference,
        "worse since the first call",
        "2 flags",
        "1 earlier contact",
        "left",
        "not recorded",
    ]:
        assert said in text, said


@pytest.mark.parametrize("cases", [0, 60])
def test_the_queue_takes_at_most_eight_queries(
    cases: int, open_case_: Make, senior: User, client_as: Signed
) -> None:
    for _ in range(cases):
        open_case_("C3")
    client = client_as(senior)
    client.get("/queue/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/queue/")
    assert page.status_code == 200
    assert len(queries) <= 8, "\n".join(query["sql"][:150] for query in queries)


def test_the_queue_goes_on_to_the_next_page(open_case_: Make, clinician: User, client_as: Signed) -> None:
    for _ in range(52):
        open_case_("C3")
    client = client_as(clinician)
    assert "showing 1 to 50" in client.get("/queue/").content.decode()
    second = client.get("/queue/?page=2").content.decode()
    assert "showing 51 to 52" in second
    assert "Later places" not in second


@pytest.mark.parametrize(
    "query",
    [
        "?page=-1",
        "?page=99999999999999999999",
        "?page=٣",
        "?view=<script>",
        "?category=C9",
        "?page=2&page=x",
        "?view=",
    ],
)
def test_nonsense_in_the_filters_shows_the_queue(
    query: str, bare: Case, clinician: User, client_as: Signed
) -> None:
    assert client_as(clinician).get(f"/queue/{query}").status_code == 200


def test_the_filters_show_where_cases_stand(open_case_: Make, clinician: User, client_as: Signed) -> None:
    held, other = open_case_("C3"), open_case_("C4")
    claim(case_id=held.pk, by=clinician)
    send_ambulance(case_id=other.pk, by=clinician, category="C4", reason="other")
    client = client_as(clinician)
    worked = client.get("/queue/?view=worked").content.decode()
    assert "Being worked: 1" in worked
    assert "Nadia Clark" in worked
    assert "Awaiting dispatch, C4: 1" in client.get("/queue/?view=dispatch&category=C4").content.decode()
    assert "Awaiting dispatch, C3: 0" in client.get("/queue/?view=dispatch&category=C3").content.decode()


def test_the_picture_for_paper_has_the_number_to_ring(full: Case, clinician: User, client_as: Signed) -> None:
    assert "020 7946 0123" in client_as(clinician).get("/queue/picture/").content.decode()


@pytest.mark.parametrize("page", ["/welfare/", "/calls/new/", "/account/"])
def test_other_pages_open(page: str, full: Case, call_handler: User, client_as: Signed) -> None:
    assert client_as(call_handler).get(page).status_code == 200


def test_closed_cases_are_outside_a_call_handlers_scope(
    bare: Case, clinician: User, senior: User, call_handler: User, client_as: Signed
) -> None:
    Case.objects.filter(pk=bare.pk).update(state="closed", outcome="duplicate", closed_at=now())
    assert client_as(call_handler).get(f"/cases/{bare.pk}/").status_code == 404
    assert client_as(clinician).get(f"/cases/{bare.pk}/").status_code == 200
