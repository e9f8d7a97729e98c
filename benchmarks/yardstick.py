"""How fast this machine's processor is just now: the same work each time, so that figures can be compared."""

import time

STEPS = 3_000_000


def multiplications() -> float:
    """Milliseconds of processor time for three million multiplications in Python."""
    started, total = time.process_time(), 0
    for number in range(STEPS):
        total += number * number
    return (time.process_time() - started) * 1000
