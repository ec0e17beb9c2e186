"""No secret and no person in a log: what is planted where a daemon meets it is in no line of what it says."""

from __future__ import annotations

import base64
import json
import logging
import threading
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run as run_command
from sys import executable

import pytest

from crmsync.errors import Unreachable
from crmsync.model import CollectionKind, RecordType
from crmsync_daemon.log import Style, _Lines
from crmsync_daemon.redact import redacted, told, where
from tests.daemon.house import ENV, House, until

PASSWORD, NAME, MAIL, PHONE, PATH = (
    "Hunter2-planted", "Zdenka Plantova", "zdenka@planted.example", "+420 777 123 456", "/srv/planted-folder/Zdenka.vcf"
)  # fmt: skip
BASIC = base64.b64encode(f"zdenka:{PASSWORD}".encode()).decode()
PLANTED = (PASSWORD, BASIC, NAME, "Plantova", MAIL, "zdenka", PHONE, "777 123", "planted-folder", "Zdenka")


@pytest.mark.parametrize(
    "text",
    [
        f"no answer of https://zdenka:{PASSWORD}@dav.example/zdenka/contacts/1.vcf?x=1",
        f"sent Authorization: Basic {BASIC} and was refused",
        f"headers {{'Authorization': 'Basic {BASIC}'}}",
        f"Bearer {PASSWORD}",
        f"access_token={PASSWORD}&x",
        f"password: {PASSWORD}",
        f"mail to <{MAIL}>, not sent",
        f"called {PHONE} and +420777123456 and (0777) 123 456 78",
        f"cannot read {PATH}: no such file",
        f"cannot read C:{PATH.replace('/', chr(92))}",
        f"the name \"{NAME}\" is taken; '{NAME}' too, «{NAME}» and “{NAME}”",
        "Zdenka.vcf is no card",
    ],
)
def test_shapes_of_secrets_and_persons_are_known(text: str) -> None:
    found = redacted(text)
    assert not [one for one in (*PLANTED, "777123456", "0777") if one in found], found
    assert "…" in found


@pytest.mark.parametrize(
    "text",
    [
        "desk: done, in 12, out 3",
        "the old settings go on: line 2: a value is missing",
        "daemon started, process 1234567",
        "next sync at 2026-11-24T17:00:00Z",
        "record 01JDGK3T2V: a conflict",
        "the server asks to wait 3,600 s (429)",
    ],
)
def test_what_tells_nothing_of_anybody_stays(text: str) -> None:
    assert redacted(text) == text


def test_an_error_is_told_without_the_thing_and_a_foreign_one_by_its_kind() -> None:
    assert told(Unreachable("no answer", thing=PATH, next_step="Try again")) == "no answer. Try again"
    assert told(KeyError(NAME)) == "KeyError"


@pytest.mark.parametrize("style", list(Style))
def test_a_traceback_is_places_without_values(style: Style) -> None:
    try:
        try:
            {}[NAME]
        except KeyError as error:
            raise ValueError(f"{MAIL} {PATH}") from error
    except ValueError as error:
        caught = error
    assert where(caught).startswith("ValueError at daemon/test_redact.py:")
    ours = logging.LogRecord("crmsync", logging.ERROR, "", 0, "%s: %s", ("work", caught), (ValueError, caught, None))
    line = _Lines(style).format(ours)
    assert "work: ValueError | ValueError at" in line and "because of KeyError" in line
    other = logging.LogRecord("icalendar", logging.WARNING, "", 0, "bad line %s", (NAME,), None)
    line += _Lines(style).format(other)
    assert "a warning of icalendar" in line
    assert not [one for one in PLANTED if one in line], line


def test_warnings_and_faults_of_threads_come_through_the_log_too() -> None:
    program = (
        "import sys, threading, warnings, logging; from crmsync_daemon.log import *; begin(Style.JSON);"
        f"warnings.warn('{NAME}'); logging.getLogger('lib').error('%s', '{MAIL}');"
        f"logging.getLogger('lib').error('%d', '{MAIL}');"
        f"t = threading.Thread(target=lambda: int('{NAME}')); t.start(); t.join(); int('{MAIL}')"
    )
    done = run_command(
        [executable, "-c", program], env=ENV | {"PYTHONPATH": "daemon:."}, capture_output=True, text=True
    )
    lines = [json.loads(line)["message"] for line in done.stderr.splitlines()]
    assert len(lines) == 5 and done.returncode == 1
    assert "in a thread | ValueError at" in lines[3] and "of our own | ValueError at" in lines[4]
    assert not [one for one in PLANTED if one in done.stderr], done.stderr


@pytest.fixture
def failing() -> Iterator[tuple[int, list[str]]]:
    """A server that answers everything with 500 and repeats what it was sent; its port, and the credentials it saw."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PROPFIND(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            body = f"{NAME} {MAIL} {seen[-1]}".encode()
            self.send_response(500, NAME)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_OPTIONS = do_REPORT = do_GET = do_PROPFIND

        def log_message(self, *_: object) -> None:
            pass

    with warnings.catch_warnings(), ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], seen
        server.shutdown()
        thread.join()


@pytest.mark.timeout(90)
@pytest.mark.parametrize("style", ["--journal", "--log-json"])
def test_a_daemon_s_log_status_and_lock_hold_no_secret_and_its_log_no_person(
    tmp_path: Path, failing: tuple[int, list[str]], style: str
) -> None:
    from dataclasses import replace

    from crmsync import credentials
    from crmsync.store.session import Stamp
    from crmsync.store.store import Store

    port, seen = failing
    house = House(tmp_path / "Zdenka Plantova")
    house.folder.mkdir()
    house.crm("init", "--yes")
    book = house.folder / "planted-folder"
    book.mkdir()
    (book / "Zdenka.vcf").write_text(f"BEGIN:VCARD\nFN:{NAME}\nEMAIL:{MAIL}\nTEL:{PHONE}\nno end")
    house.crm("account", "add", "folder", "desk", "--url", str(book))
    with Store.open(house.crm.home.store) as store, store.transaction(Stamp("2026-01-01T00:00:00Z", "t", "t")) as tx:
        desk = tx.accounts.get("desk")
        for name, login in (("server", ""), ("old", f"zdenka:{PASSWORD}@")):
            place = credentials.keep(house.crm.home, name, PASSWORD)
            url = f"http://{login}127.0.0.1:{port}/zdenka/{NAME.replace(' ', '%20')}/"
            account = tx.accounts.add(
                replace(desk, id=0, name=name, kind="dav", url=url, username="zdenka", secret_place=place, hints={})
            )
            href = f"/zdenka/{NAME.replace(' ', '%20')}/"
            contacts = (RecordType.CONTACT,)
            tx.collections.upsert(
                account.id, href, CollectionKind.ADDRESSBOOK, NAME, "vcard", contacts, read_only=False
            )
    with house.daemon(style) as child:
        until(lambda: "desk: done" in house.said and seen, house.said)
        until(lambda: "server: " in house.said and "old: a password does not belong" in house.said, house.said)
        house.crm.home.config.write_text(f'[daemon]\nevery = "{NAME} {MAIL}"\n')
        until(lambda: "the old settings go on" in house.said, house.said)
        seen_by_a_person = json.dumps([house.crm("status"), house.crm("daemon", "status")])
        lock = (house.crm.home.store.parent / "daemon.lock").read_text()
        assert house.leave(child) == 0
    assert f"Basic {BASIC}" in seen
    assert not [one for one in PLANTED if one in house.said], house.said
    assert not [one for one in (PASSWORD, BASIC) if one in seen_by_a_person + lock]
