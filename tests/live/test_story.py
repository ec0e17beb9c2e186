"""What the peers could not do (MISSION M1.5): 300 people, spelled in three ways on two servers, in five commands."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from crmsync.demo import crowd
from crmsync.formats.escaping import unescape
from tests.live.crm import Crm
from tests.live.servers import Server

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


def test_three_hundred_people_from_two_servers_are_typed_in_five_commands_without_a_duplicate(
    at_radicale: Server, at_xandikos: Server, tmp_path: Path
) -> None:
    count = len(crowd.PEOPLE)
    assert count == 300
    desk, phone = at_radicale.collection("vcard"), at_xandikos.collection("vcard")
    for server, path, (shelf,) in ((at_radicale, desk, crowd.desk()), (at_xandikos, phone, crowd.phone())):
        for name, raw in shelf.items:
            server.put(path + name, raw, "vcard")
    crm = Crm(tmp_path / "home")
    crm.account("desk", f"http://127.0.0.1:{at_radicale.port}{desk}")
    crm.account("phone", f"http://127.0.0.1:{at_xandikos.port}{phone}")

    crm("sync", "desk")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    crm("sync", "phone")
    crm("queue", "accept", "--min-score", "50")
    crm("sync")

    left = crm("queue", "list", "--json")["items"]
    assert [(one["name"], one["suggestion"]) for one in left[:3]] == []
    records = list(crm.records().values())
    assert len(records) == count
    assert all(record["sync"] for record in records)
    crm.settles()
    for server, path in ((at_radicale, desk), (at_xandikos, phone)):
        texts = [raw.decode() for raw in server.dump(path).values()]
        assert len(texts) == count
        mails = Counter(line for text in texts for line in text.splitlines() if line.startswith("EMAIL"))
        assert len(mails) == count // 3
        assert max(mails.values()) == 1
        for text in texts:  # nobody got anybody else's name
            n, name = int(re.search(r"UID:\d-(\d+)", text)[1]), re.search(r"FN:(.*)", text)[1].strip()  # type: ignore[index]
            assert unescape(name) in crowd.spellings(crowd.PEOPLE[n])
    assert crm.conflicts() == []
