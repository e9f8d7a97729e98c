"""What is wrong with a piece of clinical content, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the file, the place in it, what is wrong and what to write instead."""

    file: str
    place: str
    wrong: str
    instead: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.wrong} {self.instead}".strip()


class ContentError(Exception):
    """Raised with every fault found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BadAnswer(ValueError):
    """An answer that does not fit its finding; the message says which answers do."""


def suggest(word: str, known: Iterable[str]) -> str:
    """A sentence that offers the nearest known words, or lists them when there are few."""
    candidates = list(known)
    near = get_close_matches(word, candidates, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(repr(item) for item in near)}?"
    if 0 < len(candidates) <= 30:
        return f"Write one of: {', '.join(sorted(candidates))}."
    return "Check its spelling, or add it to the dictionary."
