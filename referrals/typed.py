"""Single values as people write them in a form or a file. Pure; what is wrong is a ValueError with a sentence."""

import re
from collections.abc import Collection
from decimal import Decimal
from urllib.parse import urlsplit

from hub.cases.phones import as_e164

_ODS = re.compile(r"[A-Z0-9]{3,10}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,28}")
# How long British numbers are; a digit that was dropped is the commonest slip, and the library lets it pass.
_BRITISH = re.compile(r"\+44(?:1[0-9]{8,9}|[235789][0-9]{9}|800[0-9]{6})")
_PLACE = re.compile(r"[A-Z]{1,2}(?:[0-9][A-Z0-9]?)?")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_DIGITS = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,12})?")
_ADDRESS = re.compile(r"[\x21-\x7e]{1,200}")
LONGEST = 20_000
YES, NO = ("on", "yes", "true"), ("", "no", "false")


def text(raw: object, *, most: int, missing: str = "") -> str:
    """One line of words, blanks made single. `missing`: what to say when there is nothing; "" where that is fine."""
    said = " ".join(_words(raw).split())
    if not said and missing:
        raise ValueError(missing)
    if len(said) > most:
        raise ValueError(f"That is {len(said)} characters; {most} are the most.")
    if not said.isprintable():
        raise ValueError("It holds a character that cannot be shown. Take it out.")
    return said


def lines(raw: object, *, missing: str = "") -> str:
    """Several lines, of one text or of a list."""
    said = "\n".join(_words(each) for each in raw) if isinstance(raw, list | tuple) else _words(raw)
    if not said.strip() and missing:
        raise ValueError(missing)
    return said


def choice(raw: object, known: Collection[str], *, missing: str = "") -> str:
    """One of the known words."""
    said = text(raw, most=60, missing=missing)
    if said not in known:
        raise ValueError(f"Write one of: {', '.join(each for each in known if each)}.")
    return said


def ods_code(raw: object) -> str:
    """An organisation code, in capitals."""
    said = text(raw, most=40, missing="Enter the ODS code.").upper()
    if not _ODS.fullmatch(said):
        raise ValueError("An ODS code has 3 to 10 letters and digits, such as RJ1 or Y00001.")
    return said


def phone(raw: object) -> str:
    """A number that can be rung, as it was written: whoever no message reaches is rung."""
    said = text(
        raw, most=60, missing="Enter the telephone number: a service that no message reaches is rung."
    )
    kept = as_e164(said) if _PHONE.fullmatch(said) else ""
    if not kept.startswith("+") or (kept.startswith("+44") and not _BRITISH.fullmatch(kept)):
        raise ValueError("That is not a whole telephone number. Write it like 020 7946 0301, nothing else.")
    return said


def places(raw: object) -> tuple[str, ...]:
    """Postcode districts and areas, in order; or the one word `all`."""
    said = _several(raw)
    if [each.lower() for each in said] == ["all"]:
        return ("all",)
    found = sorted({each.upper() for each in said})
    if wrong := [each for each in found if not _PLACE.fullmatch(each)]:
        raise ValueError(
            f"“{wrong[0][:20]}” is no postcode district (SE1) or area (SE). Write all, alone, for everywhere."
        )
    return tuple(found)


def codes(raw: object) -> tuple[str, ...]:
    """Codes of the clinical content, each once, in order."""
    found = sorted(set(_several(raw)))
    if wrong := [each for each in found if not _CODE.fullmatch(each)]:
        raise ValueError(f"“{wrong[0][:40]}” is no code. Write codes such as sore-throat, one a line.")
    return tuple(found)


def number(raw: object, *, least: int, most: int, missing: str = "") -> int | None:
    """A whole number within bounds; None for nothing."""
    said = "" if raw is None else str(raw).strip()
    if not said and missing:
        raise ValueError(missing)
    if not said:
        return None
    if not _DIGITS.fullmatch(said) or not least <= int(said) <= most:
        raise ValueError(f"Enter a whole number from {least} to {most}.")
    return int(said)


def decimal(raw: object, *, least: int | Decimal, most: int, places: int) -> Decimal | None:
    """A number within bounds, rounded to so many places; None for nothing."""
    said = "" if raw is None else str(raw).strip()
    if not said:
        return None
    value = Decimal(said) if _DECIMAL.fullmatch(said) else None
    if value is None or not least <= value <= most:
        raise ValueError(f"Enter a number from {least} to {most}.")
    return round(value, places)


def yes(raw: object) -> bool:
    """A ticked box, or the JSON value."""
    if isinstance(raw, bool):
        return raw
    said = _words(raw).strip().lower()
    if said not in {*YES, *NO}:
        raise ValueError("Write true or false.")
    return said in YES


def address(raw: object) -> str:
    """Where messages go: an http address with a host, without name and password in it. "" for none."""
    said = _words(raw).strip()
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        well = bool(parts.hostname) and parts.scheme in {"http", "https"} and parts.port != 0
        bare = parts.username is None and parts.password is None and not parts.fragment
    except ValueError:
        well = bare = False
    if not (well and _ADDRESS.fullmatch(said)):
        raise ValueError(
            "Enter a whole address such as https://partner.example/hook, 200 characters at most."
        )
    if not bare:
        raise ValueError(
            "Take the name, the password or the # out of the address: messages are signed instead."
        )
    return said


def _words(raw: object) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise ValueError("Write words in quotation marks here.")  # noqa: TRY004 - told like every fault
    if len(raw) > LONGEST:
        raise ValueError(f"That is more than {LONGEST} characters.")
    if "\x00" in raw:
        raise ValueError("It holds a character that cannot be kept. Take it out.")
    return raw


def _several(raw: object) -> list[str]:
    """Words between blanks, commas or lines; or the members of a list."""
    return lines(raw).replace(",", " ").split()
