"""The lives of an assessment and of a protocol version, as tables. Printed into docs/."""

from hub.record.transitions import StateTable

ASSESSMENT_STATES = StateTable(
    name="assessment",
    begins="open",
    moves={
        "conclude": {"open": "concluded", "concluded": "concluded"},
        "resume": {"concluded": "open"},
        "end": {"open": "ended", "concluded": "ended"},
    },
    meaning={
        "open": "questions are being asked",
        "concluded": "a disposition was decided on these answers; a changed answer resumes the assessment",
        "ended": "kept for the record; the case was opened again, or the assessment begun afresh",
    },
)

VERSION_STATES = StateTable(
    name="protocol version",
    begins="draft",
    moves={
        "submit": {"draft": "in_review"},
        "activate": {"in_review": "active", "active": "active"},
        "activate_illustrative": {"draft": "active", "retired": "active"},
        "retire": {"in_review": "retired", "active": "retired"},
    },
    meaning={
        "draft": "loaded, used by nobody",
        "in_review": "its author asks for two signatures",
        "active": "new assessments use it; unsigned only outside production, where signing ends its being illustrative",
        "retired": "no new assessment uses it; open ones keep it, and it stays loadable for ever",
    },
)
