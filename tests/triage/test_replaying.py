"""Replay before release: which recorded assessments a draft would decide otherwise, up and down."""

from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

import pytest

from hub.people.models import User
from hub.record.models import Event
from tests.triage.conftest import RELEASE, Consultation
from triage.differences import differences
from triage.models import Examination, ProtocolVersion
from triage.operations.examining import examine
from triage.operations.publishing import publish
from triage.protocols import Context, Library, Protocol, assess
from triage.protocols.findings import Answer
from triage.replaying import Recorded, replay

Consult = Callable[..., Consultation]


def without(protocol: Protocol, rule_id: str) -> Protocol:
    """A draft that forgets a rule."""
    return changed(protocol, rules=tuple(each for each in protocol.rules if each.id != rule_id))


def lifted(protocol: Protocol, rule_id: str) -> Protocol:
    """A draft in which a rule leads to the most urgent outcome."""
    rules = [changed(each, disposition="C1") if each.id == rule_id else each for each in protocol.rules]
    return changed(protocol, rules=tuple(sorted(rules, key=lambda each: each.disposition != "C1")))


def recorded(protocol: Protocol, answers: dict[str, Answer], **context: Any) -> Recorded:
    return Recorded("a", "c", "H-1", "2026-01-01T00:00:00+00:00", (protocol,), answers, Context(**context))


@pytest.fixture(scope="module")
def told(library: Library) -> tuple[Protocol, dict[str, Answer], str]:
    """A protocol, answers that reach exactly one of its rules above the last, and that rule."""
    protocol = library.protocols["sore-throat"]
    nothing: dict[str, Answer] = {
        each.id: each.least_answer() for each in protocol.findings if not each.derived
    }
    for finding in protocol.findings:
        if finding.derived or finding.id in protocol.general or not finding.steps:
            continue
        answers = {**nothing, finding.id: "yes" if finding.kind == "yes_no" else finding.steps[-1]}
        if finding.kind == "number":
            continue
        result = assess([protocol], answers)
        rules = {ground.rule for ground in result.deciding}
        if len(rules) == 1 and (rule := rules.pop()) != protocol.rules[-1].id:
            return protocol, answers, rule
    raise AssertionError("No finding decides alone.")


def test_the_same_content_changes_nothing(told: tuple[Protocol, dict[str, Answer], str]) -> None:
    protocol, answers, _ = told
    found = replay(changed(protocol, title="The same"), [recorded(protocol, answers)])
    assert (found.given, found.replayed, found.changes) == (1, 1, ())


def test_a_dropped_rule_is_seen_as_down(told: tuple[Protocol, dict[str, Answer], str]) -> None:
    protocol, answers, rule = told
    found = replay(without(protocol, rule), [recorded(protocol, answers)])
    assert [each.direction for each in found.changes] == ["down"]
    assert found.changes[0].before == assess([protocol], answers).at_least.code


def test_a_lifted_rule_is_seen_as_up_with_its_reason(told: tuple[Protocol, dict[str, Answer], str]) -> None:
    protocol, answers, rule = told
    if assess([protocol], answers).at_least.code == "C1":
        pytest.skip("nothing is above C1")
    draft = lifted(protocol, rule)
    (change,) = replay(draft, [recorded(protocol, answers)]).changes
    assert (change.direction, change.after) == ("up", "C1")
    assert change.because == (next(each.because for each in draft.rules if each.id == rule),)


def test_an_unanswered_danger_that_the_draft_adds_is_told_as_open(
    told: tuple[Protocol, dict[str, Answer], str],
) -> None:
    protocol, answers, rule = told
    nothing = {each.id: each.least_answer() for each in protocol.findings if not each.derived}
    asked = next(key for key, value in answers.items() if nothing[key] != value)
    silent = {key: value for key, value in nothing.items() if key != asked}
    if assess([protocol], answers).at_least.code == "C1":
        pytest.skip("nothing is above C1")
    (change,) = replay(lifted(protocol, rule), [recorded(protocol, silent)]).changes
    assert (change.direction, change.after) == ("open", "C1")


def test_an_answer_that_no_longer_fits_is_named_and_stops_nothing(
    told: tuple[Protocol, dict[str, Answer], str],
) -> None:
    protocol, answers, _ = told
    senseless = {**answers, "breathing": "a word nobody knows"}
    readable = {key: value for key, value in answers.items() if key != "breathing"}
    old = changed(
        protocol,
        findings=tuple(each for each in protocol.findings if each.id != "breathing"),
        general=tuple(each for each in protocol.general if each != "breathing"),
        rules=(protocol.rules[-1],),
    )
    (change,) = replay(protocol, [recorded(old, senseless)]).changes
    assert change.unread == ("breathing",)
    assert change.after == assess([protocol], readable).at_least.code


def test_what_another_protocol_decides_stays_decided(library: Library) -> None:
    throat, chest = library.protocols["sore-throat"], library.protocols["chest-pain-adult"]
    answers: dict[str, Answer] = {each.id: each.least_answer() for each in chest.findings if not each.derived}
    one = changed(recorded(throat, {**answers, "breathing": "words-only"}), protocols=(throat, chest))
    assert replay(changed(throat, rules=(throat.rules[-1],)), [one]).of("down") == []


def test_differences_are_told_in_words(told: tuple[Protocol, dict[str, Answer], str]) -> None:
    protocol, _, rule = told
    assert differences(protocol, protocol) == []
    (gone,) = differences(protocol, without(protocol, rule))
    assert (gone.part, gone.kind, gone.name) == ("Rule", "removed", rule.replace("-", " "))
    assert " when " in gone.before
    (back,) = differences(without(protocol, rule), protocol)
    assert back.kind == "added"
    kinds = {(each.part, each.kind, each.name) for each in differences(protocol, lifted(protocol, rule))}
    assert ("Rule", "changed", rule.replace("-", " ")) in kinds
    first, *rest = protocol.findings
    asked_last = changed(protocol, findings=(*rest, first))
    assert [(each.part, each.name) for each in differences(protocol, asked_last)] == [("Question", "order")]


def test_recorded_assessments_are_replayed_and_kept_with_the_version(
    consult: Consult, content: Library, senior: User, told: tuple[Protocol, dict[str, Answer], str]
) -> None:
    protocol, answers, rule = told
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    for finding, value in answers.items():
        if finding in {each.id for each in protocol.findings}:
            talk.say(finding, value)
    only = changed(content, protocols={"sore-throat": without(protocol, rule)})
    publish(library=only, by=RELEASE, activate_illustrative=False)
    draft = ProtocolVersion.objects.get(protocol="sore-throat", number=2)
    row = examine(version_id=draft.pk, by=senior)
    assert (row.replay["given"], row.replay["replayed"], row.replay["counts"]["down"]) == (1, 1, 1)
    assert row.replay["down"][0]["case"] == str(talk.case.pk)
    assert row.faults, "worked cases notice the rule that is gone"
    assert row.against is not None
    assert row.against.number == 1
    assert Examination.objects.get() == row
    assert Event.objects.filter(stream="protocol:sore-throat", kind="protocol.examined").count() == 1
