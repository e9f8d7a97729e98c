"""How an operation says no: one exception that every door turns into words for its own kind of caller."""

from typing import Any


class Refusal(Exception):
    """An operation refused.

    sentence: what happened, what was kept and what to do, for a person to read.
    code:     a stable slug for machines (the problem document's type).
    status:   the HTTP status that fits (403, 404, 409, 422).
    extra:    further members for the problem document, JSON values only.
    """

    def __init__(self, sentence: str, *, code: str, status: int = 409, **extra: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.status = status
        self.extra = extra
