"""A protocol as a page that a clinician can read and a reviewer can sign, with what was proved of it."""

from __future__ import annotations

from collections.abc import Iterator

from triage.protocols.conditions import Sign, say
from triage.protocols.findings import Finding, Kind
from triage.protocols.model import Protocol
from triage.protocols.verifier import ProtocolReport


def page(checked: ProtocolReport) -> str:
    """Markdown; the same content always gives the same text."""
    protocol = checked.protocol
    lines = [
        f"# {protocol.title}",
        "",
        "*Illustrative, not for clinical use until signed off locally.*",
        "",
        f"`{protocol.id}` version {protocol.version} · for {protocol.applies_to} · written by: {protocol.author_role}",
        "",
        f"Digest `{checked.digest}`",
        "",
        "## Proved",
        "",
        *_proved(checked),
        "",
        "## Asked, in this order",
        "",
        "| finding | question | answers | red flag |",
        "|---|---|---|---|",
        *_questions(protocol),
        "",
        "## Rules, most urgent first",
        "",
        "| outcome | when | because |",
        "|---|---|---|",
        *_rules(protocol),
        "",
        *_closing(protocol),
        "## Sources",
        "",
        *(f"- {source}" for source in protocol.sources),
    ]
    return "\n".join(lines) + "\n"


def _proved(checked: ProtocolReport) -> Iterator[str]:
    if checked.faults:
        yield from (f"- **Fault:** {fault}" for fault in checked.faults)
    else:
        yield "- Every rule can decide, every finding can matter, every answer has an outcome."
        yield "- Urgency falls down the list; one more sign never lowers the outcome (whole truth tables)."
        yield "- Every general danger sign alone leads to C1 or C2; every no-ambulance outcome has its closing words."
    yield f"- {checked.kinds} kinds of patient by age and sex; {checked.cases} worked cases come out as expected."
    if checked.lengths:
        size = checked.lengths
        yield (
            f"- Questions, a panel of danger signs counting as one: longest {size.longest}, median {size.median:g}, "
            f"median to a no-ambulance outcome {size.median_no_ambulance:g}; longest one by one {size.longest_singly}."
        )
    if checked.mutations:
        tried = checked.mutations
        yield f"- {tried.tried} weakened copies; {len(tried.survivors)} not noticed by a worked case."
    yield f"- Reading age {checked.reading_age:.1f} years. Hardest: “{checked.hardest}”"


def _questions(protocol: Protocol) -> Iterator[str]:
    red = {code.code for code in protocol.dispositions if code.red}
    flags = {
        sign
        for rule in protocol.rules
        if rule.disposition in red and rule.when is not None
        for sign in _found(rule.when)
    }
    for finding in protocol.findings:
        if finding.kind is not Kind.DERIVED:
            mark = "yes" if finding.id in flags else ""
            yield f"| `{finding.id}` | {finding.ask} | {_answers(finding)} | {mark} |"


def _found(condition: object) -> Iterator[str]:
    if isinstance(condition, Sign):
        yield condition.finding
    for part in getattr(condition, "parts", ()):
        yield from _found(part)


def _answers(finding: Finding) -> str:
    if finding.levels:
        return " < ".join(level.say for level in finding.levels)
    if finding.number is not None:
        steps = ", ".join(f"{step.id} at {step.at:g}" for step in finding.number.thresholds)
        return f"{finding.number.unit}: {steps}"
    return "yes, no"


def _rules(protocol: Protocol) -> Iterator[str]:
    for rule in protocol.rules:
        when = "always" if rule.when is None else say(rule.when, lambda sign: _sign(protocol, sign))
        yield f"| {rule.disposition} | {when} | {rule.because} (`{rule.id}`) |"


def _sign(protocol: Protocol, sign: Sign) -> str:
    finding = protocol.finding(sign.finding)
    level = next((level.say for level in finding.levels if level.id == sign.step), sign.step)
    return f"{finding.means}: {level} or worse" if sign.step else finding.means


def _closing(protocol: Protocol) -> Iterator[str]:
    for outcome in protocol.no_ambulance:
        yield f"## Closing with {', '.join(outcome.for_)}"
        yield ""
        yield from (f"- {protocol.saying(item).say}" for item in outcome.advice)
        yield from (f"- Worse if: {protocol.saying(item).say}" for item in outcome.worsening)
        yield f"- Safety net: {protocol.safety_net(outcome.safety_net).say}"
        yield ""
    for interim in protocol.interim:
        yield f"## Until help comes ({', '.join(interim.for_)})"
        yield ""
        yield from (f"- {protocol.saying(item).say}" for item in interim.care)
        yield ""
