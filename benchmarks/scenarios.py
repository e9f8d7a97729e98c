"""What is measured over HTTP: each scenario prepares its cases by the operations and is timed from outside."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from benchmarks.figures import Figure, figure
from benchmarks.load import Browser, Run, run
from benchmarks.patients import phone, stranger, stranger_waiting
from hub.cases.models import Case
from hub.people.models import User
from hub.record.actors import Machine
from referrals.models import Referral, Service
from tests.referrals.stories import AGREED, assessed_fall, in_consultation, make_service
from triage.operations.assessing import open_assessment

LOADER = Machine("API client benchmark")


@dataclass
class Place:
    """Where to measure: signed-in browsers with their people, a token for the API, a partner's address for messages."""

    cases: int
    browsers: list[Browser]
    people: list[User]
    token: str
    partner: str
    wrong: list[str] = field(default_factory=list)

    def figure(self, what: str, done: Run, note: str = "") -> Figure:
        """A figure of a run; what went wrong is kept and makes the whole benchmark fail."""
        self.wrong += [f"{what}: {entry}" for entry in done.wrong]
        return figure(what, self.cases, done.times, rate=done.rate, note=note)


def warm_up(place: Place) -> None:
    """Each page once on each connection: what a process reads once in its life is not measured again and again."""
    for browser, person in zip(place.browsers, place.people, strict=True):
        case = in_consultation(stranger_waiting("C3", presentation="fall", stated_age=81), person)
        for path in (
            "/queue/",
            f"/cases/{case.pk}/",
            f"/cases/{case.pk}/assessment/",
            f"/cases/{case.pk}/offer/",
        ):
            browser.ask("GET", path)


def queue_page(place: Place, count: int) -> Figure:
    """The queue, 50 rows, as a clinician opens it."""
    done = run(place.browsers, count, lambda browser, _: browser.ask("GET", "/queue/")[0])
    return place.figure("queue page, 50 rows", done)


def case_page(place: Place, count: int) -> Figure:
    """Open a waiting case."""
    keys = list(Case.objects.waiting().values_list("pk", flat=True)[:200])
    done = run(place.browsers, count, lambda b, n: b.ask("GET", f"/cases/{keys[n % len(keys)]}/")[0])
    return place.figure("open a case", done)


def intake(place: Place, count: int) -> Figure:
    """The CAD sends an incident."""
    stamp = uuid4().hex[:8]
    machines = [Browser(browser.url, bearer=place.token) for browser in place.browsers]

    def send(browser: Browser, number: int) -> int:
        return send_incident(browser, f"BENCH-{stamp}-{number}", number)

    return place.figure("record a call (API)", run(machines, count, send))


def send_incident(machine: Browser, cad_number: str, caller: int) -> int:
    """The CAD's request; the status."""
    return machine.ask("POST", "/api/v1/cases", document=incident(cad_number, phone(caller)))[0]


def incident(number: str, phone_number: str = "020 7946 0123") -> dict[str, object]:
    """What the CAD sends, with everything a usual incident has."""
    return {
        "cad_number": number, "category": "C3", "code_system": "AMPDS", "code": "05A01", "problem": "back pain",
        "patient": {"given_name": "Mary", "family_name": number, "stated_age": 61, "sex": "female"},
        "location": {"address": "1 Example Street, London", "postcode": "SE1 0AA"},
        "contacts": [{"phone": phone_number, "name": "Ann Other", "is_caller": True}],
    }  # fmt: skip


def claim(place: Place, count: int) -> Figure:
    """Claim a case from its page: the button's request."""
    waiting = [stranger_waiting("C4") for _ in range(count)]
    done = run(place.browsers, count, lambda browser, n: press_claim(browser, waiting[n]))
    return place.figure("claim a case", done)


def press_claim(browser: Browser, case: Case) -> int:
    """The request of the button on a case's page; the status."""
    return browser.ask("POST", f"/cases/{case.pk}/claim/", form={})[0]


def one_answer(place: Place, count: int) -> Figure:
    """One answer in an assessment and the fragment that comes back."""
    questions = {
        id(browser): unanswered(person, needed)
        for browser, person, needed in zip(place.browsers, place.people, shares(place, count), strict=True)
    }

    def send(browser: Browser, _: int) -> int:
        return press_no(browser, *questions[id(browser)].pop())

    return place.figure("one answer in an assessment", run(place.browsers, count, send))


def press_no(browser: Browser, case: Case, finding: str) -> int:
    """The request of the key "no"; the status."""
    form = {"fence": str(case.fence), "answer": f"{finding} no 0"}
    headers = {"HX-Request": "true"}
    return browser.ask("POST", f"/cases/{case.pk}/assessment/answer/", form=form, headers=headers)[0]


def shares(place: Place, count: int) -> list[int]:
    """How many pieces each browser may need: the first also works alone, the quicker ones do more than others."""
    each = 2 * count // len(place.browsers) + 2
    return [count // 3 + each, *[each] * (len(place.browsers) - 1)]


def unanswered(person: User, needed: int) -> list[tuple[Case, str]]:
    """Questions of this clinician's consultations, one consultation after the other."""
    prepared: list[tuple[Case, str]] = []
    while len(prepared) < needed:
        case = in_consultation(stranger_waiting("C3", presentation="fall", stated_age=81), person)
        standing = open_assessment(case_id=case.pk, by=person, fence=case.fence)
        prepared += [(case, f.id) for f in standing.protocols[0].findings if f.kind.value == "yes_no"]
    return prepared


def create_referral(place: Place, count: int) -> Figure:
    """Send a referral for an assessed patient: the offer page's form."""
    prepared = {
        id(browser): (
            make_service(f"Benchmark UCR {uuid4().hex[:6]}", webhook_url=place.partner),
            [assessed_fall(person, **stranger()) for _ in range(needed)],
        )
        for browser, person, needed in zip(place.browsers, place.people, shares(place, count), strict=True)
    }

    def send(browser: Browser, _: int) -> int:
        service, waiting = prepared[id(browser)]
        return send_offer(browser, waiting.pop(), service)

    done = run(place.browsers, count, send)
    if Referral.objects.filter(service__in=[service for service, _ in prepared.values()]).count() < count:
        done.wrong.append("fewer referrals than requests")
    return place.figure("create a referral", done)


def send_offer(browser: Browser, case: Case, service: Service) -> int:
    """The request of the offer page's form; the status."""
    form = {"service": str(service.pk), "fence": str(case.fence), "agreement": AGREED, "words": ""}
    return browser.ask("POST", f"/cases/{case.pk}/offer/", form=form)[0]


SCENARIOS: list[tuple[Callable[[Place, int], Figure], int]] = [
    (queue_page, 400),
    (case_page, 400),
    (intake, 600),
    (claim, 400),
    (one_answer, 400),
    (create_referral, 300),
]
