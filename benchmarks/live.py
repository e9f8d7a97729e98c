"""A change on 500 open screens: how long after the commit it stands on each."""

import asyncio
import time
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async

from benchmarks.figures import Figure, figure
from benchmarks.patients import stranger_waiting

SCREENS, CHANGES = 500, 12
PANEL = "queue"


async def fan_out(url: str, cookies: dict[str, str], cases: int) -> Figure:
    """Open the screens, make changes one after the other, note when each screen has each."""
    arrived: list[list[float]] = [[] for _ in range(SCREENS)]
    ready = asyncio.Semaphore(0)
    readers = [asyncio.create_task(_screen(url, cookies, times, ready)) for times in arrived]
    for _ in range(SCREENS):
        await asyncio.wait_for(ready.acquire(), 60)
    await asyncio.sleep(2)
    delays: list[float] = []
    missing = 0
    for _ in range(CHANGES):
        for times in arrived:
            times.clear()
        # Near the top of the queue: a case on a later page changes nothing on these screens.
        await sync_to_async(stranger_waiting)("C2", segment="B")
        committed = time.perf_counter()
        await asyncio.sleep(2.5)
        delays += [times[0] - committed for times in arrived if times]
        missing += sum(not times for times in arrived)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    note = f"{SCREENS} screens, {CHANGES} changes, {missing} not delivered"
    return figure("change → open screens", cases, delays, note=note)


async def _screen(url: str, cookies: dict[str, str], times: list[float], ready: asyncio.Semaphore) -> None:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    writer.write(
        f"GET /live/?panel={PANEL} HTTP/1.1\r\nHost: {place.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    try:
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"a screen was refused: {status!r}")
        ready.release()
        # By the piece, not by the line: reading 500 pages line by line would be most of what is measured.
        name, rest, inside = b"\nevent: " + PANEL.encode(), b"", False
        while piece := await reader.read(2**17):
            rest += piece
            if not inside and (at := rest.find(name)) >= 0:
                rest, inside = rest[at + 1 :], True
            if inside and b"\n\n" in rest:  # the whole picture is here
                times.append(time.perf_counter())
                inside = False
            rest = rest[-len(name) :]
    finally:
        writer.close()
