"""A partner that takes every message at once, in a process of its own: what a courier's work costs, and no more."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any


class _Taken(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps its connections open, as real servers do

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: thousands of lines would be what is measured."""


@contextmanager
def partner() -> Iterator[str]:
    """The address for its messages, while it is there."""
    # Not forked: that would share this process's database connections.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/hook"
    finally:
        process.terminate()
        process.join()


def _serve(tell: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taken)
    tell.send(server.server_port)
    server.serve_forever()
