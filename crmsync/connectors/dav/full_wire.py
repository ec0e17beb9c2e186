"""The exchange by a full HTTP client, for what the plain one cannot do: Digest credentials (RFC 7616), and proxies."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpx2

from crmsync.connectors.dav.wire import LARGEST, Reply, strange_certificate, trust
from crmsync.errors import Unreachable

_TIMEOUT = httpx2.Timeout(30.0, read=90.0)


class FullWire:
    """Keeps one client for an origin. `digest`: the server insists on it."""

    def __init__(self, origin: str, credentials: tuple[str, str] | None, ca: str, *, digest: bool) -> None:
        auth: httpx2.Auth | None = None
        if credentials is not None:
            auth = httpx2.DigestAuth(*credentials) if digest else httpx2.BasicAuth(*credentials)
        secure = origin.startswith("https:")
        self._origin = origin
        self._client = httpx2.Client(
            auth=auth,
            verify=trust(ca) if secure else False,
            timeout=_TIMEOUT,
            follow_redirects=False,
        )

    def exchange(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """See `Wire`."""
        try:
            with self._client.stream(method, self._origin + target, content=body, headers=dict(headers)) as answer:
                parts, size = [], 0
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > LARGEST:
                        raise Unreachable("the answer is too large", thing=self._origin)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
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
