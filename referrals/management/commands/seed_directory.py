"""The demo's directory: synthetic services, an API client for each, their secrets in the state folder."""

import io
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from hub.cases.models import ApiClient
from referrals.models import Service
from referrals.seed import client_name, seed_directory

FILE = "clients.json"


class Command(BaseCommand):
    """Safe to run again: services, clients and secrets that exist are kept."""

    help = "Seed the demo's directory of services (refused in production)."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("A production hub is not seeded with synthetic services.")
        services = seed_directory(partner_url=os.environ.get("HUB_DEMO_PARTNER_URL", ""))
        kept = settings.STATE_DIR / FILE
        clients = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        before = {each["service"]: each for each in clients.get("partners", [])}
        clients["partners"] = [self._partner(service, before.get(service.ods_code)) for service in services]
        _write_private(kept, clients)
        self.stdout.write(f"{len(services)} services in the directory; their clients are in {FILE}:")
        for each in clients["partners"]:
            self.stdout.write(f"  {each['service']:<6}{each['client_id']}")

    def _partner(self, service: Service, before: dict[str, str] | None) -> dict[str, str]:
        """What the demo's own partner needs; a secret that the file has lost is made anew."""
        named = {
            "service": service.ods_code,
            "service_id": str(service.pk),
            "name": service.name,
            "kind": service.kind,
            "client": client_name(service),
            "webhook_secret": service.webhook_secret,
        }
        if before and ApiClient.objects.filter(name=named["client"], client_id=before["client_id"]).exists():
            return {**before, **named}
        printed = io.StringIO()
        call_command(
            "add_api_client",
            named["client"],
            kind="partner",
            again=True,
            stdout=printed,
            stderr=io.StringIO(),
        )
        pairs = dict(line.split("=", 1) for line in printed.getvalue().splitlines() if "=" in line)
        return {**named, **pairs}


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """The file is its owner's alone from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
