"""The assessment in pure Python: findings, protocols, engine, search and verifier. Imports no Django."""

from triage.protocols.ages import UNKNOWN_AGE, Age, AgeLimit, Group, Sex
from triage.protocols.cases import WorkedCase, load_cases
from triage.protocols.engine import Context, Ground, Raise, Result, assess
from triage.protocols.errors import BadAnswer, ContentError, Problem
from triage.protocols.families import fitting
from triage.protocols.findings import NO, NOT_KNOWN, YES, Answer, Finding, Kind
from triage.protocols.library import CONTENT, Library, load_library
from triage.protocols.model import (
    ClosingTag,
    Disposition,
    FollowUp,
    Outcome,
    Presentation,
    Protocol,
    Rule,
    SafetyNet,
    Saying,
)
from triage.protocols.pages import page
from triage.protocols.published import from_json, protocol_digest, to_json
from triage.protocols.search import Index, Match
from triage.protocols.verifier import ProtocolReport, Report, report

__all__ = [
    "CONTENT",
    "NO",
    "NOT_KNOWN",
    "UNKNOWN_AGE",
    "YES",
    "Age",
    "AgeLimit",
    "Answer",
    "BadAnswer",
    "ClosingTag",
    "ContentError",
    "Context",
    "Disposition",
    "Finding",
    "FollowUp",
    "Ground",
    "Group",
    "Index",
    "Kind",
    "Library",
    "Match",
    "Outcome",
    "Presentation",
    "Problem",
    "Protocol",
    "ProtocolReport",
    "Raise",
    "Report",
    "Result",
    "Rule",
    "SafetyNet",
    "Saying",
    "Sex",
    "WorkedCase",
    "assess",
    "fitting",
    "from_json",
    "load_cases",
    "load_library",
    "page",
    "protocol_digest",
    "report",
    "to_json",
]
