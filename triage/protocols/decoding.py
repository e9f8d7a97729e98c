"""Strict reading of plain data into the frozen types, and back, driven by the types' own fields."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from triage.protocols import conditions
from triage.protocols.errors import suggest

T = TypeVar("T")


class DecodeError(ValueError):
    """Carries the place inside the entry, what is wrong and what to write instead."""

    def __init__(self, place: str, wrong: str, instead: str) -> None:
        self.place, self.wrong, self.instead = place, wrong, instead
        super().__init__(f"{place}: {wrong} {instead}")


@cache
def _fields(kind: Any) -> dict[str, tuple[str, Any, bool]]:
    """Key as written -> (field name, type, required)."""
    hints = typing.get_type_hints(kind)
    table = {}
    for item in dataclasses.fields(kind):
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        table[item.metadata.get("key", item.name)] = (item.name, hints[item.name], required)
    return table


def decode(kind: type[T], data: Any, place: str = "") -> T:
    """Build a dataclass from a mapping; raises DecodeError on anything missing, unknown or of a wrong type."""
    if not isinstance(data, dict):
        raise DecodeError(place, f"{data!r} is not a mapping.", "Write it as key: value lines.")
    table = _fields(typing.cast(typing.Hashable, kind))
    for key in data:
        if key not in table:
            raise DecodeError(place, f"unknown key {key!r}.", suggest(str(key), table))
    values: dict[str, Any] = {}
    for key, (name, hint, required) in table.items():
        if key in data:
            values[name] = _value(hint, data[key], f"{place} › {key}" if place else key)
        elif required:
            raise DecodeError(place, f"{key!r} is missing.", f"Add {key}: to this entry.")
    return kind(**values)


def _value(hint: Any, data: Any, place: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _union(hint, data, place)
    if origin is tuple:
        if not isinstance(data, list):
            raise DecodeError(place, f"{data!r} is not a list.", "Write it as [first, second].")
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, item, _item_place(place, index, item)) for index, item in enumerate(data))
    if dataclasses.is_dataclass(hint) and not hasattr(hint, "from_text"):
        return decode(typing.cast(type, hint), data, place)
    return _leaf(hint, data, place)


def _item_place(place: str, index: int, item: Any) -> str:
    name = item.get("id") if isinstance(item, dict) else None
    return f"{place}[{index + 1}]" + (f" '{name}'" if name else "")


def _union(hint: Any, data: Any, place: str) -> Any:
    options = typing.get_args(hint)
    if conditions.Sign in options:
        if data is None and type(None) in options:
            return None
        try:
            return conditions.parse(data)
        except conditions.BadCondition as error:
            raise DecodeError(place, str(error), "") from error
    if data is None:
        return None
    return _value(next(option for option in options if option is not type(None)), data, place)


def _leaf(hint: Any, data: Any, place: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if data in list(hint):
            return hint(data)
        raise DecodeError(
            place, f"{data!r} is not allowed.", suggest(str(data), [item.value for item in hint])
        )
    if hasattr(hint, "from_text"):
        try:
            return hint.from_text(str(data))
        except ValueError as error:
            raise DecodeError(place, str(error), "") from error
    if hint is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, hint) or (isinstance(data, bool) and hint is not bool):
        raise DecodeError(place, f"{data!r} is not {_spoken(hint)}.", f"Write {_spoken(hint)}.")
    return data.strip() if isinstance(data, str) else data


def _spoken(hint: Any) -> str:
    return {str: "text", int: "a whole number", float: "a number", bool: "true or false"}.get(hint, str(hint))


def encode(value: Any) -> Any:
    """Plain data from the frozen types; fields at their default are left out."""
    if isinstance(value, conditions.Sign | conditions.All | conditions.AnyOf | conditions.AtLeast):
        return conditions.write(value)
    if isinstance(value, StrEnum):
        return value.value
    if hasattr(value, "to_text"):
        return value.to_text()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            item.metadata.get("key", item.name): encode(getattr(value, item.name))
            for item in dataclasses.fields(value)
            if getattr(value, item.name) != item.default
        }
    return value


def canonical(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, so that equal content is equal text."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
