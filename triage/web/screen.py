"""What the assessment screen shows: questions in order, the two bounds, what would raise them, what is pinned."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from triage.models import Answer
from triage.narrative import known_findings
from triage.policies import IN_ONE_BREATH, ask_before_closing, unanswered_red_flags
from triage.protocols import NOT_KNOWN, Finding, Kind
from triage.protocols.engine import Raise
from triage.standing import Standing

MOST_RAISERS = 3
MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One button under a question."""

    value: str
    text: str
    key: str
    danger: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A finding as it stands on the screen."""

    finding: Finding
    options: tuple[Option, ...]
    answer: Answer | None
    before: tuple[Answer, ...]
    live: bool
    red: bool
    next: bool

    @property
    def id(self) -> str:
        """The finding's id."""
        return self.finding.id

    @property
    def number(self) -> bool:
        """Whether it is answered by typing a number."""
        return self.finding.kind is Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading; `spent` can no longer change the outcome.

    in_one_breath: a panel of danger signs that may be answered "none of these" together.
    """

    id: str
    title: str
    questions: tuple[Question, ...]
    in_one_breath: bool = False

    @property
    def open(self) -> list[Question]:
        """Unanswered, and able to raise the outcome."""
        return [each for each in self.questions if each.answer is None and each.live]

    @property
    def answered(self) -> list[Question]:
        """Answered ones, dangerous answers first."""
        given = [each for each in self.questions if each.answer is not None]
        return sorted(given, key=lambda each: -strength(each))

    @property
    def spent(self) -> list[Question]:
        """Unanswered, and unable to change anything now."""
        return [each for each in self.questions if each.answer is None and not each.live]


def strength(question: Question) -> int:
    """How dangerous the given answer is; 0 for an absent sign."""
    return question.finding.rank(question.answer.value) if question.answer else 0


@dataclass(frozen=True, slots=True)
class Raiser:
    """One rule that could still raise the outcome: to what, why, and the open questions that would tell."""

    title: str
    because: str
    questions: tuple[Question, ...]


@dataclass(slots=True)
class Screen:
    """Everything that an answer can change on the page."""

    groups: list[Group] = field(default_factory=list)
    pinned: list[Question] = field(default_factory=list)
    raisers: list[Raiser] = field(default_factory=list)
    other_raisers: list[tuple[str, int]] = field(
        default_factory=list
    )  # of the rest, how many rules by outcome
    next: Question | None = None
    left: int = 0
    before_closing: int = 0
    unasked: int = 0  # red flags without an answer, whether or not one can raise it further


def screen(now_: Standing) -> Screen:
    """Lay an assessment out. No queries."""
    result = now_.result
    if result is None:
        return Screen()
    findings = {
        key: finding
        for key, finding in known_findings(now_).items()
        if finding.kind is not Kind.DERIVED and _asked_of(now_, finding)
    }
    last = [key for key in ask_before_closing(now_) if key in findings]
    live, red = {*result.open_questions, *last}, set(result.unasked_red_flags)
    first = result.next_question or next(iter(last), None)
    made = {
        key: _question(now_, finding, live=live, red=red, first=first) for key, finding in findings.items()
    }
    return Screen(
        groups=_groups(now_, made, last),
        pinned=[made[key] for key in result.unasked_red_flags if key in made],
        raisers=list(_raisers(result.would_raise[:MOST_RAISERS], made)),
        other_raisers=_counted(result.would_raise[MOST_RAISERS:]),
        next=made.get(first) if first else None,
        left=len(result.open_questions),
        before_closing=len(last),
        unasked=len(unanswered_red_flags(now_)),
    )


def _asked_of(now_: Standing, finding: Finding) -> bool:
    """Questions for others are not shown, unless somebody answered them."""
    if finding.asked_of is None or finding.id in now_.answers:
        return True
    return finding.asked_of.holds(now_.context.age, now_.context.sex) is not False


def _question(
    now_: Standing, finding: Finding, *, live: set[str], red: set[str], first: str | None
) -> Question:
    return Question(
        finding=finding,
        options=options(finding),
        answer=now_.answers.get(finding.id),
        before=tuple(now_.superseded.get(finding.id, ())),
        live=finding.id in live,
        red=finding.id in red,
        next=finding.id == first,
    )


def options(finding: Finding) -> tuple[Option, ...]:
    """The buttons of a question; a number has only "not known" beside its box."""
    unknown = Option(NOT_KNOWN, "Not known", "k", danger=False)
    if finding.kind is Kind.LEVEL:
        steps = [
            Option(level.id, level.say, str(rank + 1), danger=rank > 0)
            for rank, level in enumerate(finding.levels)
        ]
        return (*steps, unknown)
    if finding.kind is Kind.NUMBER:
        return (unknown,)
    return (Option("yes", "Yes", "y", danger=True), Option("no", "No", "n", danger=False), unknown)


def _groups(now_: Standing, made: dict[str, Question], last: list[str]) -> list[Group]:
    """What decides the closing set, when all else is asked; general danger signs once; then each protocol's own.

    A shared finding stands under the first that asks it.
    """
    general = dict.fromkeys(key for each in now_.protocols for key in each.general if key in made)
    deciding = tuple(made[key] for key in last if key not in general)
    groups = [Group("before-closing", "Before closing", deciding)]
    groups += _panels([made[key] for key in general])
    shown = {*general, *last}
    for protocol in now_.protocols:
        own = [item.id for item in protocol.findings if item.id in made and item.id not in shown]
        shown.update(own)
        groups.append(Group(protocol.id, protocol.title, tuple(made[key] for key in own)))
    return [each for each in groups if each.questions]


def _panels(signs: list[Question]) -> Iterable[Group]:
    """Danger signs in panels that a caller can take in at one hearing."""
    for number, start in enumerate(range(0, len(signs), IN_ONE_BREATH), start=1):
        more = f", panel {number}" if number > 1 else ""
        key = "danger-signs" if number == 1 else f"danger-signs-{number}"
        yield Group(
            key,
            f"General danger signs{more}",
            tuple(signs[start : start + IN_ONE_BREATH]),
            in_one_breath=True,
        )


def _raisers(rules: Iterable[Raise], made: dict[str, Question]) -> Iterable[Raiser]:
    """The most urgent ones, in the words of their rules."""
    for each in rules:
        questions = tuple(made[key] for key in each.findings if key in made)
        yield Raiser(each.ground.disposition.title, each.ground.because, questions[:MOST_QUESTIONS])


def _counted(rules: Iterable[Raise]) -> list[tuple[str, int]]:
    """How many further rules could raise it to each outcome, most urgent first."""
    return list(Counter(each.ground.disposition.title for each in rules).items())


def unused_answers(now_: Standing) -> list[Answer]:
    """Answers that no open presentation asks for: kept, shown, without effect."""
    used = known_findings(now_)
    return [answer for key, answer in now_.answers.items() if key not in used]
