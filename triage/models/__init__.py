"""The tables of triage: published content, assessments and what they conclude."""

from triage.models.assessments import Answer, Assessment, OpenedPresentation, Opening
from triage.models.concerns import Concern, ConcernClosing
from triage.models.decisions import ClosingSet, Decision, Override
from triage.models.drafts import Draft
from triage.models.observations import Observation
from triage.models.protocols import Catalogue, Examination, ProtocolVersion, Signature

__all__ = [
    "Answer", "Assessment", "Catalogue", "ClosingSet", "Concern", "ConcernClosing", "Decision", "Draft",
    "Examination", "Observation", "OpenedPresentation", "Opening", "Override", "ProtocolVersion", "Signature",
]  # fmt: skip
