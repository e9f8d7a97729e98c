"""Numbers as people write them."""

import re

# Python would also read "3_9", "1e1" and the digits of other scripts: a slip of the finger would be another number.
_PLAIN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


def is_plain(text: str) -> bool:
    """Whether the text is a number in plain digits and nothing else."""
    return _PLAIN.fullmatch(text) is not None
