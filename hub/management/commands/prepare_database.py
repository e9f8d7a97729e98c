"""Migrate as the owner and give the serving role its rights."""

import os
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from hub.config.database import database
from hub.record.grants import grant


class Command(BaseCommand):
    """Run by deployments and by the demo before anything serves."""

    help = "Migrate with DATABASE_OWNER_URL (DATABASE_URL when unset) and grant the serving role its rights."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
        if not owner:
            raise CommandError("Neither DATABASE_OWNER_URL nor DATABASE_URL is set.")
        serving = settings.DATABASES["default"]["USER"] or settings.SERVING_ROLE
        self._become(owner)
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        if settings.DATABASES["default"]["USER"] != serving:
            grant(serving)
            self.stdout.write(
                f"Serving role {serving}: may read and write, owns nothing, only adds to the record."
            )
        else:
            self.stdout.write("Owner and serving role are one: the record is kept by its triggers alone.")

    def _become(self, owner: str) -> None:
        connections["default"].close()
        connections.settings["default"].update(database(owner, pooled=False))
        settings.DATABASES["default"].update(connections.settings["default"])
        del connections["default"]
