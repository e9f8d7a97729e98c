"""Where a patient is, against where a service goes: postcode districts and distance. Pure."""

import re
from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from string import ascii_uppercase

_OUTWARD = r"[A-Z]{1,2}[0-9][A-Z0-9]?"
_FULL = re.compile(rf"^({_OUTWARD})[0-9][A-Z]{{2}}$")
_PART = re.compile(rf"^{_OUTWARD}$")
_CUT_SHORT = re.compile(rf"^({_OUTWARD})\s+[0-9][A-Z]?$")
EARTH_KM = 6371.0
LONGEST_AREA = 4  # characters, of EC1A


def district(postcode: str | None) -> str | None:
    """The district of a postcode, such as SE1 for 'se1 7eh'; None when it cannot be read.

    In one that breaks off the space tells: 'SE1 7' is SE1, and 'SE17' is SE17.
    """
    written = (postcode or "").strip().upper()
    packed = re.sub(r"\s+", "", written)
    if known := _FULL.match(packed) or _CUT_SHORT.match(written):
        return known.group(1)
    return packed if _PART.match(packed) else None


def covers(districts: Iterable[str], patient: str) -> bool:
    """Whether a list of districts (SE1) or whole postcode areas (SE) holds the patient's district."""
    return any(each in (patient, area_of(patient)) for each in districts)


def area_of(place: str) -> str:
    """The postcode area of a district: SE of SE1."""
    return place[: len(place) - len(place.lstrip(ascii_uppercase))]


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance in kilometres."""
    north = radians(other_latitude - latitude) / 2
    east = radians(other_longitude - longitude) / 2
    square = sin(north) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(square)))
