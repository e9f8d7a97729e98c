"""Ceilings: a function 40 lines, a file 300 (tests 500), a template 120. Complexity is held by ruff."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from project_files import ROOT, project_files

FUNCTION, FILE, TEST_FILE, TEMPLATE = 40, 300, 500, 120


def _long_functions(path: Path, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines, {FUNCTION} are allowed"


def faults() -> Iterator[str]:
    """One sentence for each file or function that is too long."""
    for path in project_files(".py"):
        name = path.relative_to(ROOT)
        if "migrations" in name.parts:
            continue
        text = path.read_text()
        limit = TEST_FILE if name.parts[0] == "tests" else FILE
        if (lines := len(text.splitlines())) > limit:
            yield f"{name} has {lines} lines, {limit} are allowed"
        yield from _long_functions(name, text)
    for path in project_files(".html"):
        name = path.relative_to(ROOT)
        lines = len(path.read_text().splitlines())
        if name.parts[0] == "templates" and lines > TEMPLATE:
            yield f"{name} has {lines} lines, {TEMPLATE} are allowed"


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found))
    sys.exit(bool(found))
