"""Memory of each process of the hub, children included: proportional set size, so that shared pages count once."""

import re
from pathlib import Path


def proportional(pid: int) -> int:
    """Bytes of this process's proportional set size; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


def with_children(pid: int) -> int:
    """Bytes of the process and everything it started."""
    total = proportional(pid)
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(with_children(int(child)) for child in task.read_text(encoding="ascii").split())
    return total
