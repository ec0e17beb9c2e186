"""CardDAV (RFC 6352) and CalDAV (RFC 4791) over WebDAV sync (RFC 6578): one thin layer, raw bytes kept.

| module      | what it knows                                                                |
|-------------|------------------------------------------------------------------------------|
| connector   | the contract of `connectors.base`, in terms of the others                    |
| contents    | items with their bytes, in batches                                             |
| discovery   | from an address to address books and calendars (RFC 6764)                    |
| session     | one request: credentials, redirects, and what an answer means for the engine |
| services    | where a domain says that its services are, and what to tell of its mail       |
| names       | DNS; loaded by discovery alone                                               |
| reach       | which servers may get the password, and at which addresses                   |
| multistatus | the XML of answers, read without entities, DTD or network                    |
| bodies      | the XML of requests                                                          |
| hrefs       | one spelling for every href                                                  |
"""

from crmsync.connectors.dav.connector import DavConnector

__all__ = ["DavConnector"]
