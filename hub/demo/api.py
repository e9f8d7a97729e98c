"""The hub's API as a machine from outside uses it: a token by client credentials, retries that never do twice."""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
PATIENCE = 120.0  # seconds that a request is tried again while the hub restarts
LONGEST_PAUSE = 5.0
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class UnreachableError(Exception):
    """The hub did not answer for as long as patience lasted; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client of the API. `webhook_secret` signs what the hub sends to it."""

    client_id: str
    client_secret: str
    webhook_secret: str = ""
    service: str = ""


def credentials(file: Path) -> tuple[Credentials, list[Credentials]]:
    """The CAD's client and the partners', from the state folder's clients.json.

    Raises OSError when it cannot be read and KeyError when the CAD is missing.
    """
    kept = json.loads(file.read_text(encoding="utf-8"))
    return _known(kept["cad"]), [_known(each) for each in kept.get("partners", [])]


def _known(entry: dict[str, Any]) -> Credentials:
    return Credentials(
        entry["client_id"],
        entry["client_secret"],
        entry.get("webhook_secret", ""),
        entry.get("name") or entry.get("service", ""),
    )


def state_folder() -> Path:
    """Where the demo keeps what it made: HUB_STATE."""
    return Path(os.environ.get("HUB_STATE", ".state/demo"))


def public_url() -> str:
    """The hub's front door: HUB_PUBLIC_URL."""
    return os.environ.get("HUB_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")


class Api:
    """One client's way in. Safe to share between threads; the token is fetched again when it runs out."""

    def __init__(self, url: str, known: Credentials, *, patience: float = PATIENCE) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT)
        self._known = known
        self._patience = patience
        self._token, self._token_ends = "", 0.0
        self._one_asks = threading.Lock()

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def post(self, path: str, body: dict[str, Any], *, key: str = "") -> httpx.Response:
        """POST; with a key it may be repeated without doing it twice, so faults of the line are tried again."""
        return self.ask("POST", path, json=body, headers={"Idempotency-Key": key} if key else {})

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request. Raises UnreachableError when the hub stays away."""
        more = request.pop("headers", {})

        def send() -> httpx.Response:
            return self._http.request(
                method, path, headers={**more, "Authorization": f"Bearer {self._bearer()}"}, **request
            )

        answer = self._patiently(send)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token_ends = 0.0  # withdrawn or lost with the database: ask for another, once
            answer = self._patiently(send)
        return answer

    def _bearer(self) -> str:
        with self._one_asks:
            if time.monotonic() >= self._token_ends:
                self._token, lives = self._new_token()
                self._token_ends = time.monotonic() + lives - 30
            return self._token

    def _new_token(self) -> tuple[str, int]:
        known = self._known
        answer = self._http.post(
            "/api/token/",
            data={"grant_type": "client_credentials"},
            auth=(known.client_id, known.client_secret),
        )
        if answer.status_code in TRY_AGAIN:
            raise httpx.TransportError(f"token: {answer.status_code}")
        answer.raise_for_status()
        told = answer.json()
        return told["access_token"], told["expires_in"]

    def _patiently(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        end, pause = time.monotonic() + self._patience, 0.2
        while True:
            why = ""
            try:
                answer = send()
                if answer.status_code not in TRY_AGAIN:
                    return answer
                why = f"{answer.status_code} {answer.reason_phrase}"
            except httpx.TransportError as error:
                why = str(error) or type(error).__name__
            if time.monotonic() + pause > end:
                raise UnreachableError(f"The hub at {self._http.base_url} does not answer: {why}.")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
