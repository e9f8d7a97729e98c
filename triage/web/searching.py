"""What the caller says, in their words: the findings and presentations that fit, best first."""

from functools import lru_cache
from typing import Any

from triage import published
from triage.matching import Index, build
from triage.published import Shared
from triage.standing import Standing
from triage.web.screen import Question, options

MOST = 6


def found(now_: Standing, words: str) -> dict[str, Any]:
    """Matching questions (with their answers, ready to be answered) and presentations."""
    catalogue = published.shared()
    if catalogue is None or not words:
        return {"found_questions": [], "found_presentations": []}
    hits = _index(catalogue.digest).search(words)
    open_now = {each.presentation for each in now_.opened}
    questions = [_question(now_, catalogue, key) for key in hits.findings[:MOST]]
    presentations = [catalogue.presentations[key] for key in hits.presentations[:MOST]]
    return {
        "found_questions": questions,
        "found_presentations": [(each, each.id in open_now) for each in presentations],
    }


@lru_cache(maxsize=4)
def _index(digest: str) -> Index:
    catalogue = published.by_digest(digest)
    return build(catalogue.findings.values(), catalogue.presentations.values())


def _question(now_: Standing, catalogue: Shared, key: str) -> Question:
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
