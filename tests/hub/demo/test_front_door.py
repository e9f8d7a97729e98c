"""The front door: routing, streaming, who asked, and processes that are away."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from hub.demo import front_door
from hub.demo.front_door import FrontDoor, Upstreams, rewritten

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _saying(word: bytes) -> Handler:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + word + b"\n" + head)
        await writer.drain()
        writer.close()

    return answer


async def _listen(until: AsyncExitStack, handler: Handler) -> int:
    server = await until.enter_async_context(await asyncio.start_server(handler, "127.0.0.1", 0))
    return int(server.sockets[0].getsockname()[1])


async def _door(until: AsyncExitStack, web: Handler, live: Handler) -> int:
    upstreams = Upstreams(await _listen(until, web), await _listen(until, live))
    return await _listen(until, FrontDoor(upstreams).serve)


async def _ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def _through_door(*requests: bytes) -> list[bytes]:
    async def run() -> list[bytes]:
        async with AsyncExitStack() as until:
            port = await _door(until, _saying(b"web"), _saying(b"live"))
            return [await _ask(port, request) for request in requests]

    return asyncio.run(run())


def _body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def test_live_goes_to_live_and_the_rest_to_web() -> None:
    paths = {
        b"/live/": b"live",
        b"/live": b"live",
        b"/live/board?after=3": b"live",
        b"/": b"web",
        b"/livestock": b"web",
        b"/cases/?next=/live/": b"web",
    }
    answers = _through_door(*(b"GET " + path + b" HTTP/1.1\r\nHost: hub\r\n\r\n" for path in paths))
    assert [_body(answer).split(b"\n")[0] for answer in answers] == list(paths.values())


def test_the_door_says_who_asked_and_believes_nobody_else() -> None:
    request = (
        b"GET / HTTP/1.1\r\nHost: hub:8000\r\nX-Forwarded-For: 203.0.113.9\r\nx-forwarded-proto: https\r\n"
        b"Forwarded: for=203.0.113.9\r\nConnection: keep-alive\r\nCookie: a=b\r\n\r\n"
    )
    (answer,) = _through_door(request)
    seen = _body(answer)
    assert b"203.0.113.9" not in seen
    assert b"X-Forwarded-For: 127.0.0.1\r\n" in seen
    assert b"X-Forwarded-Proto: http\r\n" in seen
    assert b"Connection: close\r\n" in seen
    assert b"keep-alive" not in seen
    assert b"Host: hub:8000\r\n" in seen
    assert b"Cookie: a=b\r\n" in seen


def test_a_large_body_arrives_whole() -> None:
    body = bytes(range(256)) * 8192  # 2 MB

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        received = await reader.readexactly(len(body))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + received)
        await writer.drain()
        writer.close()

    async def run() -> bytes:
        async with AsyncExitStack() as until:
            port = await _door(until, counting, _saying(b"live"))
            return await _ask(port, b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    assert _body(asyncio.run(run())) == body


def test_a_stream_flows_as_it_is_written_and_ends_when_the_screen_goes_away() -> None:
    async def run() -> tuple[list[bytes], bool]:
        go_on, gone = asyncio.Event(), asyncio.Event()

        async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\ndata: first\n\n")
            await go_on.wait()  # the second event is written only after the first was seen
            writer.write(b"data: second\n\n")
            await reader.read()  # returns when the other side has gone
            gone.set()
            writer.close()

        async with AsyncExitStack() as until:
            port = await _door(until, _saying(b"web"), stream)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /live/board HTTP/1.1\r\n\r\n")
            seen = [await reader.readuntil(b"first\n\n")]
            go_on.set()
            seen.append(await reader.readuntil(b"\n\n"))
            writer.close()
            async with asyncio.timeout(5):
                await gone.wait()
            return seen, gone.is_set()

    seen, gone = asyncio.run(run())
    assert seen[0].endswith(b"data: first\n\n")
    assert seen[1] == b"data: second\n\n"
    assert gone


def test_bad_requests_get_an_answer() -> None:
    too_large = b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"
    answers = _through_door(b"hello\r\n\r\n", b"GET /\r\n\r\n", too_large)
    assert [answer.split(b"\r\n")[0] for answer in answers[:2]] == [b"HTTP/1.1 400 Bad Request"] * 2
    assert answers[2].startswith(b"HTTP/1.1 431 ")


def test_a_request_waits_for_a_process_that_is_being_restarted() -> None:
    async def run() -> bytes:
        async with AsyncExitStack() as until:
            port_of_web = await _listen(until, _saying(b"web"))
        async with AsyncExitStack() as until:  # the port is closed now
            port = await _listen(until, FrontDoor(Upstreams(port_of_web, port_of_web)).serve)
            asked = asyncio.create_task(_ask(port, b"GET / HTTP/1.1\r\n\r\n"))
            await asyncio.sleep(0.3)
            again = await asyncio.start_server(_saying(b"back"), "127.0.0.1", port_of_web)
            await until.enter_async_context(again)
            return await asked

    assert _body(asyncio.run(run())).startswith(b"back")


def test_a_process_that_stays_away_is_said_in_words(monkeypatch) -> None:
    monkeypatch.setattr(front_door, "PATIENCE", 0.2)

    async def run() -> bytes:
        async with AsyncExitStack() as until:
            closed = await _listen(until, _saying(b"web"))
        async with AsyncExitStack() as until:
            port = await _listen(until, FrontDoor(Upstreams(closed, closed)).serve)
            return await _ask(port, b"GET / HTTP/1.1\r\n\r\n")

    answer = asyncio.run(run())
    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert b"Nothing was saved" in answer


def test_only_http_1_heads_are_rewritten() -> None:
    assert rewritten(b"GET / HTTP/2.0\r\n\r\n", "127.0.0.1") is None
    assert rewritten(b"PRI * HTTP/2.0\r\n\r\n", "127.0.0.1") is None
    changed = rewritten(b"GET /a HTTP/1.0\r\n\r\n", "127.0.0.1")
    assert changed is not None
    assert changed[0] == b"/a"
