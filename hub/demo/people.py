"""`python -m hub.demo.people --clinicians 3`: demo clinicians work the queue through the same pages as people."""

import argparse
import json
import os
import threading
from collections import Counter
from pathlib import Path

from hub.demo.api import public_url, state_folder
from hub.demo.clinician import Clinician
from hub.demo.running import speak_to_running_demo

IDLE = 3.0  # seconds before looking at an empty queue again
SAY_EVERY = 30  # seconds
AWAY = 5.0  # seconds before a hub that did not answer is tried again


def password(state: Path) -> str:
    """The demo's one password, from the state folder's sign-ins.json."""
    return str(json.loads((state / "sign-ins.json").read_text(encoding="utf-8"))["password"])


class Shift:
    """Several clinicians at once, until told to stop or until `count` cases are done."""

    def __init__(self, clinicians: list[Clinician], *, count: int | None = None) -> None:
        self._clinicians = clinicians
        self._left = count
        self._lock = threading.Lock()
        self.stopped = threading.Event()
        self.faults: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Work; returns what became of the cases."""
        threads = [
            threading.Thread(target=self._work, args=(each,), daemon=True) for each in self._clinicians
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(0.5)
        except KeyboardInterrupt:
            self.stopped.set()
        return self.tally()

    def tally(self) -> Counter[str]:
        """All clinicians together."""
        return sum((each.tally for each in self._clinicians), Counter())

    def _work(self, clinician: Clinician) -> None:
        signed_in = False
        while not self.stopped.is_set() and self._may_go_on():
            try:
                if not signed_in:
                    clinician.sign_in()
                    signed_in = True
                if clinician.work_one() == "idle":
                    self._give_back()
                    self.stopped.wait(IDLE)
            except Exception as error:  # noqa: BLE001 - the hub may be restarting: a person would try again too
                self.faults[f"{type(error).__name__}: {error}"[:120]] += 1
                self._give_back()
                self.stopped.wait(AWAY)

    def _may_go_on(self) -> bool:
        with self._lock:
            if self._left is None:
                return True
            self._left -= 1
            return self._left >= 0

    def _give_back(self) -> None:
        with self._lock:
            if self._left is not None:
                self._left += 1


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clinicians", type=int, default=3, choices=range(1, 9), metavar="1-8")
    parser.add_argument("--count", type=int, help="stop after so many cases")
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--think", type=float, default=1.0, help="seconds between two steps")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    speak_to_running_demo()
    secret, url = os.environ.get("HUB_DEMO_PASSWORD") or password(state_folder()), public_url()
    people = [
        Clinician(url, f"demo{number}", secret, seed=given.seed, think=given.think)
        for number in range(1, given.clinicians + 1)
    ]
    shift = Shift(people, count=given.count)
    if given.seconds:
        threading.Timer(given.seconds, shift.stopped.set).start()
    threading.Thread(target=_say_how_it_goes, args=(shift,), daemon=True).start()
    for what, count in (shift.run() + shift.faults).most_common():
        print(f"{count:6} {what}", flush=True)


def _say_how_it_goes(shift: Shift) -> None:
    """A line each half minute."""
    while not shift.stopped.wait(SAY_EVERY):
        done = ", ".join(f"{count} {what}" for what, count in shift.tally().most_common() if what != "idle")
        print(f"  so far: {done or 'nobody was helped yet'}", flush=True)


if __name__ == "__main__":
    main()
