"""The real hub as the journeys meet it from outside: its doors, its files, and the clock moved by its owner."""

import itertools
import json
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from hub.demo import synthetic
from hub.demo.api import Api, credentials
from hub.demo.stack import Stack


@dataclass(frozen=True)
class SentCase:
    """A case as the intake API took it."""

    id: str
    reference: str
    cad_number: str
    patient: str
    phone: str


class Outside:
    """Everybody who is not a person at a screen: the CAD, the services, the patient's telephone, the clock."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.url = stack, stack.url
        self.password = str(json.loads((stack.state / "sign-ins.json").read_text())["password"])
        cad, self._partners = credentials(stack.state / "clients.json")
        self._cad = Api(self.url, cad)
        self._phones = itertools.count(100)

    def close(self) -> None:
        """Let the connections go."""
        self._cad.close()

    def wait_for_doors(self) -> None:
        """The demo's CAD and services start beside the hub; both must listen before anything is told to them."""
        for door in ("HUB_DEMO_CAD_URL", "HUB_DEMO_PARTNER_URL"):
            eventually(lambda door=door: answers(f"{self.stack.env[door]}/health"), door)

    def send_case(self, **told: Any) -> SentCase:
        """A 999 case by the intake API: a patient nobody has seen before, who rings from a mobile telephone."""
        number, dice = f"J-{secrets.token_hex(4)}", random.Random()
        given, family = (
            dice.choice(synthetic.GIVEN["female"]),
            f"{dice.choice(synthetic.FAMILY)}-{number[-4:]}",
        )
        phone = f"07700900{next(self._phones):03}"
        body: dict[str, Any] = {
            "cad_number": number,
            "category": "C3",
            "presentation": "sore-throat",
            "problem": "Sore throat for two days, sore to swallow",
            "patient": {
                "given_name": given, "family_name": family, "birth_date": "1990-04-12", "sex": "female",
                "nhs_number": synthetic.nhs_number(dice), "nhs_number_status": "verified",
            },
            "caller": {"name": f"{given} {family}", "relationship": "self", "is_patient": True, "phone": phone},
            "location": {"address": "14 Example Street, London", "postcode": "SE1 0AA"},
        }  # fmt: skip
        answer = self._cad.post("/api/v1/cases", {**body, **told}, key=number)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        taken = answer.json()
        return SentCase(taken["id"], taken["reference"], number, f"{given} {family}", phone)

    def case(self, sent: SentCase) -> dict[str, Any]:
        """The case as its sender reads it now."""
        answer = self._cad.ask("GET", f"/api/v1/cases/{sent.id}")
        assert answer.is_success, answer.text
        return dict(answer.json())

    def all_services(self, mode: str) -> None:
        """From now on every demo service answers so, told by its own control page."""
        for each in self._partners:
            self._tell("HUB_DEMO_PARTNER_URL", each.service, mode)

    def dispatch(self, mode: str) -> None:
        """From now on the demo's CAD answers ambulance requests so."""
        self._tell("HUB_DEMO_CAD_URL", "cad", mode)

    def _tell(self, door: str, name: str, mode: str) -> None:
        answer = httpx.post(f"{self.stack.env[door]}/control", data={"name": name, "mode": mode})
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text

    def sql(self, query: str, *given: Any) -> int:
        """Change rows as the owner of the tables; how many were changed."""
        with psycopg.connect(self.stack.env["DATABASE_OWNER_URL"]) as line:
            return line.execute(query, given).rowcount

    def ask(self, query: str, *given: Any) -> list[Any]:
        """Rows as they stand in the database."""
        with psycopg.connect(self.stack.env["DATABASE_OWNER_URL"]) as line:
            return line.execute(query, given).fetchall()

    def time_comes(self, case: SentCase, kind: str) -> None:
        """What is due for this case later is due now: its row on the agenda, and the times in its own row."""
        moved = self.sql(
            "UPDATE hub_dueitem SET due_at = now() WHERE subject = %s AND kind = %s AND state = 'pending'",
            f"case:{case.id}", kind,
        )  # fmt: skip
        assert moved == 1, f"{moved} things of kind {kind} are due for {case.reference}"
        self.sql(
            "UPDATE referrals_followup SET due_at = now() WHERE case_id = %s AND state = 'planned'", case.id
        )
        self.sql(
            "UPDATE referrals_referral SET accept_by = now() WHERE case_id = %s AND state = 'sent'", case.id
        )

    def text_to(self, phone: str, after: int = 0, seconds: float = 30) -> str:
        """The newest text message to a telephone, as soon as there are more than `after`."""
        found = eventually(lambda: self.texts(phone)[after:], "a text message", seconds)
        return str(found[-1])

    def texts(self, phone: str) -> list[str]:
        """Every text message to a telephone, oldest first."""
        file: Path = self.stack.state / "texts.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        told = [json.loads(line) for line in lines]
        return [each["text"] for each in told if each["to"].endswith(phone.lstrip("0"))]


def answers(address: str) -> bool:
    """Whether somebody is there and well."""
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False


def eventually(look: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """What `look` brings, as soon as it brings something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.2)
    return found
