"""What waits for one screen: at most one frame for each thing it shows, so a slow screen costs no memory."""

import asyncio


class Mailbox:
    """A newer frame takes the place of one not sent yet: a slow screen skips, and gets the newest."""

    def __init__(self) -> None:
        self._frames: dict[str, bytes] = {}
        self._filled = asyncio.Event()
        self.skipped = 0

    def put(self, name: str, frame: bytes) -> None:
        """Leave a frame under the name of what it shows. Never waits."""
        if self._frames.pop(name, None) is not None:
            self.skipped += 1
        self._frames[name] = frame
        self._filled.set()

    async def take(self, seconds: float) -> bytes:
        """Everything that waits, as one write; nothing when nothing came in time."""
        if not self._frames:
            try:
                await asyncio.wait_for(self._filled.wait(), seconds)
            except TimeoutError:
                return b""
        everything = b"".join(self._frames.values())
        self._frames.clear()
        self._filled.clear()
        return everything

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(map(len, self._frames.values()))
