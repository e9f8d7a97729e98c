"""Fits what a caller says to findings and presentations: words in common, rare ones first, typing errors forgiven."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from math import log

from triage.protocols import Finding, Kind, Presentation

_WORD = re.compile(r"[a-z']+")
_EMPTY = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from", "has", "have",
    "her", "his", "i", "in", "is", "it", "its", "me", "my", "no", "not", "of", "on", "or", "she", "he", "so",
    "that", "the", "their", "them", "there", "they", "this", "to", "up", "was", "we", "with", "you", "your",
    "what", "when", "which", "who", "very", "really", "just", "got", "been",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids, best first."""

    findings: list[str]
    presentations: list[str]


@dataclass(frozen=True, slots=True)
class Index:
    """Which entry holds which word, and how telling the word is."""

    holders: dict[str, dict[tuple[str, str], float]]
    total: int

    def search(self, text: str) -> Hits:
        """The entries that share words with the text; a word begun counts for what it begins."""
        scores: dict[tuple[str, str], float] = defaultdict(float)
        for word in words(text):
            best: dict[tuple[str, str], float] = {}
            for held, closeness in self._near(word):
                telling = closeness * log(1 + self.total / len(self.holders[held]))
                for entry, weight in self.holders[held].items():
                    best[entry] = max(best.get(entry, 0.0), telling * weight)
            for entry, score in best.items():
                scores[entry] += score
        ranked = sorted(scores, key=lambda entry: (-scores[entry], entry))
        return Hits(
            [key for kind, key in ranked if kind == "finding"],
            [key for kind, key in ranked if kind == "presentation"],
        )

    def _near(self, word: str) -> list[tuple[str, float]]:
        if word in self.holders:
            return [(word, 1.0)]
        begun = [(held, 0.8) for held in self.holders if len(word) >= 3 and held.startswith(word)]
        if begun or len(word) < 4:
            return begun
        return [(held, 0.6) for held in get_close_matches(word, self.holders, n=2, cutoff=0.8)]


def words(text: str) -> list[str]:
    """Words that tell something, in a common form: griping and gripe meet."""
    found = (_stem(word.replace("'", "")) for word in _WORD.findall(text.lower().replace("’", "'")))
    return [word for word in found if word and word not in _EMPTY]


def _stem(word: str) -> str:
    for ending in ("ing", "ness", "ies", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def build(findings: Iterable[Finding], presentations: Iterable[Presentation]) -> Index:
    """Index the dictionary and the presentations; lay phrasings weigh most."""
    holders: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    total = 0
    for finding in findings:
        if finding.kind is not Kind.DERIVED:
            total += 1
            said = [(phrase, 1.0) for phrase in finding.lay] + [(finding.means, 0.9), (finding.ask, 0.5)]
            said += [(level.say, 0.7) for level in finding.levels]
            _add(holders, ("finding", finding.id), said)
    for presentation in presentations:
        total += 1
        said = [(phrase, 1.0) for phrase in presentation.words] + [(presentation.title, 1.0)]
        _add(holders, ("presentation", presentation.id), said)
    return Index(dict(holders), total)


def _add(
    holders: dict[str, dict[tuple[str, str], float]], entry: tuple[str, str], said: list[tuple[str, float]]
) -> None:
    for phrase, weight in said:
        for word in words(phrase):
            holders[word][entry] = max(holders[word].get(entry, 0.0), weight)
