"""All clinical content of a folder, read strictly and linked: every fault is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from triage.protocols.checks import finding_faults, id_faults
from triage.protocols.decoding import DecodeError, decode
from triage.protocols.errors import ContentError, Problem
from triage.protocols.findings import Finding
from triage.protocols.linking import Shelf, family_faults, link
from triage.protocols.model import DangerSet, Disposition, Draft, Presentation, Protocol, SafetyNet, Saying
from triage.protocols.yaml_files import read_entries, read_yaml

CONTENT: Final = Path(__file__).parent.parent / "content"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Library:
    """The content of one release: dictionary, table, families and linked protocols, all by id."""

    findings: Mapping[str, Finding]
    dispositions: Mapping[str, Disposition]
    presentations: Mapping[str, Presentation]
    protocols: Mapping[str, Protocol]
    dangers: Mapping[str, DangerSet]


class _Reader:
    """Reads entries and keeps every fault until the end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.file_of: dict[tuple[str, str], str] = {}

    def fault(self, file: str, place: str, wrong: str, instead: str) -> None:
        self.problems.append(Problem(file, place, wrong, instead))

    def lists(self, folder: str, key: str, kind: type[T], name: str = "id") -> dict[str, T]:
        """Entries of every file of a folder (or of one file), by id, ids unique over all of them."""
        found: dict[str, T] = {}
        base = self.root / folder
        for path in sorted(base.glob("*.yaml")) if base.is_dir() else [base]:
            try:
                entries = read_entries(path, key)
            except ContentError as error:
                self.problems.extend(error.problems)
                continue
            for index, data in enumerate(entries, start=1):
                self._take(found, path.name, key, index, data, kind, name)
        return found

    def _take(
        self, found: dict[str, T], file: str, key: str, index: int, data: Any, kind: type[T], name: str
    ) -> None:
        place = f"{key}[{index}]"
        if isinstance(data, dict) and name in data:
            place += f" '{data[name]}'"
        try:
            entry = decode(kind, data)
        except DecodeError as error:
            self.fault(file, f"{place} › {error.place}" if error.place else place, error.wrong, error.instead)
            return
        entry_id = str(getattr(entry, name))
        if entry_id in found:
            self.fault(
                file,
                place,
                f"the id stands already in {self.file_of[key, entry_id]}.",
                "Ids are permanent and unique: choose another.",
            )
            return
        found[entry_id] = entry
        self.file_of[key, entry_id] = file

    def drafts(self) -> dict[str, Draft]:
        """One protocol per file, named like its id."""
        found = {}
        for path in sorted((self.root / "protocols").glob("*.yaml")):
            try:
                draft = decode(Draft, read_yaml(path))
            except ContentError as error:
                self.problems.extend(error.problems)
                continue
            except DecodeError as error:
                self.fault(path.name, error.place or "file", error.wrong, error.instead)
                continue
            if draft.id != path.stem:
                self.fault(
                    path.name, "id", f"{draft.id!r} is not the file's name.", f"Write id: {path.stem}."
                )
            found[draft.id] = draft
        return found

    def check(self, entries: Mapping[str, T], key: str, faults: Callable[[T], Any]) -> None:
        for entry_id, entry in entries.items():
            for wrong, instead in faults(entry):
                self.fault(self.file_of[key, entry_id], f"{key} '{entry_id}'", wrong, instead)


def load_library(root: Path = CONTENT) -> Library:
    """Read and link a content folder; raises ContentError that lists every fault."""
    reader = _Reader(root)
    asked = reader.lists("findings", "findings", Finding)
    facts = reader.lists("facts", "facts", Finding)
    reader.check(asked, "findings", finding_faults)
    reader.check(facts, "facts", finding_faults)
    for both in asked.keys() & facts.keys():
        reader.fault(
            reader.file_of["facts", both], f"facts '{both}'", "is also a finding.", "Choose another id."
        )
    shelf = Shelf(
        findings={**asked, **facts},
        dispositions=reader.lists("dispositions.yaml", "dispositions", Disposition, "code"),
        sayings=reader.lists("advice", "sayings", Saying),
        safety_nets=reader.lists("safety_nets.yaml", "safety_nets", SafetyNet),
        dangers=reader.lists("dangers", "dangers", DangerSet),
    )
    reader.check(shelf.sayings, "sayings", lambda saying: id_faults(saying.id))
    drafts, presentations = reader.drafts(), reader.lists("presentations.yaml", "presentations", Presentation)
    protocols = {}
    if reader.problems:  # what is missing from a dictionary would only be reported a second time
        raise ContentError(reader.problems)
    for draft in drafts.values():
        protocol, problems = link(draft, shelf)
        reader.problems.extend(problems)
        if protocol is not None:
            protocols[draft.id] = protocol
    reader.problems.extend(family_faults(presentations, drafts))
    if reader.problems:
        raise ContentError(reader.problems)
    return Library(shelf.findings, shelf.dispositions, presentations, protocols, shelf.dangers)
