"""The peak hour of all English ambulance hubs together, ten times over, for a minute: how long each request takes.

About 2,300 calls and 400 assessments an hour come to the hubs of England at their busiest (../docs/architecture.md).
Requests start at their times whether or not earlier ones are done; a request that had to wait for its connection has
waited, and that counts.
"""

import http
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from benchmarks.figures import Figure, figure
from benchmarks.load import Browser
from benchmarks.patients import stranger, stranger_waiting
from benchmarks.scenarios import Place, press_claim, press_no, send_incident, send_offer, unanswered
from hub.people.models import User
from referrals.models import Service
from tests.referrals.stories import assessed_fall, make_service

TIMES_OVER = 10
CALLS, ASSESSMENTS = 2300 * TIMES_OVER, 400 * TIMES_OVER  # an hour
ANSWERS = 12  # of one assessment: the median to an outcome is below it
SCREENS = 8  # of each person who is signed in: nobody makes four hundred assessments an hour at one
ANOTHER_LOOK = 30  # seconds; each screen's queue is asked for again this often
MINUTE = 60.0
Ask = Callable[[], int]


@dataclass(frozen=True)
class Step:
    """One request of the minute: when, and what it asks; the answer is its status."""

    at: float
    ask: Ask


def peak_hour(place: Place, seconds: float = MINUTE) -> Figure:
    """Requests of every kind at their times; the times are from the moment each was due."""
    chance = random.Random(999)
    machines = [Browser(browser.url, bearer=place.token) for browser in place.browsers]
    lines = [_calls(machine, seconds * CALLS / 3600 / len(machines), seconds, chance) for machine in machines]
    service = make_service(f"Peak UCR {uuid4().hex[:6]}", webhook_url=place.partner)
    talks = round(seconds * ASSESSMENTS / 3600)
    screens = [
        (Browser(browser.url, cookies=dict(browser.cookies), token=browser.token), person)
        for browser, person in zip(place.browsers, place.people, strict=True)
        for _ in range(SCREENS)
    ]
    for number, (screen, person) in enumerate(screens):
        count = talks // len(screens) + (number < talks % len(screens))
        lines.append(_assessments(screen, person, service, count, seconds, chance))
    started = time.perf_counter() + 1
    with ThreadPoolExecutor(len(lines)) as pool:
        done = [entry for served in pool.map(lambda line: _serve(line, started), lines) for entry in served]
    place.wrong += [f"peak hour: {status}" for _, status in done if status >= http.HTTPStatus.BAD_REQUEST]
    note = f"{TIMES_OVER} peak hours of England at once, for {seconds:.0f} s, {len(done)} requests"
    return figure("whole hub", place.cases, [took for took, _ in done], rate=len(done) / seconds, note=note)


def _calls(machine: Browser, count: float, seconds: float, chance: random.Random) -> list[Step]:
    stamp = uuid4().hex[:8]
    return [
        Step(chance.uniform(0, seconds), partial(send_incident, machine, f"PEAK-{stamp}-{number}", number))
        for number in range(round(count))
    ]


def _assessments(
    browser: Browser, person: User, service: Service, count: int, seconds: float, chance: random.Random
) -> list[Step]:
    """What a clinician's browser asks: looks at the queue, opens and claims cases, answers, refers to the service."""
    questions = iter(unanswered(person, count * ANSWERS))
    pieces: list[list[Ask]] = [
        [partial(_look, browser, "/queue/")] for _ in range(int(seconds / ANOTHER_LOOK))
    ]
    for _ in range(count):
        pieces.append([partial(press_no, browser, *next(questions)) for _ in range(ANSWERS)])
        waiting, assessed = stranger_waiting("C4"), assessed_fall(person, **stranger())
        pieces.append(
            [partial(_look, browser, f"/cases/{waiting.pk}/"), partial(press_claim, browser, waiting)]
        )
        pages = (f"/cases/{assessed.pk}/closing/", f"/cases/{assessed.pk}/offer/")
        pieces.append(
            [
                *(partial(_look, browser, page) for page in pages),
                partial(send_offer, browser, assessed, service),
            ]
        )
    chance.shuffle(pieces)
    asked = [ask for piece in pieces for ask in piece]
    times = sorted(chance.uniform(0, seconds) for _ in asked)
    return [Step(at, ask) for at, ask in zip(times, asked, strict=True)]


def _look(browser: Browser, path: str) -> int:
    return browser.ask("GET", path)[0]


def _serve(line: list[Step], started: float) -> list[tuple[float, int]]:
    """One connection's requests, each at its time or as soon after as the connection is free."""
    done = []
    for step in sorted(line, key=lambda each: each.at):
        due = started + step.at
        time.sleep(max(due - time.perf_counter(), 0))
        status = step.ask()
        done.append((time.perf_counter() - due, status))
    return done
