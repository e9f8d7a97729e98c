"""Published content, and a case whose consultation has begun."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from hub.cases.models import Case
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.holding import claim
from hub.people.models import User
from hub.record.actors import Machine
from tests.triage.few import few_presentations
from triage import published
from triage.operations.answering import answer
from triage.operations.assessing import open_assessment
from triage.operations.publishing import publish
from triage.policies import ClosingDetails, strict_items
from triage.protocols import Kind, Library, load_library
from triage.protocols.findings import Answer as Value
from triage.queries import decision_of
from triage.standing import Standing, current, standing

RELEASE = Machine("the content of this release")


@pytest.fixture(scope="session")
def library() -> Library:
    return few_presentations()


@pytest.fixture(scope="session")
def whole_library() -> Library:
    """Everything that ships."""
    return load_library()


@pytest.fixture
def content(db: None, library: Library) -> Iterator[Library]:
    """The protocols of a few presentations, published and in force."""
    published.forget()
    publish(library=library, by=RELEASE, activate_illustrative=True)
    yield library
    published.forget()


@dataclass
class Consultation:
    """A case in assessment, with the clinician who holds it."""

    case: Case
    by: User

    @property
    def key(self) -> dict[str, Any]:
        """What every operation of the holder carries."""
        return {"case_id": self.case.pk, "by": self.by, "fence": self.case.fence}

    def standing(self) -> Standing:
        """As the database has it."""
        case = Case.objects.get(pk=self.case.pk)
        assessment = current(case)
        assert assessment is not None
        return standing(case, assessment)

    def say(self, finding: str, value: Value = "yes", **more: Any) -> Standing:
        """Answer one finding."""
        return answer(**self.key, finding=finding, value=value, **more)

    def no_to_the_rest(self) -> Standing:
        """Answer what can still raise the outcome with "no", question by question."""
        now_ = self.standing()
        while now_.result is not None and now_.result.next_question is not None:
            finding = next(
                each.finding(now_.result.next_question)
                for each in now_.protocols
                if now_.result.next_question in [item.id for item in each.findings]
            )
            now_ = self.say(finding.id, finding.least_answer())
        return now_

    def no_to_every_red_flag(self) -> Standing:
        """Answer "no" also to what can no longer raise the outcome: needed before going below it."""
        now_ = self.no_to_the_rest()
        for protocol in now_.protocols:
            for finding in protocol.findings:
                if finding.kind is not Kind.DERIVED and finding.id not in self.standing().answers:
                    now_ = self.say(finding.id, finding.least_answer())
        return now_


def begin(case: Case, by: User, presentation: str = "") -> Consultation:
    """Claim, ring back (answered), start, open the assessment."""
    claim(case_id=case.pk, by=by)
    case.refresh_from_db()
    start_consultation(case_id=case.pk, by=by, fence=case.fence)
    case.refresh_from_db()
    talk = Consultation(case, by)
    open_assessment(**talk.key, presentation=presentation)
    return talk


@pytest.fixture
def consult(
    content: Library, clinician: User, open_case_: Callable[..., Case]
) -> Callable[..., Consultation]:
    """consult("sore-throat", stated_age=30): a consultation with this presentation open."""

    def start(presentation: str = "sore-throat", by: User | None = None, **changes: Any) -> Consultation:
        case = open_case_(**{"category": "C3", "presentation": presentation, **changes})
        return begin(case, by or clinician)

    return start


def whole_closing_set(case_id: UUID, **changes: Any) -> ClosingDetails:
    """A closing set with everything that this case's decision asks for."""
    decision = decision_of(Case.objects.get(pk=case_id))
    tags = decision.tags if decision else []
    given: dict[str, Any] = {
        "reason_explained": True,
        "no_ambulance_told": True,
        "advice_given": True,
        "worsening_told": True,
        "time_scale": "better within two days",
        "ring": "111",
        "repeated_back": True,
        "agreement": "agrees",
        "with_them": "her husband",
        "written": "declined",
        "stricter": {item.key: "asked and answered" for item in strict_items(tags)},
    }
    return ClosingDetails(**{**given, **changes})
