"""A contact together with the company that its card names: one decision, and no company twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crmsync.admission.enrol import Newcomer, enrol
from crmsync.admission.sorting import Done, open_rows, read_row, set_aside, unfit
from crmsync.admission.suggest import candidates
from crmsync.core.fieldmap import display_name, is_business
from crmsync.core.keys import organization_key, same
from crmsync.errors import Unreadable, Usage
from crmsync.model import Confidence, Record, RecordType
from crmsync.store.import_queue import Found, Queued, QueueState
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Company:
    """The company of a contact. `made`: it was not in the CRM before."""

    id: str
    name: str
    made: bool


def bring_in_with_company(
    tx: Tables, ids: Iterable[int], user: int | None, new_id: Callable[[], str]
) -> tuple[Done, list[Company]]:
    """Makes a contact of each item, and the company that its card names unless the CRM has it.

    The contact's `organization` is the company's name as the CRM spells it; the card keeps its own spelling. A company
    that is made gets no sync flag: nothing goes to a remote. Skipped is a card that names no company, is one itself,
    cannot be a contact, or names a company that several of the CRM's may be.
    """
    done = Done()
    companies: list[Company] = []
    for row in open_rows(tx, ids, done):
        try:
            newcomer = _contact(tx, row)
            company = _company(tx, row, str(newcomer.fields["organization"]), new_id)
        except (Unreadable, Usage) as error:
            set_aside(tx, row, error)
            done.skip(row.id, error)
            continue
        tx.queue.assign([row.id], RecordType.CONTACT)
        (record,) = enrol(tx, [newcomer], user, new_id)
        _name_after(tx, record, newcomer, company)
        tx.queue.decide([row.id], QueueState.IMPORTED)
        done.ids.append(row.id)
        done.records.append(record)
        companies.append(company)
    return done, companies


def _contact(tx: Tables, row: Queued) -> Newcomer:
    if row.item.type not in (None, RecordType.CONTACT):
        raise Usage(f"it is to become a {row.item.type}; only a contact comes with its company", thing=row.item.name)
    if (reason := unfit(tx, row, RecordType.CONTACT)) is not None:
        raise Usage(reason, thing=row.item.name)
    newcomer = read_row(tx, row, RecordType.CONTACT)
    organization = str(newcomer.fields.get("organization", ""))
    if not organization_key(organization):
        raise Usage("its card names no company", thing=row.item.name, next_step="Import it alone")
    if newcomer.kind == "org" or organization_key(str(newcomer.fields.get("name", ""))) == organization_key(
        organization
    ):
        raise Usage("it is a company's card itself", thing=row.item.name, next_step="Give it the type company")
    return newcomer


def _company(tx: Tables, row: Queued, name: str, new_id: Callable[[], str]) -> Company:
    """The company of that name: the CRM's, or a new one. Raises `Usage` when it may be any of several."""
    found = _known(tx, row, name)
    if len(found) > 1:
        names = " and ".join(f"{display_name(one.type, one.fields)} ({one.id})" for one in found)
        raise Usage(f"several companies may be meant: {names}", thing=name, next_step="See `records merge`")
    if found:
        return Company(found[0].id, display_name(found[0].type, found[0].fields), made=False)
    record = Record(new_id(), RecordType.COMPANY, {"name": name})
    tx.records.create(record, reason=f"named on the card of {row.item.name}")
    return Company(record.id, name, made=True)


def _known(tx: Tables, row: Queued, name: str) -> list[Record]:
    """Companies and suppliers that are called so, or that the matcher is rather sure about: the likeliest."""
    probe = Found("", name, name, kind="org")
    ranked = candidates(tx, tx.collections.get(row.collection), [probe], tx.region)[0]
    records = tx.records.many([one.record for one in ranked], deleted=False)
    likely = [
        (one, record)
        for one in ranked
        if (record := records[one.record]).type in (RecordType.COMPANY, RecordType.SUPPLIER)
        and is_business(record.type, record.fields)
        and (
            one.confidence >= Confidence.MEDIUM
            or organization_key(display_name(record.type, record.fields)) == organization_key(name)
        )
    ]
    companies = [pair for pair in likely if pair[1].type is RecordType.COMPANY] or likely
    return [record for one, record in companies if one.score == companies[0][0].score]


def _name_after(tx: Tables, record: str, newcomer: Newcomer, company: Company) -> None:
    """Both sides agree on the company, each in its own spelling."""
    spelled = newcomer.fields["organization"]
    if same("organization", spelled, company.name):
        return
    tx.records.change(record, {"organization": company.name}, reason=f"the company is {company.id}")
    link = tx.links.between(record, newcomer.collection)
    assert link is not None
    agreed = {**link.base, "organization": company.name}
    tx.links.update(replace(link, base=agreed, echo={**link.echo, "organization": spelled}))
