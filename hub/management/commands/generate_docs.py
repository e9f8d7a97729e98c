"""Write the pages of docs/ that are printed from code, or compare them with what is committed."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from hub.generated import PAGES


class Command(BaseCommand):
    """`--check` writes nothing and fails when a page is out of date."""

    help = "Print the generated pages into docs/."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a page differs")

    def handle(self, *args: Any, **options: Any) -> None:
        docs = settings.BASE_DIR / "docs"
        stale = []
        for path, page in sorted(PAGES.items()):
            target, text = docs / path, page()
            if target.exists() and target.read_text(encoding="utf-8") == text:
                continue
            stale.append(path)
            if not options["check"]:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        if stale and options["check"]:
            raise CommandError("Out of date, run `make docs`: " + ", ".join(stale))
        self.stdout.write(f"{len(PAGES)} generated pages, {len(stale)} written.")
