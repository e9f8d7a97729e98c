"""Server-sent events as bytes: encoded once, sent to many."""

RETRY = b"retry: 2000\n\n"
PING = b": here\n\n"
CHANGED = b"event: case\ndata:\n\n"  # a case that the screen follows: fetch it again
RESYNC = b"event: resync\ndata:\n\n"


def frame(event: str, data: str) -> bytes:
    """One event; every line of the data gets its own `data:` line, so no line end can break out of it."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines()) or "data:\n"
    return f"event: {event}\n{lines}\n".encode()
