"""The XML of answers (RFC 4918 section 13): read without entities, DTD or network, and taken apart in one walk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from crmsync.connectors.dav.hrefs import normal, within
from crmsync.errors import Unreachable, Untrusted

DAV = "{DAV:}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
CAL = "{urn:ietf:params:xml:ns:caldav}"

MOST_TAGS = 8_000_000
"""No answer with more tags is read: an empty element takes forty times its bytes in memory."""

_DATA = (f"{CARD}address-data", f"{CAL}calendar-data")
# Spelled out once: a first sync compares them some hundred thousand times.
_RESPONSE, _HREF, _STATUS, _PROPSTAT = f"{DAV}response", f"{DAV}href", f"{DAV}status", f"{DAV}propstat"
_PROP, _ETAG, _RESOURCETYPE = f"{DAV}prop", f"{DAV}getetag", f"{DAV}resourcetype"
_STATUS_LINE = re.compile(r"\s*HTTP/[0-9.]+\s+([1-5][0-9][0-9])\b").match


class Row(NamedTuple):
    """One `response`: an href with its etag and, where it was asked for, its content. `status` 404 says it is gone."""

    href: str
    status: int
    etag: str | None
    data: str | None
    is_collection: bool
    props: Mapping[str, etree._Element]


@dataclass(frozen=True, slots=True)
class Multistatus:
    """A whole answer. `token` is the new sync token, `truncated` that the server cut the answer (507, RFC 6578 3.6)."""

    rows: Sequence[Row]
    token: str = ""
    truncated: bool = False

    @property
    def names_something(self) -> bool:
        """Whether anything at all is said to have changed, be it the collection itself."""
        return bool(self.rows) or self.truncated


def parse(body: bytes, where: str) -> Multistatus:
    """Reads an answer to a request at the path `where`.

    Raises `Unreachable` for XML that was cut or is none, `Untrusted` for a document that brings a DTD.
    """
    root = _tree(body, where)
    if root.tag != f"{DAV}multistatus":
        raise Unreachable(f"the answer is <{etree.QName(root).localname}>, not a multistatus", thing=where)
    rows: list[Row] = []
    token, truncated = "", False
    here = normal(where).rstrip("/")
    for child in root:
        if child.tag == _RESPONSE:
            for row in _rows(child, where):
                if row.status == 507 and row.href.rstrip("/") == here:
                    truncated = True
                else:
                    rows.append(row)
        elif child.tag == f"{DAV}sync-token":
            token = (child.text or "").strip()
    return Multistatus(rows, token, truncated)


def names_condition(body: bytes, condition: str) -> bool:
    """Whether an error body names a precondition (RFC 4918 section 16); rubbish names none."""
    try:
        return _tree(body, "").find(f".//{DAV}{condition}") is not None
    except (Unreachable, Untrusted):
        return False


def _tree(body: bytes, where: str) -> etree._Element:
    # huge_tree: one photo is larger than the 10 MB that libxml2 allows a text node; entities stay off in any case.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=True, remove_comments=True
    )
    if len(body) > MOST_TAGS and body.count(b"<") > MOST_TAGS:
        raise Unreachable("the answer has too many elements", thing=where)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreachable(
            "the answer is no XML, or was cut", thing=where, next_step="The next sync asks again"
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Untrusted("the answer brings a DTD, which no DAV server needs", thing=where)
    return root


def _rows(response: etree._Element, where: str) -> Iterator[Row]:
    """One for each href: a status may be that of several (RFC 4918 section 14.24). None for a response without one."""
    hrefs: list[str] = []
    status, etag, data, is_collection = 200, None, None, False
    props: dict[str, etree._Element] = {}
    for child in response:
        tag = child.tag
        if tag == _HREF:
            hrefs.append(within(where, child.text or ""))
        elif tag == _STATUS:
            status = _code(child.text or "")
        elif tag == _PROPSTAT:
            for value in _found(child):
                name = value.tag
                if name == _ETAG:
                    etag = (value.text or "").strip() or None
                elif name in _DATA:
                    data = value.text or ""
                else:
                    props[name] = value
                    if name == _RESOURCETYPE:
                        is_collection = value.find(f"{DAV}collection") is not None
    for href in filter(None, hrefs):
        yield Row(href, status, etag, data, is_collection, props)


def _found(propstat: etree._Element) -> Iterable[etree._Element]:
    """The properties that are there; none where the status says why they are not."""
    # By hand, since `find` compiles and walks a path each time, and a first sync asks once per item.
    props: Iterable[etree._Element] = ()
    for child in propstat:
        if child.tag == _PROP:
            props = child
        elif child.tag == _STATUS and not 200 <= _code(child.text or "") < 300:
            return ()
    return props


def _code(line: str | None) -> int:
    """The number in `HTTP/1.1 404 Not Found`; 200 where nothing is said, 500 for what cannot be read."""
    if line is None or line == "HTTP/1.1 200 OK":
        return 200
    found = _STATUS_LINE(line)
    return int(found[1]) if found else 500
