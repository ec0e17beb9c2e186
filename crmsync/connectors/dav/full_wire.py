"""The exchange by a full HTTP client, for what the plain one cannot do: Digest credentials (RFC 7616), and proxies."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from crmsync.connectors.dav.reach import public_addresses
from crmsync.connectors.dav.wire import LARGEST, Pace, Reply, needs_full_client, strange_certificate, trust
from crmsync.errors import BadConfig, Unreachable

_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, NotImplementedError)
"""The last two are what httpx2 says of headers that are none, and of a Digest challenge beyond its abilities."""

_TIMEOUT = httpx2.Timeout(30.0, read=90.0)


class FullWire:
    """Keeps one client for an origin.

    `digest`: the server insists on it. `public`: at public addresses only. It is looked at once, before the first
    request; behind a proxy, which looks the names up by itself, only addresses that stand in the URL are seen.
    """

    def __init__(
        self, origin: str, credentials: tuple[str, str] | None, ca: str, *, digest: bool, public: bool = False
    ) -> None:
        if public:
            _refuse_private(origin)
        auth: httpx2.Auth | None = None
        if credentials is not None:
            auth = httpx2.DigestAuth(*credentials) if digest else httpx2.BasicAuth(*credentials)
        secure = origin.startswith("https:")
        self._origin = origin
        verify = trust(ca) if secure else False
        try:
            self._client = httpx2.Client(auth=auth, verify=verify, timeout=_TIMEOUT, follow_redirects=False)
        except (ValueError, httpx2.InvalidURL) as error:
            raise BadConfig(f"the proxy that the environment names cannot be used: {error}", thing=origin) from error

    def exchange(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """See `Wire`."""
        pace = Pace()
        try:
            with self._client.stream(method, self._origin + target, content=body, headers=dict(headers)) as answer:
                parts, size = [], 0
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    pace.check(size)
                    if size > LARGEST:
                        raise Unreachable("the answer is too large", thing=self._origin)
        except _FAILURES as error:
            cause: BaseException | None = error
            while cause is not None:
                if isinstance(cause, ssl.SSLCertVerificationError):
                    raise strange_certificate(self._origin, cause) from error
                cause = cause.__cause__ or cause.__context__
            what = f"no answer ({type(error).__name__}: {error})".replace("\n", " ")
            raise Unreachable(what, thing=self._origin, next_step="Try again later") from error
        return Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, b"".join(parts))

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()


def _refuse_private(origin: str) -> None:
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if needs_full_client() and not _is_address(host):
        return
    try:
        public_addresses(host, parts.port or 443)
    except OSError as error:
        raise Unreachable(f"no answer ({error})", thing=origin, next_step="Is the address right?") from error


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
