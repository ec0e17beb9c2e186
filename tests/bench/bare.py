"""The least a program can do: one sync-collection, multiget in batches of 500, the raw text into SQLite.

python -m tests.bench.bare PORT COLLECTION DATABASE
"""

from __future__ import annotations

import base64
import http.client
import sqlite3
import sys
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

BATCH = 500
SYNC = b'<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
MULTIGET = (
    '<C:addressbook-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    "<prop><getetag/><C:address-data/></prop>{}</C:addressbook-multiget>"
)
HEADERS = {"Authorization": "Basic " + base64.b64encode(b"u:pw").decode(), "Content-Type": "application/xml"}


def main(port: int, collection: str, database: str) -> None:
    """Downloads the collection and prints how many requests that took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def report(body: bytes) -> ET.Element:
        connection.request("REPORT", collection, body, {**HEADERS, "Depth": "1"})
        return ET.fromstring(connection.getresponse().read())

    store = sqlite3.connect(database)
    store.execute("CREATE TABLE items (href TEXT PRIMARY KEY, etag TEXT, raw TEXT)")
    hrefs = [found.findtext("{DAV:}href") or "" for found in report(SYNC).iter("{DAV:}response")]
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
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
