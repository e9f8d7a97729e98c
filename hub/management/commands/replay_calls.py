"""Feed a recorded call stream into the intake API over HTTP."""

import argparse
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from hub.demo.api import Api, UnreachableError, credentials
from hub.demo.recording import NATURES, Natures, UnreadableError
from hub.demo.replay import progress, replay


def speed(text: str) -> float:
    """`max` or 0: as fast as the hub takes them; else that many times as fast as recorded."""
    value = 0.0 if text == "max" else float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("a number from 0, or max")
    return value


class Command(BaseCommand):
    """A second run of the same file sends nothing new: rows are known by their incident number."""

    help = (
        "Send the calls of a CSV file (columns timeStamp, nature; lat, lng, twp) to the hub's own intake API."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--speed", type=speed, default=0.0, help="times real time; 0 or max (default): at once"
        )
        parser.add_argument(
            "--map", type=Path, default=NATURES, help="which nature is which presentation, CSV"
        )
        parser.add_argument("--limit", type=int, help="only the first rows")
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="the hub (default: HUB_PUBLIC_URL)")
        parser.add_argument("--clients", type=Path, default=settings.STATE_DIR / "clients.json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            known, _ = credentials(options["clients"])
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"No client to send as in {options['clients']}: {error}") from error
        api = Api(options["url"], known)
        try:
            summary = replay(
                options["file"],
                api,
                natures=Natures(options["map"]),
                speed=options["speed"],
                limit=options["limit"],
                show=progress,
            )
        except httpx.HTTPStatusError as error:
            raise CommandError(f"The hub gives this client no token: {error.response.status_code}") from error
        except (UnreadableError, UnreachableError) as error:
            raise CommandError(f"{error} Run it again: what arrived is known.") from error
        finally:
            api.close()
        self.stdout.write("\n" + "\n".join(summary.lines()))
        if summary.refused or summary.bad:
            raise SystemExit(1)
