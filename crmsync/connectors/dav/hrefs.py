"""One spelling for every href.

Servers answer with other escapes than they were asked with, with absolute URLs, and with doubled slashes (RFC 3986
section 6.2.2 calls all of these equal). Ours is the absolute path, with only those characters escaped that must be.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

from crmsync.errors import Untrusted

_SAFE = "!$&'()*+,;=:@-._~"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*").match
_SLASHES = re.compile(r"/{2,}")
_PLAIN = re.compile(r"[A-Za-z0-9!$&'()*+,;=:@._~/-]*").fullmatch  # one loop only: nested ones never end
_LOGIN = re.compile(r"://[^/?#]*@")


def normal(href: str) -> str:
    """The path of an href or URL in our spelling. Escaped slashes and percent signs stay escaped."""
    host = _URL(href)
    path = href[host.end() if host else 0 :].partition("?")[0].partition("#")[0]
    if _PLAIN(path) and "//" not in path:
        return path
    return _SLASHES.sub("/", "/".join(_part(part) for part in path.split("/")))


def within(where: str, href: str) -> str:
    """The path that an href in an answer from the path `where` means; `""` for an empty one.

    Always absolute: what is joined to a host without a slash between them would name another host.
    """
    if href[:1] == "/" and _PLAIN(href) and "//" not in href:
        return href
    path = normal(href.strip())
    return path if path[:1] in ("", "/") else normal(f"{where.rpartition('/')[0]}/{path}")


def _part(part: str) -> str:
    return quote(unquote(part, errors="surrogateescape"), safe=_SAFE, errors="surrogateescape")


def origin(url: str) -> str:
    """Scheme, host and port of a URL, the port only where it is not the scheme's own. Raises `ValueError`."""
    parts = urlsplit(url)
    port = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, port) else "")


def ascii_host(host: str) -> str:
    """The host as DNS knows it, in lower case (RFC 5890); as it is, where it is none."""
    try:
        return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host


def resolve(base: str, href: str) -> str:
    """The http or https URL that an href in an answer from `base` means. Raises `Untrusted` for what is none."""
    try:
        joined = urljoin(base, href)
        parts = urlsplit(joined)
        if parts.scheme in ("http", "https") and parts.hostname:
            return at(origin(joined), normal(joined))
        why = "neither http nor https"
    except ValueError as error:
        why = str(error)
    raise Untrusted(f"the server names an address that is none ({why})", thing=without_secret(base))


def at(place: str, href: str) -> str:
    """The URL of a path on a server. There is a slash between them whatever the path: without, the host is another."""
    return f"{place}/{href.lstrip('/')}"


def without_secret(url: str) -> str:
    """The URL without a user or password in it."""
    return _LOGIN.sub("://", url)
