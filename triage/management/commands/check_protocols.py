"""Prove what can be proved of every protocol, and write a page of each into docs/protocols/."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from triage.protocols import ContentError, Report, load_cases, load_library, page, report

PAGES = Path(settings.BASE_DIR) / "docs" / "protocols"


class Command(BaseCommand):
    help = "Verify the protocols (rules, gaps, order, advice, worked cases, mutations) and write docs/protocols/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare the pages instead of writing them")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            library = load_library()
            verdict = report(library, load_cases(library))
        except ContentError as error:
            raise CommandError(f"The content has faults.\n{error}") from error
        stale = _stale(verdict)
        if options["check"]:
            if stale:
                raise CommandError(f"Out of date: {', '.join(sorted(stale))}. Run manage.py check_protocols.")
        else:
            _write(verdict, stale)
        for one in verdict.protocols:
            self.stdout.write(f"{one.protocol.id}: {'; '.join(one.faults) if one.faults else 'proved'}")
        if not verdict.proved:
            raise CommandError("\n".join(["Not proved:", *verdict.faults]))
        self.stdout.write(f"{len(verdict.protocols)} protocols proved.")


def _stale(verdict: Report) -> dict[str, str | None]:
    """Pages whose text differs, with the right text; None for a page that should not be there."""
    wanted: dict[str, str | None] = {f"{one.protocol.id}.md": page(one) for one in verdict.protocols}
    there = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    extra: dict[str, str | None] = {name: None for name in there if name not in wanted}
    return {name: text for name, text in wanted.items() if there.get(name) != text} | extra


def _write(verdict: Report, stale: dict[str, str | None]) -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in stale.items():
        if text is None:
            (PAGES / name).unlink()
        else:
            (PAGES / name).write_text(text, encoding="utf-8")
