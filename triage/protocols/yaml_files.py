"""YAML as content authors write it: `yes` and `no` stay words, and a key may stand only once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from triage.protocols.errors import ContentError, Problem


class _StrictLoader(yaml.CSafeLoader):
    """The safe loader without YAML 1.1's surprises."""


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag.endswith((":int", ":float", ":null"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))


def _mapping_once(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice; keep one of them", key_node.start_mark
            )
        seen.add(key)
    loader.flatten_mapping(node)
    return dict(loader.construct_mapping(node, deep=True))


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping_once)


def read_yaml(path: Path) -> Any:
    """The plain data of a file; raises ContentError naming the line when it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "file"
        wrong = getattr(error, "problem", None) or str(error)
        raise ContentError([Problem(path.name, place, f"{wrong}.", "Mend the YAML there.")]) from error


def read_entries(path: Path, key: str) -> list[Any]:
    """The list under the file's one key."""
    data = read_yaml(path)
    if not isinstance(data, dict) or set(data) != {key} or not isinstance(data[key], list):
        wrong = f"the file must hold one list named {key!r}."
        raise ContentError(
            [Problem(path.name, "file", wrong, f"Begin it with '{key}:' and list the entries.")]
        )
    return list(data[key])
