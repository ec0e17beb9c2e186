"""The XML of requests. Everything that is put in is escaped."""

from __future__ import annotations

from collections.abc import Iterable


def escape(text: str) -> str:
    """Text for the inside of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_NS = 'xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:C="urn:ietf:params:xml:ns:caldav"'

WHO = (
    f"{_HEAD}<propfind {_NS}><prop><resourcetype/><current-user-principal/>"
    "<A:addressbook-home-set/><C:calendar-home-set/></prop></propfind>"
).encode()
"""Who am I, and where do my collections live? (RFC 5397, RFC 6352 section 7.1.1, RFC 4791 section 6.2.1)"""

WHAT = (
    f"{_HEAD}<propfind {_NS}><prop><resourcetype/><displayname/><current-user-privilege-set/>"
    "<C:supported-calendar-component-set/></prop></propfind>"
).encode()
"""What is here? (RFC 4918, RFC 3744 section 5.4, RFC 4791 section 5.2.3)"""

ETAGS = f"{_HEAD}<propfind {_NS}><prop><getetag/><resourcetype/></prop></propfind>".encode()
"""Every item and its etag."""


def changes(token: str) -> bytes:
    """What changed since a token; everything for an empty one (RFC 6578 section 3.2).

    Without a limit: servers cut the answer and still give the newest token, so what was cut is lost for good.
    """
    return (
        f"{_HEAD}<sync-collection {_NS}><sync-token>{escape(token)}</sync-token><sync-level>1</sync-level>"
        "<prop><getetag/></prop></sync-collection>"
    ).encode()


def multiget(format: str, hrefs: Iterable[str]) -> bytes:
    """These items with their content (RFC 6352 section 8.7, RFC 4791 section 7.9)."""
    name, data = _NAMES[format]
    listed = "".join(f"<href>{escape(href)}</href>" for href in hrefs)
    return f"{_HEAD}<{name}-multiget {_NS}><prop><getetag/><{data}/></prop>{listed}</{name}-multiget>".encode()


def by_uid(format: str, uid: str, component: str) -> bytes:
    """The items with this UID (RFC 6352 section 8.6, RFC 4791 section 7.8.6)."""
    name, data = _NAMES[format]
    match = f'text-match collation="i;octet">{escape(uid)}</'
    if format == "vcard":
        inner = f'<A:filter><A:prop-filter name="UID"><A:{match}A:text-match></A:prop-filter></A:filter>'
    else:
        inner = (
            f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="{component}"><C:prop-filter name="UID">'
            f"<C:{match}C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter>"
        )
    return f"{_HEAD}<{name}-query {_NS}><prop><getetag/><{data}/></prop>{inner}</{name}-query>".encode()


_NAMES = {"vcard": ("A:addressbook", "A:address-data"), "ical": ("C:calendar", "C:calendar-data")}
