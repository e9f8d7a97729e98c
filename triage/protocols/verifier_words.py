"""The reading age of what is said to callers, by the Flesch-Kincaid grade."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.protocols.model import Protocol


def syllables(word: str) -> int:
    """Syllables of an English word, near enough."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee")) and groups > 1:
        groups -= 1
    if plain.endswith("ed") and not plain.endswith(("ted", "ded")) and groups > 1:
        groups -= 1
    return max(1, groups)


def reading_age(text: str) -> float:
    """The age in years at which a text can be read: Flesch-Kincaid grade plus five."""
    sentences = [part for part in re.split(r"[.?!:]+(?:\s|$)", text) if part.strip()]
    words = re.findall(r"[A-Za-z0-9'-]+", text)
    if not words:
        return 5.0
    sounds = sum(map(syllables, words))
    return max(5.0, 0.39 * len(words) / len(sentences) + 11.8 * sounds / len(words) - 15.59 + 5)


def spoken(protocol: Protocol) -> Iterator[str]:
    """Every sentence of a protocol that is said to a caller."""
    yield from (
        finding.ask
        for finding in protocol.findings
        if finding.ask and not finding.ask.startswith("Clinician")
    )
    yield from (saying.say for saying in protocol.sayings)
    yield from (net.say for net in protocol.safety_nets)
    yield from (disposition.say for disposition in protocol.dispositions)
    yield from (rule.because for rule in protocol.rules)


def protocol_reading_age(protocol: Protocol) -> float:
    return reading_age(" ".join(spoken(protocol)))


def hardest(protocol: Protocol) -> str:
    """The sentence that asks most of its hearer."""
    return max(spoken(protocol), key=lambda text: (reading_age(text), text))
