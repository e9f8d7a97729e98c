"""A part of the shipped content, so that a test need not publish ninety protocols to talk about a sore throat.

The whole library is proved in tests/triage/protocols and published by one test of its own.
"""

from dataclasses import replace

from triage.protocols import Library, load_library

PRESENTATIONS = ("chest-pain", "breathlessness", "fall", "fever", "low-mood", "sore-throat", "unclear")


def few_presentations(library: Library | None = None) -> Library:
    """The library with these presentations, and the protocols that they open."""
    whole = library or load_library()
    presentations = {key: each for key, each in whole.presentations.items() if key in PRESENTATIONS}
    wanted = {protocol for each in presentations.values() for protocol in each.protocols}
    protocols = {key: each for key, each in whole.protocols.items() if key in wanted}
    used = {finding.id for each in protocols.values() for finding in each.findings}
    findings = {key: each for key, each in whole.findings.items() if key in used or each.risk}
    return replace(whole, presentations=presentations, protocols=protocols, findings=findings)
