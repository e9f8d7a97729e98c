"""One address for people: a small proxy; /live/ goes to the live process, the rest to the web process.

It works on bytes: one request for each connection, answers are passed on as they come, so event streams flow.
For the demo and the tests; in production the reverse proxy of docker-compose.yml stands here.
"""

import argparse
import asyncio
import contextlib
import resource
import signal
from dataclasses import dataclass

LARGEST_HEAD = 64 * 1024
CHUNK = 64 * 1024
SLOWEST_HEAD = 30.0  # seconds
PATIENCE = 8.0  # seconds that a request waits for a process which is being restarted: pages give up after ten
# Only this door may say where a request came from, and it allows one request for each connection.
NOT_PASSED_ON = {b"connection", b"keep-alive", b"forwarded", b"upgrade"}

TOO_LARGE = (b"431 Request Header Fields Too Large", b"The request's head is too large.")
NOT_HTTP = (b"400 Bad Request", b"This is not an HTTP request.")
AWAY = (
    b"502 Bad Gateway",
    b"This part of the hub is being started again. Nothing was saved by this request. Try again in a moment.",
)


@dataclass(frozen=True)
class Upstreams:
    """Ports of the two processes behind the door, on this machine."""

    web: int
    live: int

    def port_for(self, target: bytes) -> int:
        """The port that answers this request target."""
        path = target.partition(b"?")[0]
        return self.live if path == b"/live" or path.startswith(b"/live/") else self.web


def rewritten(head: bytes, client: str) -> tuple[bytes, bytes] | None:
    """The request target and the head to pass on, or None when the bytes are no HTTP/1 request."""
    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    request_line = lines[0].split(b" ")
    if len(request_line) != 3 or not request_line[2].startswith(b"HTTP/1."):
        return None
    kept = [line for line in lines[1:] if _passed_on(line)]
    added = [
        b"X-Forwarded-For: " + client.encode(),
        b"X-Forwarded-Proto: http",
        b"Connection: close",
    ]
    return request_line[1], b"\r\n".join([lines[0], *kept, *added]) + b"\r\n\r\n"


def _passed_on(line: bytes) -> bool:
    name = line.partition(b":")[0].strip().lower()
    return name not in NOT_PASSED_ON and not name.startswith(b"x-forwarded-")


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
        except OSError:
            if asyncio.get_running_loop().time() > end:
                return None
            await asyncio.sleep(0.1)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()


async def _refuse(client: asyncio.StreamWriter, answer: tuple[bytes, bytes]) -> None:
    status, words = answer
    fields = b"Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: %d" % len(
        words
    )
    client.write(b"HTTP/1.1 " + status + b"\r\n" + fields + b"\r\n\r\n" + words)
    await client.drain()


class FrontDoor:
    """Serves every connection by itself; holds nothing between requests."""

    def __init__(self, upstreams: Upstreams) -> None:
        self.upstreams = upstreams

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its first byte to its last; a side that goes away ends it quietly."""
        try:
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            with contextlib.suppress(OSError):
                writer.close()
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SLOWEST_HEAD):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            await _refuse(writer, TOO_LARGE)
            return
        request = rewritten(head, str(writer.get_extra_info("peername")[0]))
        if request is None:
            await _refuse(writer, NOT_HTTP)
            return
        target, new_head = request
        upstream = await _connect(self.upstreams.port_for(target))
        if upstream is None:
            await _refuse(writer, AWAY)
            return
        await self._exchange(new_head, (reader, writer), upstream)

    async def _exchange(
        self,
        head: bytes,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        upstream[1].write(head)
        ways = [
            asyncio.create_task(_pass_on(client[0], upstream[1])),
            asyncio.create_task(_pass_on(upstream[0], client[1])),
        ]
        try:
            # Whichever side ends first ends both: a screen that was closed must not hold a stream open.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            upstream[1].close()


async def run(host: str, port: int, upstreams: Upstreams) -> None:
    """Serve until told to stop."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    door = FrontDoor(upstreams)
    server = await asyncio.start_server(door.serve, host, port, limit=LARGEST_HEAD, backlog=1024)
    await told.wait()
    server.close()  # open streams end with this process


def main() -> None:
    """Command line: `python -m hub.demo.front_door --port 8000 --web 18000 --live 18001`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    for name in ("port", "web", "live"):
        parser.add_argument(f"--{name}", type=int, required=True)
    given = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # each screen holds two connections
    asyncio.run(run(given.host, given.port, Upstreams(given.web, given.live)))


if __name__ == "__main__":
    main()
