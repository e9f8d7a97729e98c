"""Joins a draft with the dictionaries it names into a self-contained protocol, or says why it cannot."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from triage.protocols.conditions import Condition, Sign, signs
from triage.protocols.errors import Problem, suggest
from triage.protocols.findings import ABSENT, Finding, Kind
from triage.protocols.model import (
    DangerSet,
    Disposition,
    Draft,
    Presentation,
    Protocol,
    Rule,
    SafetyNet,
    Saying,
    SayingKind,
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that protocols share, by id."""

    findings: Mapping[str, Finding]
    dispositions: Mapping[str, Disposition]
    sayings: Mapping[str, Saying]
    safety_nets: Mapping[str, SafetyNet]
    dangers: Mapping[str, DangerSet]


class _Linker:
    def __init__(self, draft: Draft, shelf: Shelf) -> None:
        self.draft, self.shelf = draft, shelf
        self.problems: list[Problem] = []
        self.sets = [shelf.dangers[name] for name in draft.general_danger_signs if name in shelf.dangers]
        self.listed = _once([*(item for each in self.sets for item in each.findings), *draft.findings])
        self.rules = self._merged_rules()

    def fault(self, place: str, wrong: str, instead: str) -> None:
        self.problems.append(Problem(f"{self.draft.id}.yaml", place, wrong, instead))

    def _urgency(self, rule: Rule) -> int:
        known = self.shelf.dispositions.get(rule.disposition)
        return known.urgency if known else 0

    def _merged_rules(self) -> tuple[Rule, ...]:
        """Danger-sign rules stand before the protocol's own of the same urgency; the author's order is kept."""
        merged = list(self.draft.rules)
        for rule in (rule for each in reversed(self.sets) for rule in reversed(each.rules)):
            place = next(
                (at for at, own in enumerate(merged) if self._urgency(own) >= self._urgency(rule)),
                len(merged),
            )
            merged.insert(place, rule)
        return tuple(merged)

    def known(self, ids: Iterable[str], shelf: Mapping[str, object], place: str, what: str) -> None:
        for entry_id in ids:
            if entry_id not in shelf:
                self.fault(place, f"{entry_id!r} is not a known {what}.", suggest(entry_id, shelf))

    def check(self) -> None:
        """All faults of the draft, in reading order."""
        draft = self.draft
        self.known(
            draft.general_danger_signs, self.shelf.dangers, "general_danger_signs", "set of danger signs"
        )
        self.known(self.listed, self.shelf.findings, "findings", "finding")
        if len(set(draft.findings)) != len(draft.findings):
            self.fault("findings", "a finding stands twice.", "List each once, in the order of asking.")
        self._check_rules()
        for at, tag in enumerate(draft.closing, start=1):
            if tag.when is not None:
                self._check_signs(tag.when, f"closing[{at}]", listed_only=False)
        self._check_use()
        self._check_red_flags()
        self._check_words()

    def _check_rules(self) -> None:
        rules = self.rules
        ids = [rule.id for rule in rules]
        for rule in rules:
            place = f"rules '{rule.id}'"
            self.known([rule.disposition], self.shelf.dispositions, place, "disposition")
            if ids.count(rule.id) > 1:
                self.fault(place, "two rules have this id.", "Give each rule its own id.")
            if rule.when is not None:
                self._check_signs(rule.when, place, listed_only=True)
            elif rule is not rules[-1]:
                self.fault(
                    place,
                    "a rule without a condition hides all rules below it.",
                    "Add when:, or put it last.",
                )
        if not rules or rules[-1].when is not None:
            self.fault(
                "rules",
                "some answers would have no outcome.",
                "End with a rule without when:, the careful default.",
            )
        for above, below in itertools.pairwise(rules):
            if self._urgency(above) > self._urgency(below):
                wrong = (
                    f"{below.disposition} stands below the less urgent {above.disposition} of '{above.id}'."
                )
                self.fault(f"rules '{below.id}'", wrong, "Put the most urgent rules first.")

    def _check_signs(self, condition: Condition, place: str, *, listed_only: bool) -> None:
        for sign in signs(condition):
            finding = self.shelf.findings.get(sign.finding)
            if finding is None:
                self.fault(
                    place,
                    f"{sign.finding!r} is not in the dictionary.",
                    suggest(sign.finding, self.shelf.findings),
                )
                continue
            self._check_step(sign, finding, place)
            if listed_only and finding.kind is not Kind.DERIVED and sign.finding not in self.listed:
                self.fault(
                    place,
                    f"{sign.finding!r} would never be asked.",
                    "Add it to findings: in the order of asking.",
                )

    def _check_step(self, sign: Sign, finding: Finding, place: str) -> None:
        plain = finding.kind in (Kind.YES_NO, Kind.DERIVED)
        if plain and sign.step:
            self.fault(place, f"{sign.finding!r} is answered yes or no.", f"Write just '{sign.finding}'.")
        elif not plain and sign.step not in finding.steps:
            harmless = (
                "that is its harmless level, always true. "
                if finding.levels and finding.levels[0].id == sign.step
                else ""
            )
            wrong = f"'{sign.finding} >= {sign.step or '?'}' is not possible: {harmless}".rstrip(": ") + "."
            self.fault(place, wrong, f"Write '{sign.finding} >= ' and one of: {', '.join(finding.steps)}.")

    def _check_use(self) -> None:
        """Nothing is asked that no rule uses."""
        used = {sign.finding for rule in self.rules if rule.when is not None for sign in signs(rule.when)}
        for finding_id in self.draft.findings:
            known = self.shelf.findings.get(finding_id)
            if finding_id not in used:
                self.fault("findings", f"{finding_id!r} is asked but no rule uses it.", "Use or remove it.")
            elif known is not None and known.kind is Kind.DERIVED:
                self.fault("findings", f"{finding_id!r} follows from age and sex.", "Do not list it.")

    def _check_red_flags(self) -> None:
        """A finding that can lead to C1 or C2 may not count as harmless when it is not known."""
        for rule in self.rules:
            disposition = self.shelf.dispositions.get(rule.disposition)
            if rule.when is None or disposition is None or not disposition.red:
                continue
            for sign in signs(rule.when):
                finding = self.shelf.findings.get(sign.finding)
                if finding is not None and finding.not_known == ABSENT:
                    wrong = f"{sign.finding!r} can lead to C1 or C2, so not known may not count as absent."
                    self.fault(f"rules '{rule.id}'", wrong, "In the dictionary write not_known: present.")

    def _check_words(self) -> None:
        for kind, shelf_key, groups in (
            (SayingKind.ADVICE, "no_ambulance", [item.advice for item in self.draft.no_ambulance]),
            (SayingKind.WORSENING, "no_ambulance", [item.worsening for item in self.draft.no_ambulance]),
            (SayingKind.INTERIM, "interim", [item.care for item in self.draft.interim]),
        ):
            fitting = {key: item for key, item in self.shelf.sayings.items() if item.kind is kind}
            self.known(
                (each for group in groups for each in group), fitting, shelf_key, f"saying of kind {kind}"
            )
        self.known(
            (item.safety_net for item in self.draft.no_ambulance),
            self.shelf.safety_nets,
            "no_ambulance",
            "safety net",
        )
        for at, item in enumerate(self.draft.no_ambulance, start=1):
            if not item.advice or not item.worsening:
                self.fault(
                    f"no_ambulance[{at}]",
                    "advice and worsening may not be empty.",
                    "Name at least one of each.",
                )
        self.known(
            (code for item in self.draft.interim for code in item.for_),
            self.shelf.dispositions,
            "interim",
            "disposition",
        )
        self._check_outcomes()

    def _check_outcomes(self) -> None:
        """Every reached no-ambulance outcome has its words once, and no other has any."""
        reached = {rule.disposition for rule in self.rules} & self.shelf.dispositions.keys()
        quiet = sorted(code for code in reached if self.shelf.dispositions[code].no_ambulance)
        told = [code for item in self.draft.no_ambulance for code in item.for_]
        for code in quiet:
            if told.count(code) != 1:
                self.fault(
                    "no_ambulance",
                    f"{code} can be the outcome and stands {told.count(code)} times.",
                    "Give it one entry with advice, worsening and safety_net.",
                )
        for code in told:
            if code not in quiet:
                self.fault(
                    "no_ambulance",
                    f"{code} is not a no-ambulance outcome of this protocol.",
                    suggest(code, quiet),
                )

    def built(self) -> Protocol:
        draft, shelf = self.draft, self.shelf
        conditions = [rule.when for rule in self.rules if rule.when is not None]
        conditions += [tag.when for tag in draft.closing if tag.when is not None]
        used = _once([*self.listed, *(sign.finding for each in conditions for sign in signs(each))])
        codes = {rule.disposition for rule in self.rules}
        said = _once(
            [
                *(each for item in draft.no_ambulance for each in (*item.advice, *item.worsening)),
                *(each for item in draft.interim for each in item.care),
            ]
        )
        nets = _once([item.safety_net for item in draft.no_ambulance])
        return Protocol(
            id=draft.id,
            version=draft.version,
            title=draft.title,
            author_role=draft.author_role,
            status=draft.status,
            applies_to=draft.applies_to,
            words=draft.words,
            general=_once([item for each in self.sets for item in each.findings]),
            findings=tuple(shelf.findings[item] for item in used),
            rules=self.rules,
            no_ambulance=draft.no_ambulance,
            interim=draft.interim,
            closing=draft.closing,
            sources=draft.sources,
            dispositions=tuple(
                sorted((shelf.dispositions[code] for code in codes), key=lambda item: item.urgency)
            ),
            sayings=tuple(shelf.sayings[item] for item in said),
            safety_nets=tuple(shelf.safety_nets[item] for item in nets),
        )


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def link(draft: Draft, shelf: Shelf) -> tuple[Protocol | None, list[Problem]]:
    """The linked protocol, or None with every problem."""
    linker = _Linker(draft, shelf)
    linker.check()
    return (None if linker.problems else linker.built()), linker.problems


def family_faults(
    presentations: Mapping[str, Presentation], drafts: Mapping[str, Draft]
) -> Iterator[Problem]:
    """Presentations that name unknown protocols, and protocols that no presentation reaches."""
    named = {item for presentation in presentations.values() for item in presentation.protocols}
    for presentation in presentations.values():
        for item in presentation.protocols:
            if item not in drafts:
                place = f"presentations '{presentation.id}'"
                yield Problem(
                    "presentations.yaml", place, f"{item!r} is not a known protocol.", suggest(item, drafts)
                )
    for draft_id in drafts:
        if draft_id not in named:
            yield Problem(
                f"{draft_id}.yaml",
                "id",
                "no presentation names this protocol.",
                "Add it in presentations.yaml.",
            )
