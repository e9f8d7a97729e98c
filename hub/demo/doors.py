"""The doors of the demo's CAD and partners: signed webhooks in, and a small page that shows and steers them."""

import html
import json
import logging
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hub.demo.log import Log

logger = logging.getLogger(__name__)
LARGEST = 200_000  # bytes of one webhook


class Machine(Protocol):
    """A CAD or a partner, as its door knows it."""

    name: str
    secret: str
    mode: str
    modes: tuple[str, ...]

    def begin(self) -> None: ...

    def heard(self, kind: str, data: dict[str, Any]) -> None: ...


class Door(ThreadingHTTPServer):
    """One HTTP server for one or several machines; a webhook belongs to the machine whose secret signed it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], machines: Sequence[Machine], log: Log, *, title: str
    ) -> None:
        super().__init__(address, _Handler)
        self.machines, self.log, self.title = list(machines), log, title

    def whose(self, body: bytes, headers: dict[str, str]) -> Machine | None:
        """The machine that this signature is for; also None when it is older than five minutes."""
        for machine in self.machines:
            try:
                Webhook(machine.secret).verify(body, headers)
            except (WebhookVerificationError, ValueError, KeyError):
                continue
            return machine
        return None


class _Handler(BaseHTTPRequestHandler):
    server: Door
    timeout = 20

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/health":
            self._answer(200, "well")
        else:
            self._answer(200, _page(self.server), kind="text/html; charset=utf-8")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            self._answer(413, "Send at most 200 kB, with its length.")
            return
        body = self.rfile.read(int(length))
        if urlsplit(self.path).path == "/control":
            self._control(body)
        else:
            self._webhook(body)

    def _webhook(self, body: bytes) -> None:
        machine = self.server.whose(body, {name.lower(): value for name, value in self.headers.items()})
        if machine is None:
            self._answer(401, "The signature is not ours.")
            return
        try:
            told = json.loads(body)
            kind, data = str(told["type"]), dict(told["data"])
            machine.heard(kind, data)
        except (ValueError, TypeError, KeyError):
            self._answer(422, "Not a message we know.")
            return
        self._answer(202, "taken")

    def _control(self, body: bytes) -> None:
        """Set how a machine behaves. Only from its own page: another site's form carries another origin."""
        origin = self.headers.get("Origin")
        if origin and urlsplit(origin).netloc != self.headers.get("Host"):
            self._answer(403, "Only from this page.")
            return
        asked = parse_qs(body.decode("utf-8", "replace"))
        name, mode = asked.get("name", [""])[0], asked.get("mode", [""])[0]
        found = next((each for each in self.server.machines if each.name == name), None)
        if found is None or mode not in found.modes:
            self._answer(422, "No such machine, or no such way to behave.")
            return
        found.mode = mode
        self.server.log.add(name, f"from now on: {mode}")
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status: int, words: str, *, kind: str = "text/plain; charset=utf-8") -> None:
        content = words.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; form-action 'self'")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        logger.debug(format, *args)


def _page(door: Door) -> str:
    forms = "".join(_form(machine) for machine in door.machines)
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in door.log.newest())
    return (
        f'<!DOCTYPE html><html lang="en-GB"><meta charset="utf-8"><title>{door.title}</title><h1>{door.title}</h1>'
        f"<p>Part of the demonstration. Say how each of them answers from now on.</p>{forms}"
        f"<h2>What they did</h2><ul>{lines}</ul></html>"
    )


def _form(machine: Machine) -> str:
    name = html.escape(machine.name)
    buttons = "".join(
        f'<button name="mode" value="{mode}"{" disabled" if mode == machine.mode else ""}>{mode}</button> '
        for mode in machine.modes
    )
    return (
        f'<form method="post" action="/control"><p><strong>{name}</strong> (now: {machine.mode}) '
        f'<input type="hidden" name="name" value="{name}">{buttons}</p></form>'
    )
