"""Import a file of shipments: rows become shipments, shipments that pass the rules become notices.

1. Read the file; every bad line is told, and a shipment with a bad line is left out as a whole.
2. Find the order of each row, and put rows of one order and one reference together. A row that names a customer's order
   is a parcel of it (`workflows.ship.parcels`).
3. Write each shipment as a notice, due now. With `keep_good` each in a transaction of its own; without it all in one,
   which is given up when anything of the file is refused.

Importing the same rows again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from replenisher.database import orders
from replenisher.database.models import Order
from replenisher.database.session import Session
from replenisher.intake.products import read_serial_kinds
from replenisher.intake.shipments import ShipmentFile, read_shipments
from replenisher.logs import get_logger
from replenisher.purchasing.shipment_rules import check_shipment
from replenisher.purchasing.shipments import OrderReference, Shipment, ShipmentRow, group_rows
from replenisher.services import Services
from replenisher.workflows.ship.entering import Entry, Source, enter_shipment
from replenisher.workflows.ship.matters import way_out
from replenisher.workflows.ship.parcels import CustomerOrderKey, customer_orders_of, enter_parcels

log = get_logger(__name__)


OUTCOMES = ("imported", "already_there", "refused", "not_taken")
"""What may become of a shipment; the last is a good one of a file of which nothing was taken."""


@dataclass(frozen=True)
class Imported:
    """What became of a file: its shipments in the order of their first lines, and every fault with file and line.

    `taken` is false when nothing was imported because of the faults; `companies` are those of the orders it names.
    """

    file: str
    entries: tuple[Entry, ...]
    faults: tuple[str, ...]
    taken: bool
    companies: tuple[str, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """Count the shipments by what became of them."""
        return {outcome: sum(entry.outcome == outcome for entry in self.entries) for outcome in OUTCOMES}


class _NothingTakenError(Exception):
    """Gives up the transaction of a file of which something was refused."""


def import_shipments(
    services: Services, path: Path, *, keep_good: bool, actor: str, company_id: str | None = None
) -> Imported:
    """Import a file of shipments; with `company_id` orders of other companies are refused.

    Raises ConfigurationError when a products file has faults or an outlet is not installed, NotFoundError for a company
    that is not configured.
    """
    if company_id is not None:
        services.settings.company(company_id)
    file = read_shipments(path)
    with services.database.transaction() as session:
        found = _orders_of(session, file)
        parcels = customer_orders_of(session, [row.order for row in file.rows])
    both = found.keys() & parcels.keys()
    importing = _Importing(
        _sources(services, path.name, actor, found.values(), company_id),
        _by_number(found),
        {reference: key for reference, key in parcels.items() if company_id in (None, key.company)},
        frozenset(OrderReference(found[one].vendor_invoice_number) for one in both),
        path.name,
        actor,
    )
    shipments = group_rows(_named(row, found) for row in file.rows)
    if keep_good:
        entries = []
        for shipment in shipments:
            with services.database.transaction() as session:
                entries.extend(importing.enter(session, [shipment]))
    else:
        entries = _all_or_none(services, importing, shipments, faulty=bool(file.faults))
    faults = (*(str(replace(fault, file=path.name)) for fault in file.faults), *_faults(path.name, entries))
    companies = tuple(sorted({*(one.company for one in found.values()), *(one.company for one in parcels.values())}))
    result = Imported(path.name, tuple(entries), faults, keep_good or not faults, companies)
    log.info("shipments_imported", file=path.name, faults=len(faults), **result.counts())
    return result


def _all_or_none(
    services: Services, importing: _Importing, shipments: Sequence[Shipment], *, faulty: bool
) -> list[Entry]:
    """Write all shipments in one transaction, or none when the file is `faulty` or one of them is refused."""
    entries: list[Entry] = []
    try:
        with services.database.transaction() as session:
            entries = importing.enter(session, shipments)
            _give_up_if(faulty or any(entry.outcome == "refused" for entry in entries))
    except _NothingTakenError:
        return [
            replace(entry, outcome="not_taken", shipment_number="", state="") if entry.outcome == "imported" else entry
            for entry in entries
        ]
    return entries


def _orders_of(session: Session, file: ShipmentFile) -> dict[OrderReference, Order]:
    """Find the order of each reference that the file uses."""
    wanted = dict.fromkeys(row.order for row in (*file.rows, *file.left_out))
    found = {reference: _order_of(session, reference) for reference in wanted}
    return {reference: order for reference, order in found.items() if order is not None}


def _order_of(session: Session, reference: OrderReference) -> Order | None:
    if reference.vendor_invoice_number:
        return orders.order_with_number(session, reference.vendor_invoice_number)
    return orders.order_with_id(session, reference.order_id)


def _faults(file: str, entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        line = entry.file_lines[0] if entry.file_lines else 0
        for fault in entry.faults:
            yield f"{file}:{line}: shipment {entry.reference} of order {entry.order}: {fault}"


def _give_up_if(faulty: bool) -> None:
    if faulty:
        raise _NothingTakenError


def _by_number(found: Mapping[OrderReference, Order]) -> dict[OrderReference, Order]:
    return {OrderReference(order.vendor_invoice_number): order for order in found.values()}


def _named(row: ShipmentRow, found: Mapping[OrderReference, Order]) -> ShipmentRow:
    """Name the row's order by its vendor invoice number, so that one order has one name in the whole file."""
    order = found.get(row.order)
    return row if order is None else replace(row, order=OrderReference(order.vendor_invoice_number))


def _sources(
    services: Services, file: str, actor: str, found: Iterable[Order], company_id: str | None
) -> dict[str, Source]:
    """Gather what holds for each configured company whose orders the file may name."""
    named = {order.company for order in found}
    sources = {}
    for company in services.settings.companies:
        if company.id in named and company_id in (None, company.id):
            products = services.settings.products_file_of(company)
            kinds = {} if products is None else read_serial_kinds(products)
            outlet, first_state = way_out(services, company)
            sources[company.id] = Source(company, kinds, outlet, first_state, file, actor)
    return sources


@dataclass(frozen=True)
class _Importing:
    """One file on its way into the database: its companies, and the orders that it names."""

    sources: Mapping[str, Source]
    orders: Mapping[OrderReference, Order]
    parcels: Mapping[OrderReference, CustomerOrderKey]
    in_two_ways: frozenset[OrderReference]
    file: str
    actor: str

    def enter(self, session: Session, shipments: Sequence[Shipment]) -> list[Entry]:
        """Write shipments; their orders are locked first, so that two imports at once take turns."""
        ids = {self.orders[one.order].id for one in shipments if one.order in self.orders}
        locked = {order.vendor_invoice_number: order for order in orders.locked(session, sorted(ids))}
        return [self._enter(session, one, locked.get(one.order.vendor_invoice_number)) for one in shipments]

    def _enter(self, session: Session, shipment: Shipment, order: Order | None) -> Entry:
        if shipment.order in self.in_two_ways:
            text = "names one of our orders and a customer's order too; name theirs by our number of it (F…)"
            return _refused(shipment, (text,))
        if order is None and shipment.order in self.parcels:
            return enter_parcels(session, shipment, self.parcels[shipment.order], file=self.file, actor=self.actor)
        if order is None:
            return _refused(shipment, check_shipment(shipment, None, {}, {}))
        source = self.sources.get(order.company)
        if source is None:
            text = f"the order belongs to company {order.company}, which is not the one asked for or not configured"
            return _refused(shipment, (text,))
        return enter_shipment(session, shipment, order, source)


def _refused(shipment: Shipment, faults: tuple[str, ...]) -> Entry:
    return Entry(str(shipment.order), shipment.reference, shipment.file_lines, "refused", faults=faults)
