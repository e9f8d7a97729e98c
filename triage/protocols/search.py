"""From what the caller says to findings and presentations: word stems, phrases, and small typing errors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Final

from triage.protocols.findings import Kind
from triage.protocols.library import Library

_NO_NEWS: Final = """
a an the i im ive my me he his she her hers it its is are was am be been being and or of to in on at for with has have
had do does did got get gets this that there so very really just up out all when like some you your they their them we
our as by from feels feel felt can"""
_ENDINGS: Final = (
    *("ations", "ation", "ingly", "iness", "ings", "ing", "edly", "ness", "ies", "ied"),
    *("ily", "ers", "er", "ed", "es", "ly", "s", "y", "e"),
)
_SAID_AND_MEANT: Final = """
tummy:belly stomach:belly abdomen:belly gut:belly poorly:unwell ill:unwell temperature:fever hot:fever vomit:sick
puke:sick breath:breathe puffed:breathless wee:urine pee:urine sweat:sweaty clammy:sweaty fell:fall suicide:suicidal
od:overdose pill:tablets gripping:heavy crushing:heavy"""
_SILENT: Final = frozenset(_NO_NEWS.split())
_MEANT: Final = dict(pair.split(":") for pair in _SAID_AND_MEANT.split())
_SHORTEST_WITH_ERROR: Final = 4
# What is read of one search: more than anybody says in a breath. A longer word is no word of English.
LONGEST_TEXT: Final = 600
LONGEST_WORD: Final = 40


@dataclass(frozen=True, slots=True)
class Match:
    """A finding or presentation found: the better it fits the higher the score."""

    kind: str
    id: str
    title: str
    score: float


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its commonest endings; a word of three letters is left alone."""
    return _shortened(_MEANT.get(word, word))


def _shortened(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word


def stems(text: str) -> list[str]:
    """The telling words of a text as stems, in order."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", ""))
    return [stem(word) for word in words if word not in _SILENT and len(word) <= LONGEST_WORD]


def _deletions(word: str) -> Iterator[str]:
    """The word, and the word with each letter left out: two words one error apart share one of these."""
    yield word
    if len(word) >= _SHORTEST_WITH_ERROR:
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _one_error_apart(one: str, other: str) -> bool:
    """Whether one letter was changed, added, left out or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    rest, rest_other = one[at:], other[at:]
    swapped = rest[:2] == rest_other[1::-1] and rest[2:] == rest_other[2:]
    return rest[1:] == rest_other[1:] or rest[1:] == rest_other or rest == rest_other[1:] or swapped


class Index:
    """All phrasings of a library. Building it takes some milliseconds; a match well under one."""

    def __init__(self, library: Library) -> None:
        self._titles: dict[tuple[str, str], str] = {}
        self._phrases: dict[str, list[tuple[tuple[str, str], float, frozenset[str]]]] = defaultdict(list)
        self._near: dict[str, set[str]] = defaultdict(set)
        for entry, title, phrases in _entries(library):
            self._titles[entry] = title
            for text, weight in phrases:
                self._add(entry, text, weight)
        count = sum(map(len, self._phrases.values())) or 1
        self._rarity = {word: log(1 + count / len(found)) for word, found in self._phrases.items()}
        self._meant = {_shortened(said): stem(meant) for said, meant in _MEANT.items()}
        for word in (*self._phrases, *self._meant):
            for short in _deletions(word):
                self._near[short].add(word)

    def _add(self, entry: tuple[str, str], text: str, weight: float) -> None:
        words = frozenset(stems(text))
        for word in words:
            self._phrases[word].append((entry, weight, words))

    def match(self, words: str, limit: int = 12) -> tuple[Match, ...]:
        """Findings and presentations that fit the caller's words, best first; nothing for silent words."""
        wanted: dict[str, float] = {}
        for word in dict.fromkeys(stems(words[:LONGEST_TEXT])[:30]):
            for known, trust in self._known(word):
                wanted[known] = max(trust, wanted.get(known, 0.0))
        scores: dict[tuple[str, str], float] = defaultdict(float)
        best: dict[tuple[tuple[str, str], str], float] = {}
        for word, trust in wanted.items():
            for entry, weight, phrase in self._phrases[word]:
                shared = sum(self._rarity[one] for one in phrase if one in wanted)
                whole = sum(self._rarity[one] for one in phrase)
                value = trust * weight * self._rarity[word] * (0.4 + shared / whole)
                best[entry, word] = max(value, best.get((entry, word), 0.0))
        for (entry, _), value in best.items():
            scores[entry] += value
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return tuple(
            Match(kind, entry_id, self._titles[kind, entry_id], score) for (kind, entry_id), score in ranked
        )

    def _known(self, word: str) -> Iterator[tuple[str, float]]:
        """Known words for a typed one: itself, words it begins, or words one error away."""
        if word in self._phrases:
            yield word, 1.0
            return
        near = {known for short in _deletions(word) for known in self._near.get(short, ())}
        found = [self._meant.get(known, known) for known in near if _one_error_apart(word, known)]
        if not found and len(word) >= _SHORTEST_WITH_ERROR:
            found = [known for known in self._phrases if known.startswith(word)]
        yield from ((known, 0.7) for known in sorted(set(found) & self._phrases.keys()))


_Entry = tuple[tuple[str, str], str, list[tuple[str, float]]]


def _entries(library: Library) -> Iterable[_Entry]:
    for finding in library.findings.values():
        if finding.kind is not Kind.DERIVED:
            texts = [(text, 1.0) for text in finding.lay]
            texts += [(finding.means, 1.0), (finding.id.replace("-", " "), 0.8), (finding.ask, 0.5)]
            texts += [(level.say, 0.7) for level in finding.levels[1:]]
            yield ("finding", finding.id), finding.means, texts
    for presentation in library.presentations.values():
        words = {*presentation.words, presentation.title}
        for protocol_id in presentation.protocols:
            if protocol_id.startswith(presentation.id):  # shared fallbacks speak for themselves
                words |= set(library.protocols[protocol_id].words)
        yield ("presentation", presentation.id), presentation.title, [(text, 1.1) for text in sorted(words)]
