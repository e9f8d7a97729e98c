"""The demo's CAD: hears of ambulance requests by webhook and acknowledges them through the API."""

import random
import threading
from typing import Any

from hub.demo.api import Api
from hub.demo.later import Later
from hub.demo.log import Log

MODES = ("acknowledge", "silent")
CATCH_UP_EVERY = 20.0  # seconds between two looks at what webhooks may have missed
REMEMBERED = 10_000


class Cad:
    """A dispatch system that takes every request after a second or two, unless told to be silent."""

    name = "cad"
    modes: tuple[str, ...] = MODES

    def __init__(self, api: Api, secret: str, later: Later, log: Log, *, seed: int = 1) -> None:
        self.secret = secret
        self.mode = "acknowledge"
        self._api, self._later, self._log = api, later, log
        self._dice = random.Random(f"cad {seed}")
        self._taken: dict[str, str] = {}  # dispatch and the job's number: said twice, it is the same
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Look for requests that came while nobody was here, now and again."""
        self._later.every(CATCH_UP_EVERY, self._catch_up)

    def heard(self, kind: str, data: dict[str, Any]) -> None:
        """A verified webhook."""
        if kind == "dispatch.requested":
            self._consider(str(data["dispatch"]), str(data.get("category", "")))

    def _catch_up(self) -> None:
        answer = self._api.ask("GET", "/api/v1/dispatches", params={"limit": 200})
        if answer.is_success:
            for waiting in answer.json()["items"]:
                self._consider(str(waiting["id"]), str(waiting.get("category", "")))

    def _consider(self, dispatch: str, category: str) -> None:
        if self.mode == "silent":
            self._log.add(self.name, f"{category} {dispatch}: silent")
            return
        with self._lock:
            if dispatch in self._taken:
                return
            if len(self._taken) >= REMEMBERED:
                self._taken.pop(next(iter(self._taken)))
            self._taken[dispatch] = f"J{self._dice.randrange(10**8):08}"
            pause = self._dice.uniform(0.8, 2.2)
        self._later.after(pause, lambda: self._acknowledge(dispatch, category))

    def _acknowledge(self, dispatch: str, category: str) -> None:
        reference = self._taken.get(dispatch, "")
        answer = self._api.ask(
            "PUT", f"/api/v1/dispatches/{dispatch}/acknowledgement", json={"cad_reference": reference}
        )
        if answer.is_server_error:
            with self._lock:
                self._taken.pop(dispatch, None)  # taken up again at the next look
        self._log.add(self.name, f"{category} {dispatch}: acknowledged as {reference} ({answer.status_code})")
