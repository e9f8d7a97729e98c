"""Two tabs, two clinicians, real threads on real PostgreSQL: one order of things, nothing lost, nothing twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from hub.cases.operations.holding import take_over
from hub.people.models import User
from hub.people.roles import Role
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import make_case, make_person
from tests.triage.conftest import RELEASE, Consultation, begin
from triage import published
from triage.models import Answer, Assessment, Override, ProtocolVersion
from triage.operations.answering import answer
from triage.operations.assessing import open_assessment
from triage.operations.examining import examine
from triage.operations.overriding import answer_override, override_down
from triage.operations.publishing import publish
from triage.operations.signing import activate, sign, submit
from triage.protocols import Library

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(transactional_db: None, library: Library) -> Iterator[Consultation]:
    published.forget()
    publish(library=library, by=RELEASE, activate_illustrative=True)
    yield begin(
        make_case(presentation="sore-throat", stated_age=30), make_person(Role.CLINICIAN, "nadia_clark")
    )
    published.forget()


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run act(0..count-1) at the same moment; a refusal is an outcome, any other error is raised."""
    gate = Barrier(count)

    def one(number: int) -> Any:
        gate.wait(timeout=30)
        try:
            return act(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_tabs_that_answer_one_question_differently_keep_one_answer(talk: Consultation) -> None:
    levels = ["normal", "short-of-breath", "broken-sentences", "words-only"]
    outcomes = together(
        4, lambda number: answer(**talk.key, finding="breathing", value=levels[number], seen=0)
    )
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert len(refused) == 3
    assert {each.code for each in refused} == {"answered-meanwhile"}
    assert Answer.objects.filter(finding="breathing").count() == 1


def test_tabs_that_answer_different_questions_lose_nothing(talk: Consultation) -> None:
    signs = ["alertness", "breathing", "colour", "fitting-now", "bleeding-heavy", "face-arm-speech"]
    values = ["alert", "normal", "normal", "no", "no", "no"]
    together(6, lambda number: answer(**talk.key, finding=signs[number], value=values[number], seen=0))
    assert set(talk.standing().answers) == set(signs)
    assert Event.objects.filter(stream=talk.case.stream, kind="assessment.answered").count() == 6


def test_opening_the_page_in_many_tabs_makes_one_assessment(talk: Consultation) -> None:
    Assessment.objects.update(state="ended")
    outcomes = together(5, lambda _: open_assessment(**talk.key))
    assert len({each.assessment.pk for each in outcomes}) == 1
    assert Assessment.objects.exclude(state="ended").count() == 1


def test_an_answer_against_a_take_over_is_kept_before_it_or_refused_after_it(talk: Consultation) -> None:
    senior = make_person(Role.SENIOR_CLINICIAN, "sheila_grant")

    def act(number: int) -> object:
        if number:
            return answer(**talk.key, finding="colour", value="normal")
        return take_over(case_id=talk.case.pk, by=senior, reason="needs a second look")

    _, answered = together(2, act)
    events = list(
        Event.objects.filter(stream=talk.case.stream).order_by("sequence").values_list("kind", flat=True)
    )
    if isinstance(answered, Refusal):
        assert answered.status == 409
        assert "assessment.answered" not in events
    else:
        assert events.index("assessment.answered") < events.index("case.take_over")


def test_two_seniors_answer_one_request_once(talk: Consultation) -> None:
    talk.say("face-arm-speech", "yes")
    talk.no_to_every_red_flag()
    asked = override_down(
        **talk.key, code="PC6H", reason="known_condition", words="old palsy, unchanged for years"
    ).override
    assert asked is not None
    seniors: list[User] = [
        make_person(Role.SENIOR_CLINICIAN, name) for name in ("sheila_grant", "peter_vane")
    ]
    outcomes = together(
        2,
        lambda number: answer_override(
            override_id=asked.pk, by=seniors[number], agrees=bool(number), words="read it"
        ),
    )
    assert sum(isinstance(each, Refusal) for each in outcomes) == 1
    assert Override.objects.get(pk=asked.pk).state in ("in_force", "declined")


def test_of_two_versions_put_in_force_at_once_one_ends_in_force(library: Library) -> None:
    # Given two signed versions of one protocol
    published.forget()
    leads = [make_person(Role.GOVERNANCE_LEAD, name) for name in ("hugh_ward", "gina_lead")]
    throat = library.protocols["sore-throat"]
    for number in (1, 2):
        other = replace(throat, title=f"Sore throat, way {number}")
        publish(
            library=replace(library, protocols={throat.id: other}), by=RELEASE, activate_illustrative=False
        )
    versions = list(ProtocolVersion.objects.order_by("number"))
    for version in versions:
        submit(version_id=version.pk, by=leads[0])
        examine(version_id=version.pk, by=leads[0])
        for lead in leads:
            sign(version_id=version.pk, by=lead)
    # When two people put one each in force at the same moment
    together(2, lambda number: activate(version_id=versions[number].pk, by=leads[number]))
    # Then one is in force, the other gave way, and nobody met an error
    states = ProtocolVersion.objects.order_by("state").values_list("state", flat=True)
    assert list(states) == ["active", "retired"]
