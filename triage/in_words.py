"""A protocol's rules and questions as people read them. Pure."""

from triage.protocols import Finding, Protocol, Rule
from triage.protocols.conditions import Sign, say


def when(protocol: Protocol, rule: Rule) -> str:
    """When a rule holds: `chest pain or fainted`; the last rule says `otherwise`."""
    return "otherwise" if rule.when is None else say(rule.when, lambda sign: _sign(protocol, sign))


def _sign(protocol: Protocol, sign: Sign) -> str:
    finding = protocol.finding(sign.finding)
    if not sign.step:
        return finding.means
    level = next((each.say for each in finding.levels if each.id == sign.step), sign.step.replace("-", " "))
    return f"{finding.means}: {level} or worse"


def rule(protocol: Protocol, each: Rule) -> str:
    """A rule in one line: `C2 when chest pain and sweaty: this may be a heart attack.`"""
    return f"{each.disposition} when {when(protocol, each)}: {each.because}"


def finding(each: Finding) -> str:
    """A finding in one line: what is asked, which answers, and how "not known" counts."""
    answers = ""
    if each.levels:
        answers = f" ({', '.join(level.say for level in each.levels)})"
    elif each.number is not None:
        steps = ", ".join(f"{step.at:g}" for step in each.number.thresholds)
        answers = f" (in {each.number.unit}; thresholds, {each.number.danger}: {steps})"
    return f"{each.ask or each.means}{answers}; not known counts as {each.not_known.replace('-', ' ')}"
