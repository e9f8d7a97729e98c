"""Where a request comes from: what is counted against somebody who guesses."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The caller's address, or None when it is not known.

    Behind the proxy everybody's REMOTE_ADDR is the proxy's own, and whoever guesses anywhere would lock people out
    everywhere. Its word stands last in X-Forwarded-For; where no proxy is trusted, the header is anybody's claim.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    for said in (forwarded.rpartition(",")[2], str(request.META.get("REMOTE_ADDR", ""))):
        try:
            return str(ip_address(said.strip()))
        except ValueError:
            continue
    return None
