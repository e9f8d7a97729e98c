"""Things the demo's machines do a little later, one after the other, each in its turn."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)
Job = Callable[[], None]


class Later:
    """A thread that does each job at its time. A job that fails is told in the log and harms no other."""

    def __init__(self, workers: int = 4) -> None:
        self._jobs: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def after(self, seconds: float, job: Job) -> None:
        """Do this once so many seconds have passed."""
        with self._changed:
            heapq.heappush(self._jobs, (time.monotonic() + seconds, next(self._numbers), job))
            self._changed.notify()

    def every(self, seconds: float, job: Job) -> None:
        """Do this now and again, with that pause between."""

        def again() -> None:
            try:
                job()
            finally:
                self.after(seconds, again)

        self.after(0, again)

    def stop(self) -> None:
        """Forget what is left and end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(5)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                logger.exception("a job of the demo failed")

    def _next(self) -> Job | None:
        with self._changed:
            while not self._stopped:
                wait = self._jobs[0][0] - time.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._jobs)[2]
                self._changed.wait(wait)
        return None
