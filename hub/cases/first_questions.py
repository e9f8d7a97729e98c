"""Breathing and conscious, asked before anything else. Pure; the limits are the medical director's."""

YES, NO, UNKNOWN = "yes", "no", "unknown"
AT_ONCE = "C1"


def life_threat(breathing: str, conscious: str) -> bool:
    """Not breathing or not conscious: category 1, at once, whatever else is known."""
    return NO in (breathing, conscious)


def category(breathing: str, conscious: str, chosen: str) -> str:
    """The category to open the case with.

    Nobody chose one: 3 when the patient is known to breathe and to be awake, else 2, because a danger that
    nobody has ruled out counts as present.
    """
    if life_threat(breathing, conscious):
        return AT_ONCE
    if chosen:
        return chosen
    return "C3" if (breathing, conscious) == (YES, YES) else "C2"
