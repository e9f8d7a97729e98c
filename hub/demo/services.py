"""`python -m hub.demo.services`: the demo's CAD and partner services, real HTTP servers that use only the front doors.

From the environment: HUB_PUBLIC_URL (the hub), HUB_DEMO_CAD_URL and HUB_DEMO_PARTNER_URL (where to listen), HUB_STATE
(clients.json), HUB_DEMO_SEED (the same number, the same answers), HUB_DEMO_PACE (1: seconds; smaller: faster).
"""

import logging
import os
import signal
import threading
from urllib.parse import urlsplit

from hub.demo.api import Api, credentials, public_url, state_folder
from hub.demo.cad import Cad
from hub.demo.doors import Door
from hub.demo.later import Later
from hub.demo.log import Log
from hub.demo.partners import Partner

CAD_URL, PARTNER_URL = "http://127.0.0.1:18002", "http://127.0.0.1:18003"


class Services:
    """Both doors and everything behind them, in one process."""

    def __init__(self) -> None:
        seed, pace = int(os.environ.get("HUB_DEMO_SEED", "1")), float(os.environ.get("HUB_DEMO_PACE", "1"))
        known, partners = credentials(state_folder() / "clients.json")
        self.later, self.log = Later(), Log()
        self._apis = [Api(public_url(), each) for each in (known, *partners)]
        self.cad = Cad(self._apis[0], known.webhook_secret, self.later, self.log, seed=seed)
        self.partners = [
            Partner(
                each.service or each.client_id,
                api,
                each.webhook_secret,
                self.later,
                self.log,
                seed=seed,
                pace=pace,
            )
            for each, api in zip(partners, self._apis[1:], strict=True)
        ]
        self.doors = [
            Door(_address("HUB_DEMO_CAD_URL", CAD_URL), [self.cad], self.log, title="Demo CAD"),
            Door(
                _address("HUB_DEMO_PARTNER_URL", PARTNER_URL), self.partners, self.log, title="Demo services"
            ),
        ]

    def start(self) -> None:
        """Listen, and look for what came while nobody was here."""
        for door in self.doors:
            threading.Thread(target=door.serve_forever, daemon=True).start()
        for door in self.doors:
            for machine in door.machines:
                machine.begin()

    def stop(self) -> None:
        """Stop listening and let everything go."""
        for door in self.doors:
            door.shutdown()
            door.server_close()
        self.later.stop()
        for api in self._apis:
            api.close()


def _address(name: str, otherwise: str) -> tuple[str, int]:
    parts = urlsplit(os.environ.get(name) or otherwise)
    return parts.hostname or "127.0.0.1", parts.port or 80


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    services = Services()
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    services.start()
    print("CAD and partner services listen.", flush=True)
    told.wait()
    services.stop()


if __name__ == "__main__":
    main()
