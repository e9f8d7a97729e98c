"""Fill a demo: people with sign-ins, the CAD's client, and what the rooms above bring (directory, protocols)."""

import io
import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction

from hub.people.models import User

# Synthetic people; the registration numbers are of no register's form.
PEOPLE: tuple[dict[str, Any], ...] = (
    {"username": "nadia", "name": "Nadia Clark", "role": "clinician", "profession": "nurse"},
    {"username": "owen", "name": "Owen Price", "role": "clinician", "profession": "paramedic"},
    {"username": "mei", "name": "Mei Lin", "role": "clinician", "profession": "mental_health_nurse"},
    {"username": "sheila", "name": "Sheila Grant", "role": "senior_clinician", "profession": "doctor"},
    {"username": "tom", "name": "Tom Hill", "role": "call_handler"},
    {"username": "amira", "name": "Amira Shah", "role": "supervisor"},
    {"username": "grace", "name": "Grace Lowe", "role": "governance_lead"},
    {"username": "alan", "name": "Alan Reed", "role": "administrator"},
)
DEMO_CLINICIANS = tuple(
    {
        "username": f"demo{number}",
        "name": f"Demo Clinician {number}",
        "role": "clinician",
        "profession": "paramedic",
    }
    for number in range(1, 9)
)
FROM_OTHER_ROOMS = ("publish_protocols", "seed_directory")


class Command(BaseCommand):
    """Safe to run again: what exists is kept, passwords too."""

    help = "Seed a demo (refused in production) and print the sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("A production hub is not seeded with demo people.")
        settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
        password = self._password()
        with transaction.atomic():
            for person in (*PEOPLE, *DEMO_CLINICIANS):
                self._add(person, password)
        self._cad_client()
        for command in FROM_OTHER_ROOMS:
            call_command(command, stdout=self.stdout, stderr=self.stderr)
        self.stdout.write("Sign in with any of these names; the password is the same for all:")
        for person in PEOPLE:
            self.stdout.write(f"  {person['username']:<8}{person['role'].replace('_', ' ')}")
        self.stdout.write(f"  password: {password}")

    def _add(self, person: dict[str, Any], password: str) -> None:
        if User.objects.filter(username=person["username"]).exists():
            return
        registered = "profession" in person
        User.objects.create_user(
            **person,
            password=password,
            registration_number=f"DEMO-{person['username']}" if registered else "",
        )

    def _password(self) -> str:
        """One passphrase a demo, made at the first start and kept in its state folder, readable by its owner only."""
        kept = settings.STATE_DIR / "sign-ins.json"
        if not kept.exists():
            words = "-".join(secrets.token_hex(2) for _ in range(4))
            _write_private(kept, {"password": words, "people": [person["username"] for person in PEOPLE]})
        return str(json.loads(kept.read_text(encoding="utf-8"))["password"])

    def _cad_client(self) -> None:
        kept = settings.STATE_DIR / "clients.json"
        clients = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        if "cad" in clients:
            return
        printed = io.StringIO()
        call_command(
            "add_api_client", "demo-cad", kind="cad", again=True, stdout=printed, stderr=io.StringIO()
        )
        pairs = dict(line.split("=", 1) for line in printed.getvalue().splitlines() if "=" in line)
        clients["cad"] = {**pairs, "webhook_secret": settings.HUB_CAD_SECRET}
        _write_private(kept, clients)


def _write_private(path: Path, content: dict[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
