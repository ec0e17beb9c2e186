"""The least a program can do: one sync-collection, multiget in batches of 500, the raw text into SQLite.

python -m tests.bench.bare (httpx2 | stdlib) PORT COLLECTION DATABASE

With httpx2 and lxml, which is what crmsync stands on too, or with nothing but Python's own http.client and ElementTree.
"""

from __future__ import annotations

import base64
import sqlite3
import sys
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

BATCH = 500
SYNC = b'<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
MULTIGET = (
    '<C:addressbook-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    "<prop><getetag/><C:address-data/></prop>{}</C:addressbook-multiget>"
)
AUTHORIZATION = "Basic " + base64.b64encode(b"u:pw").decode()
HEADERS = {"Authorization": AUTHORIZATION, "Content-Type": "application/xml", "Depth": "1"}


def with_httpx2(port: int, collection: str) -> Callable[[bytes], Any]:
    """REPORT by httpx2, read by lxml."""
    import httpx2
    from lxml import etree

    client = httpx2.Client(timeout=600)
    url = f"http://127.0.0.1:{port}{collection}"
    return lambda body: etree.fromstring(client.request("REPORT", url, content=body, headers=HEADERS).content)


def with_stdlib(port: int, collection: str) -> Callable[[bytes], Any]:
    """REPORT by http.client, read by ElementTree."""
    import http.client
    import xml.etree.ElementTree as ET

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def report(body: bytes) -> ET.Element:
        connection.request("REPORT", collection, body, HEADERS)
        return ET.fromstring(connection.getresponse().read())

    return report


def main(library: str, port: str, collection: str, database: str) -> None:
    """Downloads the collection and prints how many requests that took."""
    report = (with_httpx2 if library == "httpx2" else with_stdlib)(int(port), collection)
    store = sqlite3.connect(database)
    store.execute("CREATE TABLE items (href TEXT PRIMARY KEY, etag TEXT, raw TEXT)")
    hrefs = [found.findtext("{DAV:}href") for found in report(SYNC).iter("{DAV:}response")]
    requests = 1
    for at in range(0, len(hrefs), BATCH):
        wanted = "".join(f"<href>{escape(href)}</href>" for href in hrefs[at : at + BATCH])
        answer = report(MULTIGET.format(wanted).encode())
        requests += 1
        store.executemany(
            "INSERT INTO items VALUES (?, ?, ?)",
            (
                (
                    response.findtext("{DAV:}href"),
                    response.findtext(".//{DAV:}getetag"),
                    response.findtext(".//{urn:ietf:params:xml:ns:carddav}address-data"),
                )
                for response in answer.iter("{DAV:}response")
            ),
        )
        store.commit()
    print(requests)


if __name__ == "__main__":
    main(*sys.argv[1:])
