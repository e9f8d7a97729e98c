"""Verify the record: every chain, outside PostgreSQL."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from hub.record.verify import verify


class Command(BaseCommand):
    """Exits 1 and names each fault when the record does not hold."""

    help = "Recompute every hash chain of the record and compare it with what is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        for fault in verdict.faults[:100]:
            self.stderr.write(fault)
        counts = f"{verdict.events} events in {verdict.streams} streams"
        if verdict.faults:
            raise CommandError(f"The record does NOT hold: {len(verdict.faults)} faults in {counts}.")
        self.stdout.write(f"The record holds: {counts}, every chain whole.")
