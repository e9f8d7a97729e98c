"""The story of an assessment written from its answers: dangers first, then the negatives that matter."""

from hashlib import sha256

from triage.protocols import NOT_KNOWN, Finding, Kind
from triage.standing import Standing


def known_findings(now_: Standing) -> dict[str, Finding]:
    """Every finding of the open protocols, general danger signs first."""
    found: dict[str, Finding] = {}
    for protocol in now_.protocols:
        for finding in protocol.findings:
            found.setdefault(finding.id, finding)
    return found


def narrative(now_: Standing) -> str:
    """Positives, risk factors from the record, what is not known, relevant negatives, the reason for the outcome."""
    positives, unsure, negatives = _sorted(now_)
    risks = [risk.replace("-", " ").replace("_", " ") for risk in now_.context.facts]
    lines = [
        _line("", positives),
        _line("Risk factors on record: ", risks),
        _line("Not known (counted as present where it matters): ", unsure),
        _line("Relevant negatives: ", negatives),
    ]
    if now_.result is not None:
        because = list(dict.fromkeys(ground.because for ground in now_.result.deciding))
        lines.append(f"Rules suggest: {now_.result.at_least.title}. {' '.join(because)}")
    return "\n".join(line for line in lines if line)


def edition(now_: Standing, code: str) -> str:
    """Letters that name this assessment, and this story with this outcome: "abcdefgh_ijklmnopabcd".

    A text edited from another story, or a button drawn beside another outcome, carries other letters.
    """
    return f"{_letters(str(now_.assessment.pk), 8)}_{_letters(code + narrative(now_), 12)}"


def _letters(text: str, count: int) -> str:
    digits = sha256(text.encode()).hexdigest()[:count]
    return "".join("abcdefghijklmnop"[int(digit, 16)] for digit in digits)


def _line(heading: str, parts: list[str]) -> str:
    if not parts:
        return ""
    text = heading + "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _negative(said: str) -> str:
    """The dictionary's "no: pain in the arm" reads "pain in the arm: no"; a statement of its own stays as it is."""
    return f"{said.removeprefix('no: ')}: no" if said.startswith("no: ") else said


def _sorted(now_: Standing) -> tuple[list[str], list[str], list[str]]:
    positives, unsure, negatives = [], [], []
    for finding_id, finding in known_findings(now_).items():
        answer = now_.answers.get(finding_id)
        if answer is None or finding.kind is Kind.DERIVED:
            continue
        if answer.value == NOT_KNOWN:
            unsure.append(finding.means)
        elif finding.rank(answer.value) > 0:
            positives.append(answer.said)
        else:
            negatives.append(_negative(answer.said))
    return positives, unsure, negatives
