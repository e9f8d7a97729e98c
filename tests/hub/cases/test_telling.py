"""The record in sentences."""

import pytest

from hub.cases.states import CASE_STATES
from hub.cases.telling import Sentence, add_sentences, tell
from hub.record.models import Event


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


def test_every_move_of_a_case_has_its_sentence() -> None:
    plain = [
        move
        for move in CASE_STATES.moves
        if tell(event(f"case.{move}")).what == f"Case {move.replace('_', ' ')}"
    ]
    assert plain == []


def test_a_kind_is_told_once() -> None:
    with pytest.raises(ValueError, match=r"case\.note"):
        add_sentences({"case.note": Sentence("Something else")})
