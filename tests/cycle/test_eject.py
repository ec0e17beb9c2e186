"""Ejecting leaves an account as it was before us, plus what its people did themselves."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync import cycle, translate
from crmsync.connectors.faults import Fault, Operation
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.connectors.tempers import POLITE, RADICALE, Etags, Tempers, lower_case_emails
from crmsync.errors import Locked, Unreachable
from crmsync.model import Mode, RecordType
from crmsync.store.store import Store
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit


def ejected(hub: Hub, phone: Spoke) -> cycle.Ejected:
    with MemoryConnector.to(phone.remote) as connector:
        return cycle.eject(hub.store, phone.name, connector, hub.now)


def test_a_copy_of_our_card_that_somebody_made_is_theirs_also_in_an_import_only_account(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    phone.sync()
    reader = Spoke(hub, "reader", mode=Mode.IMPORT)
    (href,) = phone.hrefs()
    reader.remote.seed(BOOK, "copy", phone.text(href).encode())
    reader.sync()
    before = reader.remote.contents(BOOK)
    report = ejected(hub, reader)
    assert (report.removed, report.restored, report.failed) == ([], [], [])
    assert [reason for _, reason in report.kept] == ["it bears a mark of crmsync, but crmsync did not make it there"]
    assert reader.remote.contents(BOOK) == before
    assert ejected(hub, phone).removed == [href]
    assert phone.hrefs() == []


def test_what_we_wrote_into_an_item_of_theirs_is_taken_out_to_the_last_byte(hub: Hub, phone: Spoke) -> None:
    href = phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi", "NOTE:theirs", "X-KEEP:1", "TEL:+39 02 111111"))
    phone.sync()
    (record,) = bring_in(hub)
    before = phone.text(href)
    hub.set(record, note="ours", title="Buyer")
    phone.sync()
    hub.set(record, note="ours again", phones=(Labelled("+39 02 222222"),))
    phone.sync()
    assert "ours again" in phone.text(href)
    report = ejected(hub, phone)
    assert (report.removed, report.restored, report.kept, report.failed) == ([], [href], [], [])
    assert phone.text(href) == before


def test_what_they_wrote_between_and_after_our_writes_stays(hub: Hub, phone: Spoke) -> None:
    href = phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi", "TEL:+39 02 111111"))
    phone.sync()
    (record,) = bring_in(hub)
    hub.set(record, note="ours")
    phone.sync()
    edit(phone, href, "X-THEIRS:1")
    edit(phone, href, "TEL:+39 02 333333")
    phone.sync()
    hub.set(record, title="Buyer", phones=(Labelled("+39 02 111111"), Labelled("+39 02 333333"), Labelled("+39 02 4")))
    phone.sync()
    edit(phone, href, "X-THEIRS-TOO:1")
    assert ejected(hub, phone).restored == [href]
    text = phone.text(href)
    assert not [part for part in ("NOTE", "TITLE", "+39 02 4") if part in text]
    assert all(part in text for part in ("X-THEIRS:1", "X-THEIRS-TOO:1", "+39 02 333333"))


def test_a_card_of_ours_that_was_edited_stays_also_when_we_wrote_again_since(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    edit(phone, href, "X-THEIRS:1")
    phone.sync()
    hub.set(record, note="ours")
    phone.sync()
    before = phone.text(href)
    report = ejected(hub, phone)
    assert (report.removed, [kept for kept, _ in report.kept]) == ([], [href])
    assert phone.text(href) == before


@pytest.mark.parametrize("took_effect", [True, False])
def test_what_a_cycle_wrote_before_it_was_cut_off_is_ours_too(hub: Hub, phone: Spoke, took_effect: bool) -> None:
    hub.add(name="Anna Rossi")
    phone.remote.fail(Fault(1, Unreachable("lost"), took_effect, frozenset({Operation.PUT})))
    phone.sync()
    assert len(ejected(hub, phone).removed) == int(took_effect)
    assert phone.hrefs() == []


def test_one_item_that_cannot_be_had_does_not_stop_the_others(hub: Hub, phone: Spoke) -> None:
    for n in range(3):
        hub.add(name=f"Anna{n} Rossi{n}")
    phone.sync()
    spoiled = phone.hrefs()[1]
    phone.remote.fail(Fault(1, Unreachable("lost"), times=1, on=frozenset({Operation.MULTIGET})))
    report = ejected(hub, phone)
    assert len(report.removed) == 3
    assert spoiled in report.removed


def test_an_item_that_another_program_has_locked_is_told_and_goes_the_next_time(hub: Hub, phone: Spoke) -> None:
    for n in range(3):
        hub.add(name=f"Anna Rossi{n}")
    phone.sync()
    phone.remote.fail(Fault(2, Locked("another program has locked it"), on=frozenset({Operation.DELETE})))
    report = ejected(hub, phone)
    assert len(report.removed) == 2
    assert [href for href, _ in report.failed] == phone.hrefs()
    again = ejected(hub, phone)
    assert (again.removed, again.failed) == ([href for href, _ in report.failed], [])
    assert phone.hrefs() == []


def test_a_remote_that_only_says_it_deletes_is_told_on(hub: Hub, phone: Spoke, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add(name="Anna Rossi")
    phone.sync()
    monkeypatch.setattr(MemoryConnector, "delete", lambda *_: None)
    report = ejected(hub, phone)
    assert (report.removed, len(report.failed)) == ([], 1)


def test_after_an_ejection_the_next_cycle_writes_nothing(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    phone.sync()
    ejected(hub, phone)
    phone.sync()
    assert phone.hrefs() == []


OLD = Path(__file__).parent / "old"
"""A store that the program wrote at step 8, and what its phone then held: Anna and Bea are theirs, the note, the second
phone number and the title are ours; Bea and Sara, whom we made, were edited there between two writes of ours."""


def test_a_store_of_the_version_before_ejects_what_that_version_wrote(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(gzip.decompress((OLD / "step8.sqlite.gz").read_bytes()))
    path.chmod(0o600)
    remote = MemoryRemote()
    remote.add_collection(BOOK)
    for href, text in json.loads((OLD / "step8.json").read_text()).items():
        remote.seed(BOOK, Path(href).stem, text.encode())
    with Store.open(path) as store, MemoryConnector.to(remote) as connector:
        with store.view() as view:
            fields = {push.field for run in view.runs.list() for push in view.pushes.of_run(run.id)}
            assert fields == {"", "note", "phones", "title"}
        report = cycle.eject(store, "phone", connector, lambda: "2026-02-01T00:00:00Z")
    luca, sara = "/book/crmsync-rec1.vcf", "/book/crmsync-rec2.vcf"
    assert (report.removed, report.restored, report.failed) == ([luca], ["/book/a.vcf", "/book/b.vcf"], [])
    assert [href for href, _ in report.kept] == [sara]
    left = {href: raw.decode() for href, raw in remote.contents(BOOK).items()}
    assert left["/book/a.vcf"] == card("u1", "Anna Rossi", "NOTE:theirs", "TEL:+39 02 111111").decode()
    assert left["/book/b.vcf"] == card("u2", "Bea Neri", "X-KEEP:1", "X-THEIRS:1").decode()
    assert "X-THEIRS:1" in left[sara]


def test_an_account_that_is_added_again_does_not_eject_what_the_one_before_wrote(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    phone.sync()
    before = phone.remote.contents(BOOK)
    with hub.typing() as tx:
        tx.accounts.remove(tx.accounts.get("phone").id)
    again = Spoke(hub, "phone")
    for href, raw in before.items():
        again.remote.seed(BOOK, Path(href).stem, raw)
    report = ejected(hub, again)
    assert (report.removed, report.restored) == ([], [])
    assert again.remote.contents(BOOK) == before


TEMPERS = {
    "polite": POLITE,
    "radicale": RADICALE,
    "no etags": Tempers(etags=Etags.NULL),
    "rewrites": Tempers(rewrites=lower_case_emails),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 30), tempers=st.sampled_from(sorted(TEMPERS)))
def test_an_account_is_as_before_plus_its_own_edits(
    tmp_path_factory: pytest.TempPathFactory, seed: int, tempers: str
) -> None:
    _history(tmp_path_factory.mktemp("eject"), random.Random(seed), TEMPERS[tempers])


def _history(folder: Path, chance: random.Random, tempers: Tempers) -> None:
    """Anybody edits anything in any order; a second remote that only its people edit is what must come out."""
    hub = Hub(folder)
    phone = Spoke(hub, "phone", tempers=tempers)
    alone = Spoke(hub, "alone", tempers=tempers)  # never synced
    for n in range(3):
        raw = card(f"u{n}", f"Anna{n} Rossi{n}", "NOTE:before", f"X-KEEP:{n}", "TEL:+39 02 111111")
        phone.remote.seed(BOOK, f"u{n}", raw)
        alone.remote.seed(BOOK, f"u{n}", raw)
    phone.sync()
    records = bring_in(hub)
    theirs = phone.hrefs()
    made = [hub.add(name=f"Luca{n} Verdi{n}", note="ours") for n in range(2)]
    for n in range(chance.randrange(12)):
        match chance.randrange(4):
            case 0:
                hub.set(chance.choice(records + made), note=f"crm {n}")
            case 1:
                hub.set(chance.choice(records + made), title=f"crm {n}", emails=(Labelled(f"OURS{n}@x.example"),))
            case 2:
                href, line = chance.choice(theirs), f"TEL:+39 06 {n}{n}{n}{n}{n}"
                edit(phone, href, line)
                edit(alone, href, line)
            case _:
                phone.sync()
    ejected(hub, phone)
    assert phone.hrefs() == theirs
    for href in theirs:
        now, expected = phone.text(href), alone.text(href)
        assert sorted(now.splitlines()) == sorted(expected.splitlines()), (now, expected)
        for text in (now, expected):
            translate.read("vcard", RecordType.CONTACT, text.encode())
    hub.store.close()
