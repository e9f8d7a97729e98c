"""Where a case stands in the queue, and why: one deterministic, versioned rule. Pure.

Earliest breach first; each thing that raises the danger brings the place forward by some minutes,
as if the breach were that much nearer. The breach itself does not move.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ORDER_VERSION = 1

# Minutes by which a case is brought forward. Defaults; the medical director approves the real ones.
WORSENED = 60
REPEAT_CONTACT = 20
HIGH_RISK = 15
CHILD = 15
VERY_OLD = 5
ALONE = 10
UNANSWERED = 10
ALARMED = 30

HIGH_RISKS = frozenset(
    {
        "immunosuppressed", "adrenal_insufficiency", "steroid_dependent", "insulin", "anticoagulant", "dialysis",
        "pregnant", "recently_pregnant", "recent_surgery", "recent_discharge", "long_lie",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rule looks at. Ages in years; None is unknown."""

    breach_at: datetime
    category: str
    age: int | None = None
    worsened: bool = False
    repeat_contacts: int = 0
    unanswered: int = 0
    risks: tuple[str, ...] = ()
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The moment to order by, and the reasons in words, most weighty first."""

    order_at: datetime
    reasons: list[str]


def place(standing: Standing) -> Place:
    """The place of a case: never later than its breach."""
    raises = _raises(standing)
    minutes = sum(weight for weight, _ in raises)
    reasons = [f"{words} (+{weight} min)" for weight, words in sorted(raises, reverse=True)]
    return Place(standing.breach_at - timedelta(minutes=minutes), reasons)


def _raises(standing: Standing) -> list[tuple[int, str]]:
    high_risks = sorted(HIGH_RISKS.intersection(standing.risks))
    age = standing.age
    candidates = [
        (standing.worsened, WORSENED, "worse since the first call"),
        (standing.alarmed, ALARMED, "an alarm stands open"),
        (standing.repeat_contacts > 0, REPEAT_CONTACT, "contacted us before within 72 hours"),
        (
            bool(high_risks),
            HIGH_RISK,
            "high risk: " + ", ".join(risk.replace("_", " ") for risk in high_risks),
        ),
        (age is not None and age < 16, CHILD, "child"),
        (age is not None and age > 75, VERY_OLD, "over 75"),
        ("alone" in standing.risks, ALONE, "alone"),
        (standing.unanswered > 0, UNANSWERED, "did not answer: nobody knows how they are"),
    ]
    return [(weight, words) for holds, weight, words in candidates if holds]
