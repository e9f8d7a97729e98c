"""`python -m hub.demo.callers --per-hour 60`: synthetic cases trickle in through the intake API, as from a CAD."""

import argparse
import itertools
import random
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.demo import synthetic
from hub.demo.api import Api, UnreachableError, credentials, public_url, state_folder
from hub.demo.recording import Natures
from hub.demo.running import speak_to_running_demo

NATURES = (
    "FALL VICTIM", "CARDIAC EMERGENCY", "RESPIRATORY EMERGENCY", "FEVER", "OVERDOSE", "SUBJECT IN PAIN", "DIZZINESS",
    "NAUSEA/VOMITING", "BACK PAINS/INJURY", "DEHYDRATION", "SORE THROAT", "ABDOMINAL PAINS",
)  # fmt: skip
SORE_THROAT = {
    "presentation": "sore-throat",
    "category": "C5",
    "segment": "",
    "problem": "Sore throat for two days",
}


def case(dice: random.Random, natures: Natures, number: str) -> dict[str, Any]:
    """One case as the intake API takes it."""
    nature = dice.choice(NATURES)
    mapped = SORE_THROAT if nature == "SORE THROAT" else natures.of(nature)[0]
    person = synthetic.patient(dice, today=datetime.now(UTC).date())
    body: dict[str, Any] = {
        "cad_number": number,
        "category": mapped["category"],
        "presentation": mapped["presentation"],
        "problem": mapped["problem"],
        "patient": person,
        "caller": synthetic.caller(dice, person),
        "location": {
            "address": f"{synthetic.address(dice)}, London",
            "postcode": f"SE{dice.randint(1, 28)} 0AA",
        },
    }
    if mapped["segment"]:
        body["segment"] = mapped["segment"]
    return body


def pauses(dice: random.Random, per_hour: float) -> Iterator[float]:
    """Seconds between two calls: they come at random, not in step."""
    while True:
        yield dice.expovariate(per_hour / 3600)


def trickle(api: Api, *, per_hour: float, count: int | None, seed: str) -> int:
    """Send cases until `count` of them are in (None: for ever); returns how many were accepted."""
    dice, natures, accepted = random.Random(seed), Natures(), 0
    for number in itertools.islice(itertools.count(1), count):
        incident = f"T-{seed}-{number}"
        answer = api.post("/api/v1/cases", case(dice, natures, incident), key=incident)
        accepted += answer.is_success
        if not answer.is_success:
            print(f"{incident}: {answer.status_code} {answer.text[:300]}", flush=True)
        time.sleep(next(pauses(dice, per_hour)) if per_hour > 0 else 0)
    return accepted


def main() -> None:
    """Command line."""
    speak_to_running_demo()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-hour", type=float, default=60.0, help="calls an hour; 0: as fast as allowed")
    parser.add_argument("--count", type=int, help="stop after so many")
    parser.add_argument("--first", type=int, default=0, help="before that, so many at once; only once a hub")
    parser.add_argument("--seed", default=secrets.token_hex(3), help="the same seed sends the same cases")
    parser.add_argument("--state", type=Path, default=state_folder())
    given = parser.parse_args()
    api = Api(public_url(), credentials(given.state / "clients.json")[0])
    try:
        # The same incident numbers each time: a hub that has them already takes no second ones.
        trickle(api, per_hour=0, count=given.first, seed="first")
        print(f"{trickle(api, per_hour=given.per_hour, count=given.count, seed=given.seed)} accepted")
    except (UnreachableError, KeyboardInterrupt) as stopped:
        print(f"stopped: {stopped}")
    finally:
        api.close()


if __name__ == "__main__":
    main()
