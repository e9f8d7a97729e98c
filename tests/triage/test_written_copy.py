"""The written copy on its way: whole in numbered texts, heard of when it does not arrive, stopped when it is over."""

from collections.abc import Callable, Iterable

import pytest

from hub.cases.models import Case
from hub.cases.operations.closing import reopen
from hub.clock import now
from hub.post.channels import Answer, Envelope, channel
from hub.post.models import Message
from hub.post.operations import deliver_due
from hub.record.models import Event
from tests.triage.conftest import Consultation, whole_closing_set
from triage.operations.concluding import close_with_advice, conclude, record_closing_set
from triage.protocols import Library
from triage.written import KIND, LONGEST_TEXT, NOT_ARRIVED, SIGNS, text_of, texts_of

Consult = Callable[..., Consultation]
NOTIFYS_LIMIT = 918


def ended_with_copy(consult: Consult, **said: str) -> Consultation:
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    conclude(**talk.key)
    details = whole_closing_set(talk.case.pk, written="text", written_to="07700 900123", **said)
    record_closing_set(**talk.key, details=details)
    close_with_advice(**talk.key)
    return talk


def copies() -> list[Message]:
    return list(Message.objects.filter(kind=KIND).order_by("created_at", "next_attempt_at"))


def words(texts: Iterable[str]) -> list[str]:
    """The words of texts that belong together, without their numbers."""
    return " ".join(each.partition("\n")[2] for each in texts).split()


@pytest.fixture
def refused_texts() -> Iterable[None]:
    """The outside refuses every text message for good."""
    from referrals import messages

    @channel("sms")
    def refuse(envelope: Envelope) -> Answer:
        return Answer(delivered=False, words="400: not a number that takes texts", final=True)

    yield
    channel("sms")(messages._text)


def test_a_long_copy_goes_as_numbered_texts_that_hold_it_whole(consult: Consult) -> None:
    # Given a call whose written copy is longer than one text may be
    ended_with_copy(
        consult, time_scale="better by Sunday. " + "Rest as you need to. " * 8, ring="your practice " * 14
    )
    texts = [str(each.body["text"]) for each in copies()]
    # Then it goes in order, each text numbered and short enough with the service's name in front
    assert len(texts) == 2
    assert [each.partition("\n")[0] for each in texts] == ["1 of 2", "2 of 2"]
    assert max(map(len, texts)) <= LONGEST_TEXT
    # And to one number, under one reference
    assert {(each.destination, each.reference) for each in copies()} == {
        ("+447700900123", copies()[0].reference)
    }


def test_every_copy_that_the_content_can_make_fits_and_loses_no_word(whole_library: Library) -> None:
    several = 0
    for protocol in whole_library.protocols.values():
        for outcome in protocol.no_ambulance:
            for code in outcome.for_:
                copy = text_of(
                    reason=protocol.disposition(code).say,
                    advice=[protocol.saying(each).say for each in outcome.advice],
                    worsening=[protocol.saying(each).say for each in outcome.worsening],
                    time_scale="within 2 days",
                    ring=protocol.safety_net(outcome.safety_net).ring,
                )
                texts = texts_of(copy)
                several += len(texts) > 1
                assert max(map(len, texts)) <= LONGEST_TEXT < NOTIFYS_LIMIT - 100
                for text in texts[1:]:
                    body = text.partition("\n")[2]
                    assert body[0].isupper(), body
                told = " ".join(each.partition("\n")[2] for each in texts) if len(texts) > 1 else texts[0]
                rest = iter(told.split())
                assert all(word in rest for word in copy.split()), f"{protocol.id} {code} loses a word"
    assert several > 20


def test_danger_signs_that_go_on_in_the_next_text_say_so_there() -> None:
    signs = [f"You have the danger sign of number {number} and it gets worse." for number in range(20)]
    copy = text_of(reason="Rest.", advice=["Drink."], worsening=signs, time_scale="2 days", ring="111")
    first, second, *_ = texts_of(copy)
    assert SIGNS in first
    assert second.startswith(f"2 of 2\n{SIGNS}You have")


@pytest.mark.parametrize("endless", ["a" * 5000, "word " * 1000, "", "End. " * 500])
def test_no_typed_words_make_a_text_too_long(endless: str) -> None:
    copy = text_of(reason="Rest.", advice=[], worsening=[], time_scale=endless, ring="111")
    texts = texts_of(copy)
    assert max(map(len, texts)) <= LONGEST_TEXT
    if len(texts) > 1:
        assert "".join(words(texts)) == "".join(copy.split())


@pytest.mark.usefixtures("refused_texts")
def test_a_copy_that_does_not_arrive_is_one_alarm_on_the_ended_case(consult: Consult) -> None:
    # Given a long copy to a number that takes no texts
    talk = ended_with_copy(consult, ring="your practice " * 14, time_scale="Rest as you need to. " * 9)
    assert len(copies()) == 2
    # When both texts are refused
    deliver_due(seconds=5)
    # Then somebody hears of it, once, though the case has ended, and the timeline tells
    case = Case.objects.get(pk=talk.case.pk)
    assert [alarm.sentence for alarm in case.open_alarms] == [NOT_ARRIVED]
    assert not case.is_open
    assert Event.objects.filter(stream=case.stream, kind="assessment.copy_undelivered").count() == 2


def test_a_copy_that_waits_is_not_sent_to_a_patient_who_is_back_in_the_queue(consult: Consult) -> None:
    talk = ended_with_copy(consult)
    reopen(case_id=talk.case.pk, by=talk.by, reason="worse at home")
    assert [each.state for each in copies()] == [Message.State.WITHDRAWN]
    assert now() < copies()[0].expires_at
