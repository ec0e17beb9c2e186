"""kill -9 in every phase of a push of 200 items to a real Radicale: nothing lost, doubled or half done."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.live.crm import Crm
from tests.live.reaper import Moment, Reaper, reaper
from tests.live.servers import Server

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(300)]
COUNT = 200

# Where in the push the product dies: the method that counts, and the request. All of PUT, REPORT (pull and read-back)
# and DELETE are hit early, in the middle, and at the end of a batch of fifty.
WRITES = [("PUT", n) for n in (1, 2, 49, 50, 51, 120, 200)]
READS = [("REPORT", n) for n in (1, 2, 3, 5)]


def people(crm: Crm, home: Path) -> None:
    """So many records that somebody imported and flagged."""
    cards = "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:src{n}\r\nN:Rossi{n};Anna{n};;;\r\nFN:Anna{n} Rossi{n}\r\n"
        f"EMAIL:anna{n}@x.example\r\nEND:VCARD\r\n"
        for n in range(COUNT)
    )
    home.with_suffix(".vcf").write_text(cards, newline="")
    crm("import", str(home.with_suffix(".vcf")), "--type", "contact", "--sync", "--json")


def dies(crm: Crm, death: Reaper, method: str, at: int, moment: Moment) -> bool:
    """One sync that is killed; whether it was."""
    process = crm.start("sync", "phone", "--json")
    death.aim(process.pid, at, moment, frozenset({method}))
    process.communicate(timeout=120)
    death.rests()
    return process.returncode == -9


def check(crm: Crm, server: Server, path: str, expected: dict[str, str]) -> None:
    """Every record has one item and every item one record, with the values that were typed."""
    crm.settles()
    texts = [raw.decode() for raw in server.dump(path).values()]
    names = Counter(re.search(r"FN:(.*?)\r?\n", text)[1] for text in texts)  # type: ignore[index]
    assert names == Counter(expected.keys())
    uids = Counter(re.search(r"UID:(.*?)\r?\n", text)[1] for text in texts)  # type: ignore[index]
    assert max(uids.values()) == 1
    for text in texts:
        name = re.search(r"FN:(.*?)\r?\n", text)[1].strip()  # type: ignore[index]
        assert f"NOTE:{expected[name]}" in text if expected[name] else "NOTE" not in text
    records = crm.records().values()
    assert Counter(record["name"] for record in records) == Counter(expected.keys())
    assert all(record["fields"].get("note", "") == expected[record["name"]] for record in records)
    assert crm.conflicts() == []
    crm("doctor", "--offline", "--json")


@pytest.mark.parametrize("moment", Moment)
def test_a_push_that_is_killed_again_and_again_ends_as_if_it_never_had_been(
    at_radicale: Server, tmp_path: Path, moment: Moment
) -> None:
    path = at_radicale.collection("vcard")
    crm = Crm(tmp_path / "home")
    people(crm, tmp_path / "people")
    kills = 0
    with reaper(at_radicale.port) as death:
        crm.account("phone", f"http://127.0.0.1:{death.port}{path}")
        for method, at in WRITES + READS:
            kills += dies(crm, death, method, at, moment)
        expected = {f"Anna{n} Rossi{n}": "" for n in range(COUNT)}
        check(crm, at_radicale, path, expected)
        # and once more with updates and deletions under way
        # (a cycle goes by record id, so the deletions are those it comes to last)
        for n, record in enumerate(sorted(crm.records().values(), key=lambda one: str(one["id"]))[:30]):
            if n >= 24:
                crm("records", "delete", record["id"])
                del expected[record["name"]]
            else:
                crm("records", "set", record["id"], f"note=changed {n}")
                expected[record["name"]] = f"changed {n}"
        for method, at in [("PUT", 1), ("PUT", 12), ("DELETE", 1), ("DELETE", 3), ("REPORT", 2), ("REPORT", 3)]:
            kills += dies(crm, death, method, at, moment)
        check(crm, at_radicale, path, expected)
    assert kills >= 10, f"only {kills} kills: the test no longer reaches what it means to"
    print(f"{kills} kills {moment.value}")


def test_a_killed_process_does_not_keep_the_next_one_waiting(at_radicale: Server, tmp_path: Path) -> None:
    path = at_radicale.collection("vcard")
    crm = Crm(tmp_path / "home")
    people(crm, tmp_path / "people")
    with reaper(at_radicale.port) as death:
        crm.account("phone", f"http://127.0.0.1:{death.port}{path}")
        assert dies(crm, death, "PUT", 20, Moment.LOST_ANSWER)
        began = time.monotonic()
        crm("status", "--json")
        assert time.monotonic() - began < 15
