"""Reading what was sent: strict JSON. Nothing is guessed, and nothing that was written is silently lost."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.http import UnreadablePostError
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

LONGEST_BODY = 256 * 1024


class BodyTooLarge(APIException):
    """More than a case can be."""

    status_code = 413
    default_code = "too-large"
    default_detail = f"The body is larger than {LONGEST_BODY // 1024} kB."


class StrictJSONParser(BaseParser):
    """UTF-8 JSON by the RFC, no NaN, no key twice, no NUL, no half of a surrogate pair."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = _read(stream)
        try:
            value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_not_json)
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {str(error)[:200]}") from error
        # Written out in UTF-8 neither can occur: only an escape can make them.
        if b"\\u" in raw:
            _check_text(value)
        return value


def _read(stream: Any) -> bytes:
    try:
        raw: bytes = stream.read(LONGEST_BODY + 1)
    except (UnreadablePostError, OSError) as error:
        raise ParseError("The body ended before it was complete.") from error
    if len(raw) > LONGEST_BODY:
        raise BodyTooLarge
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice[:60]}” stands twice in one object")
    return found


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _check_text(value: Any) -> None:
    """No text holds what PostgreSQL or UTF-8 cannot keep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and (
            "\x00" in one or any("\ud800" <= letter <= "\udfff" for letter in one)
        ):
            raise ParseError("A text holds a NUL character or half of a surrogate pair.")


def only_parameters(query: Mapping[str, Any], *known: str) -> None:
    """Refuse query parameters that nobody reads: a mistyped filter must not look like one."""
    unknown = sorted(set(query) - set(known))
    if unknown:
        words = f"Not a parameter here.\nThe parameters are {', '.join(known) or 'none'}."
        raise ValidationError({f"?{name}": [words] for name in unknown})


def fault(pointer: str, wrong: str, instead: str) -> ValidationError:
    """One field's refusal; `pointer` is the field's name, or "?name" for a parameter of the address."""
    return ValidationError({pointer: [f"{wrong}\n{instead}"]})
