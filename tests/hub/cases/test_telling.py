"""The record in sentences."""

import pytest
import time_machine

from hub.cases.states import CASE_STATES
from hub.cases.telling import Sentence, add_sentences, lines, tell
from hub.post.models import Message
from hub.record.models import Event
from hub.record.transitions import StateTable
from referrals.states import FOLLOW_UP_STATES, REFERRAL_STATES

State = Message.State


def event(kind: str, data: dict[str, object] | None = None) -> Event:
    return Event(kind=kind, data=data or {}, by_label="Nadia Clark (clinician)")


@pytest.mark.parametrize(
    ("kind", "data", "what", "more"),
    [
        ("case.call", {"kind": "call_back", "result": "no_answer", "note": ""}, "Call back: no answer", []),
        ("case.note", {"text": "half_way {there}"}, "Note", ["half_way {there}"]),
        ("case.close", {"outcome": "no_contact", "second": None, "words": "rang 3 times"},
         "Ended: no contact; second clinician: not recorded", ["rang 3 times"]),
        ("case.welfare_call", {"result": "answered", "worse": True}, "Welfare call: answered; worse: yes", []),
        ("case.updated", {"changed": ["postcode", "stated_age"]}, "The sender changed: postcode, stated age", []),
        ("case.claim", {}, "Claimed", []),
        ("case.address_confirmed", {"after": "1_{x.__class__}"}, "The caller spoke the address", ["1_{x.__class__}"]),
    ],
)  # fmt: skip
def test_kinds_we_know(kind: str, data: dict[str, object], what: str, more: list[str]) -> None:
    told = tell(event(kind, data))
    assert (told.what, told.more) == (what, more)


def test_a_kind_nobody_told_is_shown_plainly() -> None:
    told = tell(event("referral.half_done", {"reason": "full", "count": 3, "from": "sent", "to": "x"}))
    assert told.what == "Referral half done"
    assert told.more == ["reason: full", "count: 3"]


@pytest.mark.parametrize(
    "table", [CASE_STATES, REFERRAL_STATES, FOLLOW_UP_STATES], ids=lambda table: table.name
)
def test_every_move_has_its_sentence(table: StateTable) -> None:
    plain = [
        move
        for move in table.moves
        if tell(event(f"{table.name}.{move}")).what
        == f"{table.name}.{move}".replace(".", " ").replace("_", " ").capitalize()
    ]
    assert plain == []


@pytest.mark.parametrize("state", [State.DELIVERED, State.REFUSED, State.EXPIRED])
def test_every_end_of_a_message_has_its_sentence(state: str) -> None:
    told = tell(event(f"message.{state}", {"kind": "referral.sent", "channel": "webhook", "message": "123"}))
    assert "referral sent, webhook" in told.what
    assert "123" not in " ".join([told.what, *told.more])


def test_a_moment_is_told_as_people_say_it() -> None:
    with time_machine.travel("2026-07-01 12:00+00:00"):
        told = tell(
            event(
                "referral.send",
                {"service": "Falls team", "accept_by": "2026-07-01T12:30:00.25Z", "reasons": []},
            )
        )
    assert told.what == "Referral sent to Falls team, to be answered by 13:30"


def test_many_answers_in_a_row_are_one_line_that_opens() -> None:
    answers = [event("assessment.answered", {"said": str(number)}) for number in range(3)]
    made = lines([event("case.note"), *answers, event("case.note"), event("case.note"), answers[0]])
    assert [line.what for line in made] == ["Note", "3 answers", "Note", "Note", "Answered: 0"]
    assert [told.what for told in made[1].told] == ["Answered: 0", "Answered: 1", "Answered: 2"]


def test_answers_of_two_people_are_never_one_line() -> None:
    mine, theirs = event("assessment.answered", {"said": "no"}), event("assessment.answered", {"said": "no"})
    theirs.by_label = "Owen Price (clinician)"
    assert [len(line.told) for line in lines([mine, theirs])] == [1, 1]


def test_a_kind_is_told_once() -> None:
    with pytest.raises(ValueError, match=r"case\.note"):
        add_sentences({"case.note": Sentence("Something else")})
