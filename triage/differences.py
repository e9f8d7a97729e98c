"""What a new version of a protocol changes against another: added, removed, changed, in words. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from triage import in_words
from triage.protocols import Protocol


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `before` is empty for what was added, `after` for what was removed."""

    part: str
    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """Added, removed or changed."""
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


def differences(old: Protocol, new: Protocol) -> list[Difference]:
    """Everything that differs: rules and their order, questions and their order, words said, whom it is for."""
    found: list[Difference] = []
    for (part, before), after in zip(_parts(old).items(), _parts(new).values(), strict=True):
        found += _between(part, before, after)
    found += _order("Rule", [each.id for each in old.rules], [each.id for each in new.rules])
    asked = ([each.id for each in one.findings] for one in (old, new))
    found += _order("Question", *asked)
    return found


def _parts(protocol: Protocol) -> dict[str, dict[str, str]]:
    """Each part of a protocol as lines of words by name. Both sides have the same parts in the same order."""
    return {
        "Rule": {each.id: in_words.rule(protocol, each) for each in protocol.rules},
        "Question": {
            each.id: f"{in_words.finding(each)}. Why: {each.why}. For: {each.asked_of or 'everybody'}"
            for each in protocol.findings
        },
        "Sentence": {each.id: f"{each.kind}: {each.say}" for each in protocol.sayings},
        "Safety net": {each.id: f"{each.say} ({each.ring})" for each in protocol.safety_nets},
        "Disposition": {
            each.code: f"{each.title}, urgency {each.urgency}, within {each.within_minutes} min, "
            f"services: {', '.join(each.services) or 'none'}; says: {each.say}"
            for each in protocol.dispositions
        },
        "Ending": {
            code: f"advice {', '.join(each.advice)}; worsening {', '.join(each.worsening)}; {each.safety_net}"
            for each in protocol.no_ambulance
            for code in each.for_
        },
        "Until help comes": {code: ", ".join(each.care) for each in protocol.interim for code in each.for_},
        "Stricter closing": {str(each.tag): str(each.when or "always") for each in protocol.closing},
        "Protocol": {
            "for": str(protocol.applies_to),
            "title": protocol.title,
            "words": ", ".join(protocol.words),
            "written by": protocol.author_role,
            "sources": "; ".join(protocol.sources),
        },
    }


def _between(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        was, is_ = before.get(name, ""), after.get(name, "")
        if was != is_:
            yield Difference(part, name.replace("-", " "), was, is_)


def _order(part: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    """The order of what both have: rules higher up decide first, questions higher up are asked first."""
    was, is_ = list(before), list(after)
    both = set(was) & set(is_)
    kept_before = [each for each in was if each in both]
    kept_after = [each for each in is_ if each in both]
    if kept_before != kept_after:
        told = (", ".join(each.replace("-", " ") for each in one) for one in (kept_before, kept_after))
        yield Difference(part, "order", *told)
