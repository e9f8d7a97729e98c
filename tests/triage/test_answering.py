"""Answers: append-only, superseding, bound to what was on the screen."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hub.cases.models import Case
from hub.cases.operations.holding import take_over
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.triage.conftest import Consultation
from triage.models import Answer, Assessment, ProtocolVersion
from triage.operations.answering import answer, answer_rest_absent
from triage.operations.lowering import Why
from triage.policies import IN_ONE_BREATH

Consult = Callable[..., Consultation]
CORRECTED = Why("corrected")


def test_an_answer_keeps_who_when_the_words_shown_and_the_version(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    talk.say("breathing", "broken-sentences")
    kept = Answer.objects.get(finding="breathing")
    version = ProtocolVersion.objects.get(protocol="sore-throat")
    assert kept.by == talk.by
    assert kept.words == "How is the breathing? Can they say a whole sentence?"
    assert kept.said == "too breathless to finish a sentence"
    assert (kept.version, kept.digest) == (version, version.digest)
    event = Event.objects.get(stream=talk.case.stream, kind="assessment.answered")
    assert event.data["value"] == "broken-sentences"


def test_a_danger_sign_raises_at_least_at_once(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    before = talk.standing().result
    after = talk.say("breathing", "words-only").result
    assert before is not None
    assert before.at_least.code != "C1"
    assert after is not None
    assert after.at_least.code == "C1"
    assert after.complete


def test_amending_supersedes_and_keeps_the_old_answer_visible(consult: Consult) -> None:
    talk = consult()
    talk.say("colour", "blue-grey")
    now_ = talk.say("colour", "normal", why=CORRECTED)
    assert now_.answers["colour"].value == "normal"
    assert [old.value for old in now_.superseded["colour"]] == ["blue-grey"]
    read_again = talk.standing()
    assert read_again.answers["colour"].supersedes_id == read_again.superseded["colour"][0].pk
    assert Event.objects.filter(stream=talk.case.stream, kind="assessment.answer_amended").count() == 1


def test_the_same_answer_twice_is_kept_once(consult: Consult) -> None:
    talk = consult()
    talk.say("fitting-now", "no")
    events = Event.objects.count()
    talk.say("fitting-now", "no", seen=0)
    assert Answer.objects.filter(finding="fitting-now").count() == 1
    assert Event.objects.count() == events


def test_an_answer_given_in_another_tab_is_not_overwritten_unread(consult: Consult) -> None:
    talk = consult()
    talk.say("bleeding-heavy", "yes", seen=0)
    with pytest.raises(Refusal, match="Answered meanwhile") as refused:
        talk.say("bleeding-heavy", "no", seen=0)
    assert refused.value.status == 409
    assert Answer.objects.get(finding="bleeding-heavy").value == "yes"
    seen = Answer.objects.get(finding="bleeding-heavy").pk
    assert talk.say("bleeding-heavy", "no", seen=seen, why=CORRECTED).answers["bleeding-heavy"].value == "no"


def test_a_stale_fence_is_refused_with_the_holders_name_and_nothing_is_kept(
    consult: Consult, senior: User
) -> None:
    talk = consult()
    take_over(case_id=talk.case.pk, by=senior, reason="second opinion needed")
    events = Event.objects.count()
    with pytest.raises(Refusal, match=senior.name) as refused:
        talk.say("fitting-now", "yes")
    assert refused.value.status == 409
    assert refused.value.extra["holder"] == senior.name
    assert not Answer.objects.exists()
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("finding", "value"),
    [
        ("fitting-now", "perhaps"),
        ("breathing", "yes"),
        ("no-such-thing", "yes"),
        ("age-under-2", "yes"),
        ("fitting-now", ""),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_nothing_is_kept(
    consult: Consult, finding: str, value: str
) -> None:
    talk = consult()
    with pytest.raises(Refusal) as refused:
        talk.say(finding, value)
    assert refused.value.status == 422
    assert not Answer.objects.exists()


@pytest.mark.parametrize("value", ["nan", "inf", "1e400", "-1", "many", "3_9", "1e1", "٣٩", "39,5"])
def test_a_number_out_of_this_world_is_refused(consult: Consult, content: object, value: str) -> None:
    talk = consult("fall", stated_age=80)
    number = next(
        finding.id
        for each in talk.standing().protocols
        for finding in each.findings
        if finding.number is not None
    )
    with pytest.raises(Refusal) as refused:
        talk.say(number, value)
    assert refused.value.status == 422
    assert talk.say(number, "1").answers[number].value == 1


def test_not_known_on_a_red_flag_counts_as_present(consult: Consult) -> None:
    talk = consult()
    after = talk.say("face-arm-speech", "not-known").result
    assert after is not None
    assert after.at_least.code == "C2"
    assert "face-arm-speech" in after.assumed


def test_the_rest_of_the_danger_signs_is_answered_in_one_breath_without_touching_answers(
    consult: Consult,
) -> None:
    talk = consult()
    talk.say("alertness", "confused")
    signs = list(talk.standing().protocols[0].general)[:IN_ONE_BREATH]
    now_ = answer_rest_absent(**talk.key, findings=signs)
    assert now_.answers["alertness"].value == "confused"
    assert now_.answers["breathing"].value == "normal"
    assert set(signs) <= set(now_.answers)


def test_one_press_answers_one_panel_of_danger_signs_and_nothing_else(consult: Consult) -> None:
    talk = consult("chest-pain", stated_age=60)
    now_ = talk.standing()
    general = list(dict.fromkeys(key for each in now_.protocols for key in each.general))
    own = [each.id for each in now_.protocols[0].findings if each.id not in general]
    for findings in (general + own, own[:1], [general[0], own[0]], ["no-such-finding"]):
        with pytest.raises(Refusal) as refused:
            answer_rest_absent(**talk.key, findings=findings)
        assert refused.value.status == 422
        assert "Nothing was saved" in refused.value.sentence
    assert not talk.standing().answers


def test_a_risk_on_record_counts_until_the_patient_says_otherwise(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30, risks=("immunosuppressed",))
    assert dict(talk.standing().context.facts) == {"immunosuppressed": "yes"}
    now_ = talk.say("immunosuppressed", "no", why=CORRECTED)
    assert not now_.context.facts


def test_without_an_assessment_there_is_nothing_to_answer(
    content: object, clinician: User, open_case_: Callable[..., Case]
) -> None:
    case = open_case_()
    with pytest.raises(Refusal):
        answer(case_id=case.pk, by=clinician, fence=case.fence, finding="colour", value="normal")


@pytest.mark.parametrize(
    "statement", ["UPDATE triage_answer SET value = '\"no\"'", "DELETE FROM triage_answer"]
)
def test_the_database_refuses_to_change_an_answer(consult: Consult, statement: str) -> None:
    talk = consult()
    talk.say("fitting-now", "yes")
    with (
        pytest.raises(DatabaseError, match="superseded"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Answer.objects.get(finding="fitting-now").value == "yes"


def test_one_case_has_one_open_assessment(consult: Consult) -> None:
    talk = consult()
    with pytest.raises(DatabaseError), transaction.atomic():
        Assessment.objects.create(case=talk.case, opened_by=talk.by)


def test_one_answer_costs_few_queries(consult: Consult) -> None:
    talk = consult()
    with CaptureQueriesContext(connection) as queries:
        talk.say("fitting-now", "no")
    assert len([each for each in queries if "SAVEPOINT" not in each["sql"]]) <= 8, [
        each["sql"][:90] for each in queries
    ]
