"""The locks hold no address at all, and no committed file names a package index or a mirror."""

import re
import sys
from collections.abc import Iterator

from project_files import ROOT, project_files

IN_LOCK = re.compile(r"://|--(extra-)?index-url|--find-links|^\s*-[if]\b", re.MULTILINE)
# Written in two halves so that this file does not find itself.
HOSTS = ("py" + "pi.org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")
SETTING = re.compile(
    r"(index[-_]url|find[-_]links|default[-_]index)\s*[= ]\s*[\"']?[a-z]+" + "://", re.IGNORECASE
)
LARGEST = 5_000_000


def faults() -> Iterator[str]:
    """One sentence for each address found."""
    for lock in sorted(ROOT.glob("requirements*.lock")):
        text = lock.read_text()
        if found := IN_LOCK.search(text):
            yield f"{lock.name} holds {found.group()!r}"
        if "--hash=sha256:" not in text:
            yield f"{lock.name} holds no hashes"
    for path in project_files():
        if path.stat().st_size > LARGEST or path.suffix in {".png", ".csv", ".woff2"}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if any(host in line for host in HOSTS) or SETTING.search(line):
                yield f"{path.relative_to(ROOT)}:{number} names a package index: {line.strip()[:80]}"


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found))
    sys.exit(bool(found))
