"""Services from a JSON file into the directory, all or nothing, through the operations that the pages use."""

import argparse
import json
import sys
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from hub.record.actors import Machine
from hub.refusals import Refusal
from referrals import typed
from referrals.entry import UnreadableEntry, as_typed, changes, in_words, read_entry
from referrals.models import Service
from referrals.operations.listing import add_service, change_service, entry_of

BY = Machine("the command line")
KEYS = ("ods_code", "name")


class Command(BaseCommand):
    """An entry is known by its ODS code and name together: a code that is another service's is never taken over."""

    help = "Add or change services from a JSON file (or - for standard input), all of them or none."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", help="a JSON list of entries; - reads standard input")
        parser.add_argument("--check", action="store_true", help="say what would be done, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        entries = _entries(_read(options["file"]))
        faults: list[tuple[int, str]] = []
        done: list[str] = []
        secrets: list[str] = []
        with transaction.atomic():
            # In one order, whatever the file's: two loads at once wait for each other and never in a ring.
            for place, given in sorted(enumerate(entries, start=1), key=lambda each: _code(each[1])):
                try:
                    said, secret = _load(given)
                except (Refusal, UnreadableEntry) as wrong:
                    named = f"entry {place} ({_named(given)})"
                    faults += [(place, f"{named}: {fault}") for fault in _told(wrong)]
                    continue
                done.append(said)
                secrets += [f"{_code(given)} webhook_secret={secret}"] if secret else []
            if faults or options["check"]:
                transaction.set_rollback(True)
        if faults:
            told = [fault for _, fault in sorted(faults, key=itemgetter(0))]
            raise CommandError("\n".join([*told, "Nothing was changed."]))
        self.stdout.write("\n".join([*done, "Checked: nothing was changed."] if options["check"] else done))
        if secrets and not options["check"]:
            self.stdout.write("\n".join(secrets))
            self.stderr.write("Each secret is told once and cannot be shown again.")


def _load(given: dict[str, Any]) -> tuple[str, str]:
    """Add or change one service; what was done in words, and its secret if it has a new one.

    Of a known service what the entry leaves out stays as it is.
    """
    service = _known(given)
    if service is None:
        added, secret = add_service(by=BY, entry=read_entry(given))
        return f"added    {added.ods_code} {added.name}", secret
    if service.name != " ".join(str(given.get("name")).split()):
        raise UnreadableEntry(
            {"name": f"{service.ods_code} is {service.name}. A name is changed on its page."}
        )
    if not service.active:
        raise UnreadableEntry({"ods_code": f"{service.name} has ended. Put it back on its page first."})
    before = entry_of(service)
    entry = read_entry({**as_typed(before), **given})
    named = in_words(changes(before, entry))
    if not named:
        return f"the same {service.ods_code} {service.name}", ""
    _, secret = change_service(by=BY, service_id=service.pk, entry=entry, seen=before.mark)
    return f"changed  {service.ods_code} {service.name}: {named}", secret


def _known(given: dict[str, Any]) -> Service | None:
    """The locked row of the entry's code; none for a code that is none, which the entry's reader tells."""
    try:
        code = typed.ods_code(given.get("ods_code"))
    except ValueError:
        return None
    return Service.objects.select_for_update().filter(ods_code=code).first()


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise CommandError(f"{file} cannot be read: {unreadable}. Nothing was changed.") from unreadable


def _entries(text: str) -> list[dict[str, Any]]:
    """The list of objects that the file is; a code stands in it once."""
    try:
        found = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as wrong:
        raise CommandError(f"This is no JSON: {wrong}. Nothing was changed.") from wrong
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise CommandError("The file holds a list of entries, [{…}, {…}]. Nothing was changed.")
    seen: dict[str, int] = {}
    for place, each in enumerate(found, start=1):
        if (first := seen.setdefault(_code(each), place)) != place:
            raise CommandError(
                f"entry {place} ({_named(each)}): entry {first} has the same ODS code. Nothing was changed."
            )
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"“{twice[0]}” stands twice in one entry")
    return dict(pairs)


def _code(given: dict[str, Any]) -> str:
    return str(given.get("ods_code") or "").strip().upper()


def _named(given: dict[str, Any]) -> str:
    """What the entry calls itself, without characters that a terminal would obey."""
    called = " ".join(str(given.get(name) or f"no {name}")[:60] for name in KEYS)
    return "".join(each if each.isprintable() else "?" for each in called)


def _told(wrong: Refusal | UnreadableEntry) -> Iterator[str]:
    if isinstance(wrong, Refusal):
        field = wrong.extra.get("field")
        yield f"{field}: {wrong.sentence}" if field else wrong.sentence
    else:
        yield from (f"{name}: {fault}" for name, fault in wrong.faults.items())
