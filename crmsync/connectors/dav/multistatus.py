"""The XML of answers (RFC 4918 section 13): read without entities, DTD or network, and taken apart in one walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from crmsync.connectors.dav.hrefs import normal
from crmsync.errors import Unreachable, Untrusted

DAV = "{DAV:}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
CAL = "{urn:ietf:params:xml:ns:caldav}"

_DATA = (f"{CARD}address-data", f"{CAL}calendar-data")


@dataclass(frozen=True, slots=True)
class Row:
    """One `response`: an href with its etag and, where it was asked for, its content. `status` 404 says it is gone."""

    href: str
    status: int
    etag: str | None = None
    data: str | None = None
    is_collection: bool = False
    props: Mapping[str, etree._Element] = field(default_factory=dict, repr=False)


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
        if child.tag == f"{DAV}response":
            row = _row(child)
            if row.status == 507 and row.href.rstrip("/") == here:
                truncated = True
            elif row.href:
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
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreachable(
            "the answer is no XML, or was cut", thing=where, next_step="The next sync asks again"
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Untrusted("the answer brings a DTD, which no DAV server needs", thing=where)
    return root


def _row(response: etree._Element) -> Row:
    href, status, etag, data, is_collection = "", 200, None, None, False
    props: dict[str, etree._Element] = {}
    for child in response:
        tag = child.tag
        if tag == f"{DAV}href":
            href = normal((child.text or "").strip())
        elif tag == f"{DAV}status":
            status = _code(child.text)
        elif tag == f"{DAV}propstat":
            code = _code(child.findtext(f"{DAV}status"))
            if not 200 <= code < 300:
                continue
            prop = child.find(f"{DAV}prop")
            for value in () if prop is None else prop:
                name = str(value.tag)
                if name == f"{DAV}getetag":
                    etag = (value.text or "").strip() or None
                elif name in _DATA:
                    data = value.text or ""
                else:
                    props[name] = value
                    if name == f"{DAV}resourcetype":
                        is_collection = value.find(f"{DAV}collection") is not None
    return Row(href, status, etag, data, is_collection, props)


def _code(line: str | None) -> int:
    """The number in `HTTP/1.1 404 Not Found`; 200 where there is none."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 200
