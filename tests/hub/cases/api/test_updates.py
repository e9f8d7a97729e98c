"""A sender's update: what it leaves out it does not take away; what it takes back is recorded."""

from typing import Any

import pytest

from hub.cases.models import Case
from hub.cases.telling import tell
from hub.record.models import Event
from tests.hub.cases.api.conftest import full_call

pytestmark = pytest.mark.django_db


def put(cad: Any, changes: dict[str, Any]) -> Any:
    """The incident's number and category, and these members."""
    sent = cad.send(full_call())
    assert sent.status_code == 201
    body = {"cad_number": "26112200001", "category": "C3", **changes}
    answer = cad.ask("PUT", sent["Location"], body, If_Match=sent["ETag"])
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("patient", [{}, {"patient": None}, {"patient": {}}, {"patient": {"stated_age": 86}}])
def test_risks_that_are_left_out_stay(cad: Any, patient: dict[str, Any]) -> None:
    shown = put(cad, patient)
    assert shown["patient"]["risks"] == ["alone", "anticoagulant"]
    reasons = Case.objects.get().order_reasons
    assert any("anticoagulant" in reason for reason in reasons)


def test_risks_are_taken_back_by_an_empty_list_and_that_is_told(cad: Any) -> None:
    shown = put(cad, {"patient": {"risks": []}})
    assert shown["patient"]["risks"] == []
    told = tell(Event.objects.get(kind="case.updated"))
    assert "risks" in told.what
    assert told.more == ["Risk taken back: alone; Risk taken back: anticoagulant"]


def test_what_is_left_out_is_not_taken_away_and_null_takes_it_back(cad: Any) -> None:
    shown = put(cad, {"problem": "worse now", "location": {"access_note": None}})
    assert shown["problem"] == "worse now"
    assert shown["location"]["address"] == "2 Example Road, London"
    assert shown["location"]["access_note"] is None
    assert (shown["patient"]["nhs_number"], shown["patient"]["nhs_number_status"]) == (
        "9990000018",
        "verified",
    )
    assert (shown["patient"]["sex"], shown["presentation"]) == ("female", "fall")
    event = Event.objects.get(kind="case.updated")
    assert event.data["changed"] == ["access_note", "problem"]


def test_a_segment_is_kept_with_c2_and_goes_with_a_higher_category(cad: Any) -> None:
    sent = cad.send(full_call(category="C2", segment="B"))
    body = {"cad_number": "26112200001", "category": "C2"}
    assert cad.ask("PUT", sent["Location"], body, If_Match="*").json()["segment"] == "B"
    assert (
        cad.ask("PUT", sent["Location"], {**body, "category": "C1"}, If_Match="*").json()["segment"] is None
    )
