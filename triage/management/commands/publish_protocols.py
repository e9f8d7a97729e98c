"""Bring the clinical content of this release into the database."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hub.record.actors import Machine
from hub.refusals import Refusal
from triage.operations.publishing import publish
from triage.protocols import ContentError, load_library

RELEASE = Machine("the content of this release")


class Command(BaseCommand):
    help = "Keep every protocol whose content changed as a new version; unsigned ones are put in force only when asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--activate-illustrative",
            action="store_true",
            help="put unsigned versions in force (done by itself outside production, refused in production)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            library = load_library()
        except ContentError as error:
            raise CommandError(f"The content has faults; nothing was published.\n{error}") from error
        activate = options["activate_illustrative"] or settings.MODE != "production"
        try:
            done = publish(library=library, by=RELEASE, activate_illustrative=activate)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            f"{len(done.made)} new versions, {len(done.unchanged)} unchanged, {len(done.activated)} put in force."
        )
        if activate:
            self.stdout.write("Unsigned versions are illustrative: not for clinical use.")
