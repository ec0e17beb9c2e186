"""From what people type to their address books and calendars."""

from __future__ import annotations

import pytest

from crmsync.connectors.base import RemoteCollection, Secret, Settings, Traffic
from crmsync.connectors.dav import DavConnector
from crmsync.connectors.dav.discovery import _Search, starts
from crmsync.connectors.dav.reach import Reach
from crmsync.connectors.dav.session import Session
from crmsync.errors import BadConfig, Retry, SignInNeeded, Unreachable, Untrusted
from crmsync.model import CollectionKind, RecordType
from tests.connectors.dav.stage import Heard, Stage, Told, multistatus, stage

PRINCIPAL = "<current-user-principal><href>/p/anna/</href></current-user-principal>"
BOOKS = "<A:addressbook-home-set><href>/cards/anna/</href></A:addressbook-home-set>"
CALENDARS = "<C:calendar-home-set><href>/cal/anna/</href></C:calendar-home-set>"
BOOK = "<resourcetype><collection/><A:addressbook/></resourcetype>"
CALENDAR = "<resourcetype><collection/><C:calendar/></resourcetype>"
FOLDER = "<resourcetype><collection/></resourcetype>"


def props(href: str, *inside: str) -> str:
    return (
        f"<response><href>{href}</href><propstat><prop>{''.join(inside)}</prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
    )


def only(*components: str) -> str:
    names = "".join(f'<C:comp name="{name}"/>' for name in components)
    return f"<C:supported-calendar-component-set>{names}</C:supported-calendar-component-set>"


def granted(*names: str) -> str:
    inside = "".join(f"<privilege><{name}/></privilege>" for name in names)
    return f"<current-user-privilege-set>{inside}</current-user-privilege-set>"


def server(heard: Heard) -> Told:
    """A usual one: discovery by a well-known path, a principal, and a home for each kind."""
    if heard.method != "PROPFIND":
        return Told(405)
    match heard.path, heard.headers.get("depth"):
        case (("/.well-known/carddav" | "/.well-known/caldav"), _):
            return Told(301, headers={"Location": "/dav/"})
        case "/dav/", _:
            return multistatus(props("/dav/", FOLDER, PRINCIPAL))
        case "/p/anna/", _:
            return multistatus(props("/p/anna/", FOLDER, BOOKS, CALENDARS))
        case "/cards/anna/", "1":
            return multistatus(
                props("/cards/anna/", FOLDER),
                props("/cards/anna/work/", BOOK, "<displayname>Work</displayname>", granted("read", "write")),
                props("/cards/anna/company", BOOK, granted("read")),
            )
        case "/cards/anna/work/", _:
            return multistatus(props("/cards/anna/work/", BOOK, "<displayname>Work</displayname>"))
        case "/cal/anna/", "1":
            return multistatus(
                props("/cal/anna/", FOLDER),
                props("/cal/anna/meetings/", CALENDAR, only("VEVENT")),
                props("/cal/anna/todo/", CALENDAR, only("VTODO")),
                props("/cal/anna/both/", CALENDAR),
                props("/cal/anna/diary/", CALENDAR, only("VJOURNAL")),
                props("/cal/anna/inbox/", "<resourcetype><collection/><C:schedule-inbox/></resourcetype>"),
            )
        case _:
            return Told(404)


def found(at: Stage, path: str = "", **options: str) -> dict[str, RemoteCollection]:
    with DavConnector(Settings(at.url + path, "anna", Secret("pw"), options)) as client:
        return {one.href: one for one in client.collections()}


@pytest.mark.parametrize("path", ["", "/", "/dav/", "/p/anna/"])
def test_everything_is_found_from_a_bare_host_a_context_path_or_a_principal(path: str) -> None:
    with stage(server) as at:
        collections = found(at, path)
    assert set(collections) == {
        *("/cards/anna/work/", "/cards/anna/company/"),
        *("/cal/anna/meetings/", "/cal/anna/todo/", "/cal/anna/both/"),
    }


def test_a_single_collection_may_be_given_and_is_then_the_only_one() -> None:
    with stage(server) as at:
        assert set(found(at, "/cards/anna/work/")) == {"/cards/anna/work/"}


def test_each_collection_says_what_it_holds_and_whether_it_may_be_written() -> None:
    with stage(server) as at:
        collections = found(at)
    work, company = collections["/cards/anna/work/"], collections["/cards/anna/company/"]
    assert (work.name, work.kind, work.format, work.read_only) == ("Work", CollectionKind.ADDRESSBOOK, "vcard", False)
    assert (company.name, company.read_only) == ("company", True)
    meetings, todo = collections["/cal/anna/meetings/"], collections["/cal/anna/todo/"]
    assert (meetings.kind, meetings.accepts) == (CollectionKind.CALENDAR, (RecordType.APPOINTMENT,))
    assert (todo.kind, todo.accepts) == (CollectionKind.TASKS, (RecordType.TASK,))
    assert collections["/cal/anna/both/"].accepts == (RecordType.APPOINTMENT, RecordType.TASK)


def test_collections_on_another_host_need_the_users_word() -> None:
    def shard(heard: Heard) -> Told:
        home = "<A:addressbook-home-set><href>https://p42-contacts.example.org/1/</href></A:addressbook-home-set>"
        return multistatus(props(heard.path, FOLDER, home))

    with stage(shard) as at:
        with pytest.raises(Untrusted) as caught:
            found(at, "/me/")
        assert "trust=p42-contacts.example.org" in str(caught.value)
        with pytest.raises(Unreachable):  # there is no such host, but now it is asked
            found(at, "/me/", trust=".example.org")


def test_a_wrong_password_is_told_as_such_and_nothing_else_is_tried() -> None:
    with stage(lambda _: Told(401)) as at, pytest.raises(SignInNeeded):
        found(at, "/dav/")
    assert len(at.heard) == 1


def test_a_server_that_is_no_dav_server_has_nothing() -> None:
    with stage(lambda _: Told(404)) as at:
        assert found(at, "/somewhere/") == {}


def test_a_log_in_page_is_not_a_server() -> None:
    page = Told(200, b"<html>hello</html>", {"Content-Type": "text/html"})
    with stage(lambda _: page) as at, pytest.raises(Untrusted):
        found(at, "/somewhere/")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("https://dav.example.org/x/", "https://dav.example.org/x/"),
        ("example.org", "https://example.org"),
        ("anna@example.org", "https://example.org"),
    ],
)
def test_an_address_of_any_kind_gives_a_place_to_begin(typed: str, first: str) -> None:
    assert starts(typed)[0] == first


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ftp://example.org", "file:///etc/passwd", "https://", "two words", "anna@", "nul\0.example"),
        *("https://example.org:99999/", "https://[::1/", "example.org:port"),
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(typed: str) -> None:
    with pytest.raises(BadConfig):
        DavConnector(Settings(typed))


@pytest.mark.parametrize("typed", ["https://anna:s3cret@example.org/", "ftp://anna:s3cret@x/", "https://a:s3cret@[x/"])
def test_a_password_in_an_address_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(BadConfig) as caught:
        starts(typed)
    assert "s3cret" not in str(caught.value)


def test_a_user_name_in_an_address_is_left_out_of_it() -> None:
    assert starts("https://anna@example.org/dav/") == ("https://example.org/dav/",)


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_a_home_that_fails_is_no_empty_home(code: int) -> None:
    def half(heard: Heard) -> Told:
        return Told(code) if heard.path == "/cal/anna/" else server(heard)

    with stage(half) as at, pytest.raises(Retry):
        found(at)


def test_a_home_that_may_not_be_seen_hides_no_other() -> None:
    def half(heard: Heard) -> Told:
        return Told(403) if heard.path == "/cal/anna/" else server(heard)

    with stage(half) as at:
        assert set(found(at)) == {"/cards/anna/work/", "/cards/anna/company/"}


def test_what_is_found_at_another_place_than_the_first_keeps_its_host() -> None:
    """An e-mail address begins at its domain; what a sub-domain has is asked for there ever after."""
    with stage(server) as at:
        session = Session("anna", Secret("pw"), Traffic(), Reach(trusted=("127.0.0.1",)), "")
        search = _Search(session, at.url + "/cards/anna/work/", own="https://example.org")
        (work,) = search.run()
        session.close()
    assert work.href == at.url + "/cards/anna/work/"


@pytest.mark.parametrize("location", ["http://[::1", "http://127.0.0.1:99999/"])
def test_a_redirect_to_what_is_no_address_is_not_followed(location: str) -> None:
    with stage(lambda _: Told(301, headers={"Location": location})) as at, pytest.raises(Untrusted):
        found(at)
