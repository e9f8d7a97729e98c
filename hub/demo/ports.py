"""Free ports that no other checkout's demo takes at the same moment."""

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import IO

from hub.demo.places import CannotRunError

LAST = 65_000


class Ports:
    """Ports held by this process for as long as it lives, remembered in `memory` for the next start."""

    def __init__(self, memory: Path, host: str = "127.0.0.1") -> None:
        self._memory = memory
        self._host = host
        self._known: dict[str, int] = json.loads(memory.read_text()) if memory.exists() else {}
        self._held: dict[str, IO[str]] = {}

    def take(self, name: str, first: int) -> int:
        """The port `name` had last time if it is free, else the first free one from `first` on."""
        wanted: Iterable[int] = range(first, LAST)
        if name in self._known:
            wanted = chain([self._known[name]], wanted)
        for port in wanted:
            if self._hold(name, port):
                self._known[name] = port
                self._memory.write_text(json.dumps(self._known))
                return port
        raise CannotRunError(f"No free port from {first} on.")

    def free(self) -> None:
        """Let others have them."""
        for file in self._held.values():
            file.close()
        self._held.clear()

    def _hold(self, name: str, port: int) -> bool:
        # Asking the kernel is not enough: another demo may have chosen the port and not yet be listening.
        folder = Path(tempfile.gettempdir()) / f"hub-ports-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        file = (folder / str(port)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self._host, port))
        except OSError:
            file.close()
            return False
        self._held[name] = file
        return True
