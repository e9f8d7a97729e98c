"""The demo's receiving services: each hears of its referrals, reads them, and a named person there answers."""

import random
import threading
from typing import Any

import httpx

from hub.demo import synthetic
from hub.demo.api import Api
from hub.demo.later import Later
from hub.demo.log import Log

MODES = ("mixed", "accept", "reject", "silent")
ROLES = ("Community nurse", "Duty pharmacist", "Crisis practitioner", "Advanced practitioner", "GP")
# Coded reasons for saying no, and the words that go with them.
REASONS = (
    ("22", "All visits of this shift are taken."),
    ("23", "Needs a face-to-face assessment first."),
    ("40", "Outside our criteria."),
    ("31", "No appointment left in time."),
    ("99", "Our system is being restored."),
)
OUTCOMES = (
    "Seen at home, treated, no further care needed.",
    "Seen; own GP told.",
    "Advice given; will look again tomorrow.",
)
CATCH_UP_EVERY = 30.0  # seconds
REMEMBERED = 10_000


class Partner:
    """One service. `mode` decides how it answers; mixed: most accept, some reject, some stay silent."""

    modes: tuple[str, ...] = MODES

    def __init__(
        self, name: str, api: Api, secret: str, later: Later, log: Log, *, seed: int = 1, pace: float = 1.0
    ) -> None:
        """pace: 1.0 answers in a few seconds, smaller is faster."""
        self.name, self.secret, self.mode = name, secret, "mixed"
        self._api, self._later, self._log = api, later, log
        self._seed, self._pace = seed, pace
        self._known: dict[str, None] = {}
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Look for referrals that came while nobody was here, now and again."""
        self._later.every(CATCH_UP_EVERY, self._catch_up)

    def heard(self, kind: str, data: dict[str, Any]) -> None:
        """A verified webhook."""
        if kind == "referral.sent":
            self._consider(str(data["referral"]))
        else:
            self._log.add(self.name, f"{data.get('referral')}: told {kind}")

    def _catch_up(self) -> None:
        answer = self._api.ask("GET", "/api/v1/referrals", params={"limit": 100})
        if answer.is_error:
            return  # asked again soon; a message that arrives is dealt with anyway
        for referral in answer.json()["items"]:
            if referral["state"] == "sent":
                self._consider(str(referral["id"]))

    def _consider(self, referral: str) -> None:
        if self.mode == "silent":
            self._log.add(self.name, f"{referral}: silent")
            return
        with self._lock:
            if referral in self._known:
                return
            if len(self._known) >= REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[referral] = None
        self._later.after(1.0 * self._pace, lambda: self._receive(referral))

    def _dice(self, referral: str) -> random.Random:
        # By the referral's own number: the same referral is answered alike, whatever else goes on.
        return random.Random(f"{self._seed} {self.name} {referral}")

    def _receive(self, referral: str) -> None:
        """Read it, say that our system has it, and think about it for a few seconds."""
        if self._read(referral) is None:
            return
        self._say(referral, "receive", {})
        dice = self._dice(referral)
        chosen = self._choice(dice)
        if chosen == "silent":
            self._log.add(self.name, f"{referral}: received, nobody answers")
            return
        answer = self._accept if chosen == "accept" else self._reject
        self._later.after(dice.uniform(3, 8) * self._pace, lambda: answer(referral, dice))

    def _choice(self, dice: random.Random) -> str:
        if self.mode in ("accept", "reject", "silent"):
            return self.mode
        return dice.choices(["accept", "reject", "silent"], [80, 14, 6])[0]

    def _accept(self, referral: str, dice: random.Random) -> None:
        sex = dice.choice(["female", "male"])
        person = f"{dice.choice(synthetic.GIVEN[sex])} {dice.choice(synthetic.FAMILY)}"
        if self._say(referral, "accept", {"name": person, "role": dice.choice(ROLES)}):
            self._later.after(dice.uniform(20, 60) * self._pace, lambda: self._start(referral, dice))

    def _reject(self, referral: str, dice: random.Random) -> None:
        reason, words = dice.choice(REASONS)
        self._say(referral, "reject", {"reason": reason, "words": words})

    def _start(self, referral: str, dice: random.Random) -> None:
        if self._say(referral, "start", {}):
            self._later.after(dice.uniform(60, 180) * self._pace, lambda: self._complete(referral, dice))

    def _complete(self, referral: str, dice: random.Random) -> None:
        self._say(referral, "complete", {"outcome": dice.choice(OUTCOMES)})

    def _read(self, referral: str) -> httpx.Response | None:
        answer = self._api.ask("GET", f"/api/v1/referrals/{referral}")
        if answer.is_success:
            return answer
        self._log.add(self.name, f"{referral}: cannot read it ({answer.status_code})")
        with self._lock:
            self._known.pop(referral, None)
        return None

    def _say(self, referral: str, what: str, body: dict[str, str]) -> bool:
        """One answer, of the version that was read a moment ago."""
        known = self._read(referral)
        if known is None:
            return False
        headers = {"If-Match": known.headers.get("ETag", "*"), "Idempotency-Key": f"{referral} {what}"[:100]}
        answer = self._api.ask("POST", f"/api/v1/referrals/{referral}/{what}", json=body, headers=headers)
        why = "" if answer.is_success else f" ({answer.status_code} {answer.text[:160]})"
        self._log.add(self.name, f"{referral}: {what} {' '.join(body.values())}{why}")
        return answer.is_success
