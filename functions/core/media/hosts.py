"""Where the token and our trust go: the hosts a download URL may name, and no other.

The URL is taken apart by the library that will send the request, so that both see one host.
"""

from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

_HTTPS_PORT = 443


class Hosts:
    """`allowed`: comma-separated; `*.example.com` means any host below it.

    An entry with a scheme allows exactly that origin, also without TLS: for the sandbox.
    """

    def __init__(self, allowed: str) -> None:
        entries = [entry.strip().lower() for entry in allowed.split(",") if entry.strip()]
        self._origins = {_origin(parse_url(entry)) for entry in entries if "://" in entry}
        self._names = {entry for entry in entries if "://" not in entry}

    def allow(self, url: str) -> bool:
        if not url.isascii() or not url.isprintable() or "\\" in url:
            return False
        try:
            parsed = parse_url(url)
            written = urlsplit(url)
        except (LocationParseError, ValueError):
            return False
        if parsed.auth is not None or not parsed.host or written.hostname != parsed.host.lower():
            return False
        return _origin(parsed) in self._origins or self._is_metas(parsed)

    def _is_metas(self, url: Url) -> bool:
        host = (url.host or "").lower()
        if url.scheme != "https" or url.port not in (None, _HTTPS_PORT):
            return False
        return host in self._names or any(
            name.startswith("*.") and host.endswith(name[1:]) for name in self._names
        )


def _origin(url: Url) -> tuple[str, str, int]:
    scheme = (url.scheme or "").lower()
    return scheme, (url.host or "").lower(), url.port or (_HTTPS_PORT if scheme == "https" else 80)
