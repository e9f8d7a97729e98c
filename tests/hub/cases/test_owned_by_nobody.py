"""Ways in which everybody could think that somebody else looks after the patient."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from hub.agenda.operations import fire_due
from hub.board import panels as board
from hub.cases.models import Case, Dispatch
from hub.cases.operations.closing import close_case
from hub.cases.operations.contacting import record_call, start_consultation
from hub.cases.operations.dispatching import acknowledge_dispatch
from hub.cases.operations.holding import claim, release
from hub.cases.operations.noting import answer_alarms
from hub.cases.telling import tell
from hub.clock import now
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import TEST_CAD, make_case, make_person
from tests.hub.cases.api.conftest import Machine, full_call
from tests.hub.cases.test_holding import at_once

OpenCase = Callable[..., Case]


@pytest.fixture
def cad(db: None) -> Machine:
    return Machine("london-cad", "cad")


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def in_consultation(case: Case, by: User) -> Case:
    held = claim(case_id=case.pk, by=by)
    record_call(case_id=case.pk, by=by, fence=held.fence, kind="call_back", result="answered")
    return start_consultation(case_id=case.pk, by=by, fence=held.fence)


def answer_all(case: Case, by: User) -> None:
    keys = [each.key for each in fresh(case).open_alarms]
    answer_alarms(case_id=case.pk, by=by, keys=keys, words="I am on it")


# A consultation left open in a background tab, whose screen keeps the lease alive.


def test_a_consultation_past_its_limit_alarms_again_and_again_until_it_ends(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C3")
    held = in_consultation(case, clinician)
    Case.objects.filter(pk=case.pk).update(lease_until=now() + timedelta(hours=9))
    for minutes in (61, 77, 93):
        with later(minutes):
            fire_due()
            assert "time limit has passed" in fresh(case).alarm, minutes
            answer_all(case, clinician)
    release(case_id=case.pk, by=clinician, fence=held.fence, reason="forgot this one")
    with later(94):
        fire_due()
    assert fresh(case).state == "awaiting_dispatch"


# Two cases of one patient, each ended as a duplicate of the other.


def end_as_duplicate(case: Case, other: str, by: User, second: User) -> Case:
    held = claim(case_id=case.pk, by=by)
    return close_case(
        case_id=case.pk, by=by, fence=held.fence, outcome="duplicate", words="same patient", second=second, other=other,
    )  # fmt: skip


def test_a_duplicate_names_the_case_that_goes_on(open_case_: OpenCase, clinician: User, senior: User) -> None:
    first, second = open_case_("C4"), open_case_("C4")
    assert end_as_duplicate(first, second.reference, clinician, senior).state == "closed"
    told = tell(Event.objects.get(stream=second.stream, kind="case.duplicate_ended"))
    assert first.reference in told.what


@pytest.mark.parametrize("other", ["", "H-000000-0000", "itself", "ended"])
def test_a_case_does_not_end_as_a_duplicate_of_one_that_nobody_works_on(
    open_case_: OpenCase, clinician: User, senior: User, other: str
) -> None:
    case, ended = open_case_("C4"), open_case_("C4")
    held = claim(case_id=ended.pk, by=clinician)
    close_case(
        case_id=ended.pk,
        by=clinician,
        fence=held.fence,
        outcome="passed_on",
        words="own midwife",
        taken_by="Ann Other, midwife, Plane Tree Surgery",
        second=senior,
    )
    named = {"itself": case.reference, "ended": ended.reference}.get(other, other)
    with pytest.raises(Refusal) as refused:
        end_as_duplicate(case, named, clinician, senior)
    assert refused.value.code == "no-other-case"
    assert fresh(case).is_open


def test_a_duplicate_of_a_case_whose_ambulance_is_on_its_way(
    open_case_: OpenCase, clinician: User, senior: User
) -> None:
    sent, again = open_case_("C1"), open_case_("C4")
    acknowledge_dispatch(dispatch_id=Dispatch.objects.get(case=sent).pk, by=TEST_CAD)
    assert end_as_duplicate(again, sent.reference, clinician, senior).outcome == "duplicate"


@pytest.mark.django_db(transaction=True)
def test_of_two_cases_ended_as_duplicates_of_each_other_at_once_one_stays_open(senior: User) -> None:
    cases = [make_case("C4"), make_case("C4")]
    people = [make_person(senior.role, f"person_{number}") for number in range(2)]

    def end(number: int) -> Any:
        try:
            return end_as_duplicate(cases[number], cases[1 - number].reference, people[number], senior)
        except Refusal as refused:
            return refused.code

    results = at_once(2, end)
    assert [str(each) for each in results].count("no-other-case") == 1
    assert Case.objects.open().count() == 1


def test_the_form_asks_which_case_goes_on(
    open_case_: OpenCase, clinician: User, client_as: Callable[[User], Client]
) -> None:
    case = claim(case_id=open_case_("C4").pk, by=clinician)
    sent = {"outcome": "duplicate", "words": "same", "fence": case.fence}
    answer = client_as(clinician).post(f"/cases/{case.pk}/close/", sent)
    assert answer.status_code == 422
    assert "number of the other case" in answer.content.decode()


# The sender hears that it is worse when the hub has the case in hand: refused, and heard all the same.


def test_a_refused_update_that_says_worse_is_heard(cad: Any, clinician: User) -> None:
    sent = cad.send(full_call())
    case = Case.objects.get()
    held = in_consultation(case, clinician)
    body = full_call(category="C1", problem="stopped breathing")
    for _ in range(2):
        answer = cad.ask("PUT", sent["Location"], body, If_Match="*")
        assert answer.status_code == 409
        assert "shown to them" in answer.json()["detail"]
    [alarm] = fresh(case).open_alarms
    assert "C1" in alarm.sentence
    assert "stopped breathing" in alarm.sentence
    assert fresh(case).category == "C3"
    assert case.source_versions.count() == 2
    with pytest.raises(Refusal):
        close_case(case_id=case.pk, by=clinician, fence=held.fence, outcome="advice", words="rest")


def test_an_update_of_an_older_version_that_says_worse_is_heard(cad: Any) -> None:
    # Given a case that has changed since its sender read it
    sent = cad.send(full_call())
    first = cad.ask("PUT", sent["Location"], full_call(problem="fell again"), If_Match=sent["ETag"])
    # When an update of the older version says that it is life-threatening
    answer = cad.ask(
        "PUT", sent["Location"], full_call(category="C1", problem="gasping"), If_Match=sent["ETag"]
    )
    # Then it is refused, and heard
    assert answer.status_code == 412
    [alarm] = Case.objects.get().open_alarms
    assert "gasping" in alarm.sentence
    assert Case.objects.get().problem == "fell again"
    # And another incident's update is never heard on this case
    other = full_call(category="C1", problem="not breathing", cad_number="26112299999")
    assert cad.ask("PUT", sent["Location"], other, If_Match=first["ETag"]).status_code == 422
    assert len(Case.objects.get().open_alarms) == 1


def test_what_is_said_of_an_ended_case_is_on_the_board(cad: Any, clinician: User, senior: User) -> None:
    sent = cad.send(full_call())
    case = Case.objects.get()
    held = claim(case_id=case.pk, by=clinician)
    close_case(
        case_id=case.pk,
        by=clinician,
        fence=held.fence,
        outcome="passed_on",
        words="own GP is there",
        taken_by="Dr Sample, GP, Wharf Road Practice",
        second=senior,
    )
    answer = cad.ask("PUT", sent["Location"], full_call(category="C1"), If_Match="*")
    assert answer.status_code == 409
    assert "ended" in answer.json()["detail"]
    assert case.reference in board.alarms()


def test_a_refused_update_that_says_no_worse_raises_no_alarm(cad: Any, clinician: User) -> None:
    sent = cad.send(full_call())
    in_consultation(Case.objects.get(), clinician)
    assert cad.ask("PUT", sent["Location"], full_call(category="C4"), If_Match="*").status_code == 409
    assert Case.objects.get().alarm == ""
    assert Event.objects.filter(kind="case.sender_told").count() == 1


def test_a_case_is_passed_on_only_to_somebody_who_has_a_name(
    open_case_: OpenCase, clinician: User, senior: User
) -> None:
    case = open_case_("C4")
    held = claim(case_id=case.pk, by=clinician)
    ending = {
        "case_id": case.pk,
        "by": clinician,
        "fence": held.fence,
        "outcome": "passed_on",
        "second": senior,
    }
    with pytest.raises(Refusal) as refused:
        close_case(**ending, words="their surgery will ring", taken_by=" ")
    assert (refused.value.code, fresh(case).state) == ("nobody-took-over", "claimed")

    close_case(**ending, words="is with them", taken_by="Ann Other, district nurse, Thames")
    told = tell(Event.objects.filter(kind="case.close").get())
    assert told.more == ["Ann Other, district nurse, Thames", "is with them"]
