"""The contract of `crmsync.connectors.base`, one test per sentence.

To put a connector under it, inherit `ConnectorContract`, set `format`, and give a `backend` fixture:

    class TestRadicaleCards(ConnectorContract):
        format = "vcard"
        exempt = {"test_x": "why the remote cannot do it, with the source"}

        @pytest.fixture
        def backend(self, radicale) -> Iterator[Backend]: ...

An exempted test still runs and must fail (strict xfail), so an exemption that is no longer true is noticed.
"""

from __future__ import annotations

from tests.contract.backend import Backend, collection_of
from tests.contract.pulling import Pulling
from tests.contract.writing import Writing

__all__ = ["Backend", "ConnectorContract", "collection_of"]


class ConnectorContract(Pulling, Writing):
    """Each test is one promise of `connectors.base`."""
