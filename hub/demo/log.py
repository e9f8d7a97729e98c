"""What the demo's machines did lately, for their own page."""

import threading
from collections import deque
from datetime import UTC, datetime

KEPT = 200


class Log:
    """The newest lines."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, who: str, words: str) -> None:
        """One line with its time (UTC)."""
        with self._lock:
            self._lines.appendleft(f"{datetime.now(UTC):%H:%M:%S} {who}: {words}")

    def newest(self) -> list[str]:
        """Newest first."""
        with self._lock:
            return list(self._lines)
