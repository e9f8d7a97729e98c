"""Bytes of the stream, and the mailbox that keeps a slow screen from costing memory."""

import asyncio

import pytest

from hub.live.frames import CHANGED, frame
from hub.live.listener import Notice, read
from hub.live.mailbox import Mailbox
from hub.live.panels import panel
from hub.people.permissions import Permission


def test_no_line_end_breaks_out_of_an_event() -> None:
    hostile = "one\nevent: other\r\ndata: no\rid: 7\u2028end"
    lines = frame("board.x", hostile).decode().split("\n")
    assert lines[0] == "event: board.x"
    assert all(line.startswith("data: ") for line in lines[1:-2])
    assert lines[-2:] == ["", ""]
    assert "\r" not in "".join(lines)


def test_an_empty_fragment_is_still_an_event() -> None:
    assert frame("case", "") == CHANGED == b"event: case\ndata:\n\n"


def test_notices_are_read_with_and_without_their_number() -> None:
    assert read("case:1 case.claim 7") == read("case:1 case.claim") == Notice("case:1", "case.claim")
    assert read("case:1 follow_up.done").topic == "follow_up"
    assert read("").topic == ""


def test_a_mailbox_holds_only_the_newest_of_each() -> None:
    async def story() -> None:
        box = Mailbox()
        for number in range(10_000):
            box.put("a", b"%d" % number)
        box.put("b", b"!")
        assert box.size == 5
        assert box.skipped == 9_999
        assert await box.take(1) == b"9999!"
        assert await box.take(0.01) == b""

    asyncio.run(story())


def test_two_panels_of_one_name_do_not_start() -> None:
    with pytest.raises(ValueError, match=r"board\.clock"):
        panel("board.clock", topics=(), permission=Permission.VIEW_BOARD)(lambda: "")
