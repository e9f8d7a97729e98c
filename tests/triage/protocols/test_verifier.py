"""Protocols broken on purpose: the verifier says what is broken."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from triage.protocols import Library, Protocol, Rule, WorkedCase, report
from triage.protocols.ages import AgeLimit, Group, Sex
from triage.protocols.conditions import AnyOf, Condition, Sign
from triage.protocols.verifier import check
from triage.protocols.verifier_families import family_faults
from triage.protocols.verifier_rules import positive_faults
from triage.protocols.verifier_words import reading_age

Cases = dict[str, tuple[WorkedCase, ...]]


def faults(protocol: Protocol, library: Library, cases: Cases) -> str:
    return "\n".join(check(protocol, cases[protocol.id], list(library.dangers.values())).faults)


def changed(protocol: Protocol, rule_id: str, **fields: Any) -> Protocol:
    rules = tuple(replace(rule, **fields) if rule.id == rule_id else rule for rule in protocol.rules)
    return replace(protocol, rules=rules)


@dataclass(frozen=True)
class Not:
    """A smuggled negation."""

    parts: tuple[Condition, ...]


def test_a_smuggled_negation_is_found(library: Library, cases: Cases) -> None:
    from triage.protocols.compiled import compile_protocol

    throat = library.protocols["sore-throat"]
    smuggled: Any = AnyOf((Sign("throat-pus"), Not((Sign("throat-dribbling"),))))  # type: ignore[arg-type]
    assert any(
        "not part of the language" in each
        for each in positive_faults(compile_protocol(throat), "deep", smuggled)
    )


def test_a_rule_compiled_wrongly_is_found(library: Library) -> None:
    from triage.protocols.compiled import compile_protocol

    compiled = compile_protocol(library.protocols["sore-throat"])
    other = AnyOf((Sign("throat-pus"), Sign("little-urine")))
    assert list(positive_faults(compiled, "deep", other)) == ["rule deep is compiled wrongly"]


def test_an_unreachable_rule_is_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    hidden = Rule("hidden", "PC2H", "Never.", AnyOf((Sign("stiff-neck-light"), Sign("throat-dribbling"))))
    at = next(index for index, rule in enumerate(throat.rules) if rule.disposition == "PC2H")
    rules = (*throat.rules[:at], hidden, *throat.rules[at:])
    assert "rule hidden can never decide" in faults(replace(throat, rules=rules), library, cases)


def test_a_rule_for_an_age_that_the_protocol_never_sees_is_found(library: Library, cases: Cases) -> None:
    fever = replace(library.protocols["fever-child"], applies_to=Group(start=AgeLimit(72, in_days=False)))
    said = faults(fever, library, cases)
    assert "rule newborn can never decide" in said
    assert "finding age-under-2 can never change the outcome" in said


def test_rising_urgency_and_a_missing_default_are_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    upside_down = replace(throat, rules=tuple(reversed(throat.rules)))
    assert "more urgent than the rule above" in faults(upside_down, library, cases)
    assert "have no outcome" in faults(changed(throat, "otherwise", when=Sign("throat-pus")), library, cases)


def test_an_idle_finding_is_found(library: Library, cases: Cases) -> None:
    throat = changed(library.protocols["sore-throat"], "deep", when=Sign("throat-dribbling"))
    assert "finding neck-swollen-one-side can never change" in faults(throat, library, cases)


def test_self_care_without_advice_is_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    silent = tuple(
        replace(item, advice=()) if "SELF-CARE" in item.for_ else item for item in throat.no_ambulance
    )
    assert "SELF-CARE has no advice" in faults(replace(throat, no_ambulance=silent), library, cases)
    assert "names words that are not there" in faults(replace(throat, safety_nets=()), library, cases)


def test_a_danger_sign_made_harmless_is_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    throat = replace(throat, rules=tuple(rule for rule in throat.rules if rule.id != "danger-stroke"))
    assert "face-arm-speech does not lead to C1 or C2" in faults(throat, library, cases)


def test_a_red_flag_that_counts_as_harmless_when_not_known_is_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    findings = tuple(
        replace(item, not_known="absent") if item.id == "stiff-neck-light" else item
        for item in throat.findings
    )
    assert "stiff-neck-light counts as harmless" in faults(replace(throat, findings=findings), library, cases)


def test_a_rule_no_case_speaks_for_is_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    fewer = tuple(case for case in cases["sore-throat"] if case.id != "addisons-sick")
    said = check(throat, fewer, list(library.dangers.values())).faults
    assert any("no worked case notices: adrenal dropped" in each for each in said)


def test_wrong_and_few_cases_are_found(library: Library, cases: Cases) -> None:
    throat = library.protocols["sore-throat"]
    wrong = replace(cases["sore-throat"][0], expect="SELF-CARE")
    said = "\n".join(check(throat, (wrong,), list(library.dangers.values())).faults)
    assert "expects SELF-CARE and comes out as" in said
    assert "write at least 6" in said


@pytest.mark.parametrize(
    ("start", "end", "sex", "said"),
    [
        (AgeLimit(16 * 12 + 1, in_days=False), None, None, "nobody covers 16 years to 193 months"),
        (AgeLimit(15 * 12, in_days=False), None, None, "overlaps the protocol before it at 15 years"),
        (
            AgeLimit(16 * 12, in_days=False),
            AgeLimit(1200, in_days=False),
            None,
            "nobody covers 100 years and over",
        ),
        (AgeLimit(16 * 12, in_days=False), None, Sex.FEMALE, "male: nobody covers 16 years and over"),
    ],
)
def test_gaps_and_overlaps_are_found(
    library: Library, start: AgeLimit, end: AgeLimit | None, sex: Sex | None, said: str
) -> None:
    adult = replace(library.protocols["fall-adult"], applies_to=Group(start, end, sex))
    broken = replace(library, protocols={**library.protocols, "fall-adult": adult})
    assert any(each.startswith("fall,") and said in each for each in family_faults(broken))


def test_the_report_names_the_protocol(library: Library, cases: Cases) -> None:
    broken = changed(library.protocols["low-mood"], "overdose", disposition="PC72H")
    verdict = report(replace(library, protocols={**library.protocols, "low-mood": broken}), cases)
    assert not verdict.proved
    assert all(fault.startswith("low-mood: ") for fault in verdict.faults)


def test_reading_age_knows_plain_from_learned() -> None:
    plain = reading_age("Sit up. Keep your phone near you. Ring again if it gets worse.")
    learned = reading_age(
        "Immediate pharmacological intervention necessitates individualised haemodynamic consideration."
    )
    assert plain < 9
    assert learned > 15
