"""What a cycle may have before it: each scene needs other parts of the engine to come to rest."""

from __future__ import annotations

from dataclasses import replace

from crmsync.core.plan import Budget, Budgets
from crmsync.core.reconcile import Policies
from crmsync.model import OnDelete, Policy, RecordType
from crmsync.review import conflicts as decide
from crmsync.review import import_queue, plans, queue_rules
from crmsync.review.conflicts import Choice
from crmsync.review.merge_records import merge
from crmsync.review.undo import undo
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, OTHER, Hub, Spoke, card, edit


def first_sync(hub: Hub, phone: Spoke) -> None:
    """Strangers there, records here; one of them may be the same person, one card is broken, one is a group."""
    for n in range(3):
        hub.add(name=f"Anna{n} Rossi{n}")
    hub.add(name="Luca Verdi", emails=(Labelled("luca@acme.it"),))
    for n in range(3):
        phone.remote.seed(BOOK, f"s{n}", card(f"s{n}", f"Otto{n} Weber{n}"))
    phone.remote.seed(BOOK, "luca", card("luca", "Luca Verdi", "EMAIL:luca@acme.it"))
    phone.remote.seed(BOOK, "group", card("group", "Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
    phone.remote.seed(BOOK, "broken", b"BEGIN:VCARD\r\nnothing ends this")


def push(hub: Hub, phone: Spoke) -> None:
    """Creates, updates and deletes for the remote; one record only loses its flag, one is touched there meanwhile."""
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(6)]
    phone.sync()
    for n in range(2):
        hub.add(name=f"Luca{n} Verdi{n}")
        hub.set(records[n], note=f"new {n}")
    hub.delete(records[2])
    with hub.typing() as tx:
        tx.flags.set(1, [records[3]], on=False)
    hub.set(records[4], department="Sales", note=None)


def conflict_and_merge(hub: Hub, phone: Spoke) -> None:
    """Both sides edited: the same field, different fields, a list; and one that was deleted here and edited there."""
    same, other, lists, revived, theirs = (
        hub.add(name=f"Anna{n} Rossi{n}", phones=(Labelled("+39 02 111111"),)) for n in range(5)
    )
    phone.sync()
    for record, line in [
        (same, "NOTE:phone"),
        (same, "TITLE:Buyer"),
        (other, "TITLE:Buyer"),
        (lists, "TEL:+39 02 222222"),
        (revived, "NOTE:wait"),
        (theirs, "NOTE:theirs"),
    ]:
        edit(phone, href_of(hub, record), line)
    hub.set(same, note="office", department="Sales")
    hub.set(other, note="office")
    hub.set(lists, phones=(Labelled("+39 02 111111"), Labelled("+39 02 333333")))
    hub.delete(revived)


def vanished(hub: Hub, phone: Spoke) -> None:
    """Items are gone: one untouched, one edited here, one deleted here as well, one unwanted, one a stranger."""
    untouched, edited, deleted, unwanted, _ = (hub.add(name=f"Anna{n} Rossi{n}") for n in range(5))
    stranger = phone.remote.seed(BOOK, "s", card("s", "Otto Weber"))
    phone.sync()
    for record in (untouched, edited, deleted, unwanted):
        phone.remote.remove(BOOK, href_of(hub, record))
    phone.remote.remove(BOOK, stranger)
    hub.set(edited, note="edited")
    hub.delete(deleted)
    with hub.typing() as tx:
        tx.flags.set(1, [unwanted], on=False)


def vanished_by_policy(hub: Hub, phone: Spoke) -> None:
    """Items are gone and nobody is to be asked: their records are deleted, one of another type is archived."""
    people = Policy(on_delete=OnDelete.DELETE)
    by_type = ((RecordType.LEAD, Policy(on_delete=OnDelete.ARCHIVE)),)
    phone.rules = replace(phone.rules, policies=Policies(people, by_type))
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(2)]
    records.append(hub.add(RecordType.LEAD, name="Luca Verdi"))
    phone.sync()
    for record in records:
        phone.remote.remove(BOOK, href_of(hub, record))


def emptied(hub: Hub, phone: Spoke) -> None:
    """The remote lost everything, token and all: too much to believe."""
    _few_deletes(phone)
    for n in range(4):
        hub.add(name=f"Anna{n} Rossi{n}")
    phone.sync()
    phone.remote.wipe(BOOK)


def import_and_link(hub: Hub, phone: Spoke) -> None:
    """A person went through the queue: one became a record, two are records that the CRM had, in other words."""
    known = hub.add(name="Luca Verdi", note="ours", title="Driver", flag=False)
    suggested = hub.add(name="Petr Novak", emails=(Labelled("petr@acme.it"),), note="ours", flag=False)
    phone.remote.seed(BOOK, "new", card("new", "Otto Weber", "NOTE:theirs"))
    phone.remote.seed(BOOK, "known", card("known", "Luca Verdi", "NOTE:theirs", "TEL:+39 02 111111"))
    phone.remote.seed(BOOK, "suggested", card("suggested", "Petr Novak", "EMAIL:petr@acme.it", "NOTE:theirs"))
    phone.sync()
    with hub.typing() as tx:
        rows = {row.item.href: row.id for row in tx.queue.list()}
        new = [rows[f"{BOOK}new.vcf"]]
        import_queue.assign(tx, new, RecordType.CONTACT)
        import_queue.bring_in(tx, new, 1, lambda: "new")
        import_queue.link(tx, rows[f"{BOOK}known.vcf"], known, 1)
        assert import_queue.accept(tx, [rows[f"{BOOK}suggested.vcf"]], 1).records == [suggested]
    hub.set("new", title="Buyer")


def sorted_by_rules(hub: Hub, phone: Spoke) -> None:
    """Rules have their turn with what arrives: one item becomes a record, one is ignored, one probably is a record."""
    hub.add(name="Petr Novak", emails=(Labelled("petr@acme.it"),))
    hub.add(name="Luca Verdi")
    phone.remote.seed(BOOK, "new", card("new", "Otto Weber", "EMAIL:otto@acme.it"))
    phone.remote.seed(BOOK, "known", card("known", "Petr Novak", "EMAIL:petr@acme.it"))
    phone.remote.seed(BOOK, "robot", card("robot", "Robot", "EMAIL:noreply@acme.it"))
    phone.rules = replace(phone.rules, new_id=lambda: "ruled")
    with hub.typing() as tx:
        queue_rules.add(tx, Rule("robots", "email LIKE 'noreply@%'", RuleAction.IGNORE))
        queue_rules.add(tx, Rule("acme", "email LIKE '%@acme.it'", RuleAction.IMPORT, RecordType.CONTACT))


def merged(hub: Hub, phone: Spoke) -> None:
    """Records became one: an item has another record and is edited there too; a second item is a question, answered."""
    keep = hub.add(name="Anna Rossi", note="ours", flag=False)
    other = hub.add(name="Anna Rossi", title="Buyer", note="theirs")
    first, second = (hub.add(name="Luca Verdi", department=name) for name in ("Sales", "Export"))
    third, fourth = (hub.add(name="Petr Novak", department=name) for name in ("Sales", "Export"))
    phone.sync()
    edit(phone, href_of(hub, other), "TEL:+39 02 222222")
    with hub.typing() as tx:
        for one, two in ((keep, other), (first, second), (third, fourth)):
            merge(tx, one, two)
        question = tx.conflicts.list(record=fourth)[0]
        decide.resolve(tx, question.id, Choice.CRM)


def held_plan_applied(hub: Hub, phone: Spoke) -> None:
    """More deletions than are believed, and a person lets them pass."""
    _few_deletes(phone)
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(5)]
    phone.sync()
    for record in records[:4]:
        hub.delete(record)
    assert phone.sync().held == 4
    with hub.typing() as tx:
        plans.approve(tx, tx.plans.list()[0].id)


def held_plan_discarded(hub: Hub, phone: Spoke) -> None:
    """More items vanished than are believed, and a person wants them back."""
    emptied(hub, phone)
    assert phone.sync().held == 4
    with hub.typing() as tx:
        plans.discard(tx, tx.plans.list()[0].id)


def answers(hub: Hub, phone: Spoke) -> None:
    """A person answered: a conflict each way, and a deletion each way."""
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(4)]
    phone.sync()
    for record in records[:2]:
        href = href_of(hub, record)
        phone.remote.edit(BOOK, href, phone.text(href).replace("old", "phone").encode())
        hub.set(record, note="office")
    for record in records[2:]:
        phone.remote.remove(BOOK, href_of(hub, record))
    phone.sync()
    choices = dict(zip(records, (Choice.CRM, Choice.REMOTE) * 2, strict=True))
    with hub.typing() as tx:
        for question in tx.conflicts.list():
            decide.resolve(tx, question.id, choices[question.conflict.record])


def refused(hub: Hub, phone: Spoke) -> None:
    """The remote refuses what is too large: a new item, and a replacement. Five attempts are enough."""
    record = hub.add(name="Anna Rossi")
    phone.sync()
    phone.remote.tempers = replace(phone.remote.tempers, largest_item=2000)
    hub.set(record, note="long " * 500)
    hub.add(name="Luca Verdi", note="long " * 500)


def filtered(hub: Hub, phone: Spoke) -> None:
    """The account has a filter: some records leave it, some enter it, and one of each has changed besides."""
    records = [hub.add(name=f"Anna{n} Rossi{n}", stage="customer", flag=False) for n in range(4)]
    others = [hub.add(name=f"Luca{n} Verdi{n}", flag=False) for n in range(3)]
    with hub.typing() as tx:
        tx.choices.use(1, tx.filters.set("customers", "stage = 'customer'").id)
    phone.sync()
    hub.set(records[0], stage=None)
    hub.set(records[1], stage="lost", note="new")
    hub.set(others[0], stage="customer", note="new")
    with hub.typing() as tx:
        tx.flags.set(1, [records[1], others[1]], on=True)


def links_undone(hub: Hub, phone: Spoke) -> None:
    """Items were linked and pushed, then the links undone: one was edited there since, one by us again."""
    linked = [hub.add(name=name, title="CEO", note="ours", flag=False) for name in ("Anna Rossi", "Luca Verdi")]
    for name in ("Anna Rossi", "Luca Verdi"):
        phone.remote.seed(BOOK, name[:4], card(name[:4], name, "NOTE:theirs", "X-SKI-PASS:42"))
    phone.sync()
    with hub.typing() as tx:
        run = tx.begin_run("decision")
        for row in sorted(tx.queue.list(), key=lambda row: row.item.name):
            import_queue.link(tx, row.id, linked["AL".index(row.item.name[0])], 1)
        tx.runs.finish(run, "done", {})
    phone.sync()
    hub.set(linked[1], department="Sales")
    phone.sync()
    edit(phone, href_of(hub, linked[0]), "TEL:+39 02 111111")
    with hub.typing() as tx:
        back = tx.begin_run("undo")
        assert undo(tx, run).items == 2
        tx.runs.finish(back, "done", {})


def moved(hub: Hub, phone: Spoke) -> None:
    """Items lie elsewhere: in another collection, edited here or there too, renamed; one had been asked about."""
    phone.more(OTHER)
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(5)]
    phone.sync()
    asked = _taken_out(phone, href_of(hub, records[0]))
    phone.sync()
    phone.remote.seed(OTHER, "m0", asked)
    for n, place in ((1, OTHER), (2, OTHER), (3, BOOK)):
        phone.remote.seed(place, f"m{n}", _taken_out(phone, href_of(hub, records[n])))
    edit(phone, f"{OTHER}m1.vcf", "TEL:+39 02 111111", OTHER)
    hub.set(records[2], note="new")
    hub.delete(records[3])


def moved_after_deletion(hub: Hub, phone: Spoke) -> None:
    """Items vanished, and their records with them; one turns up in another collection, one under another name."""
    phone.more(OTHER)
    phone.rules = replace(phone.rules, policies=Policies(Policy(on_delete=OnDelete.DELETE)))
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(3)]
    phone.sync()
    taken = [_taken_out(phone, href_of(hub, record)) for record in records]
    phone.sync()
    phone.remote.seed(OTHER, "m0", taken[0])
    phone.remote.seed(BOOK, "m1", taken[1])


def href_of(hub: Hub, record: str) -> str:
    """Where the item of a record lies."""
    with hub.store.view() as view:
        (link,) = view.links.for_record(record)
    return link.href


def _taken_out(phone: Spoke, href: str) -> bytes:
    raw = phone.text(href).encode()
    phone.remote.remove(BOOK, href)
    return raw


def _few_deletes(phone: Spoke) -> None:
    phone.rules = replace(phone.rules, budgets=Budgets(deletes=Budget(2, 0.2)))


SCENES = (
    first_sync,
    push,
    conflict_and_merge,
    vanished,
    vanished_by_policy,
    emptied,
    import_and_link,
    sorted_by_rules,
    merged,
    held_plan_applied,
    held_plan_discarded,
    answers,
    refused,
    filtered,
    links_undone,
    moved,
    moved_after_deletion,
)
