"""What the caller says, in their words: the findings and presentations that fit, best first."""

from typing import Any

from triage import published
from triage.operations.assessing import UNCLEAR
from triage.published import Shared
from triage.standing import Standing
from triage.web.screen import Question, options

MOST_QUESTIONS, MOST_PRESENTATIONS, MOST_SUGGESTED = 6, 6, 3


def found(now_: Standing, words: str) -> dict[str, Any]:
    """Matching questions (with their answers, ready to be answered) and presentations."""
    catalogue = published.shared()
    if catalogue is None or not words:
        return {"found_questions": [], "found_presentations": []}
    hits = published.index(catalogue).match(words, limit=20)
    open_now = {each.presentation for each in now_.opened}
    questions = [_question(now_, catalogue, hit.id) for hit in hits if hit.kind == "finding"]
    presentations = [catalogue.presentations[hit.id] for hit in hits if hit.kind == "presentation"]
    return {
        "found_questions": questions[:MOST_QUESTIONS],
        "found_presentations": [(each, each.id in open_now) for each in presentations[:MOST_PRESENTATIONS]],
    }


def suggested(now_: Standing) -> dict[str, Any]:
    """Presentations that fit what was told before, while only the unclear problem is open."""
    if [each.presentation for each in now_.opened] != [UNCLEAR]:
        return {}
    fitting = found(now_, now_.case.problem or "")["found_presentations"]
    others = [(each, is_open) for each, is_open in fitting if not is_open]
    return {"suggested": True, "found_presentations": others[:MOST_SUGGESTED]} if others else {}


def _question(now_: Standing, catalogue: Shared, key: str) -> Question:
    """The finding as the assessment's own versions have it, else as the dictionary has it now."""
    finding = catalogue.findings[key]
    for each in now_.versions:
        finding = next((item for item in each.protocol.findings if item.id == key), finding)
    return Question(
        finding=finding,
        options=options(finding),
        answer=now_.answers.get(key),
        before=tuple(now_.superseded.get(key, ())),
        live=True,
        red=False,
        next=False,
    )
