"""Import a file of sale orders: each becomes a document that goes out once.

1. Read the file; every bad line is told, and an order with a bad line is left out as a whole.
2. Find the company of each order, translate SKUs into catalog ids, and check the platform's rules.
3. Write each order, due now. With `keep_good` each in a transaction of its own; without it all in one, which is given
   up when anything of the file is refused.

Importing the same rows again changes nothing; the same number with other content is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from replenisher.database import sales, submissions
from replenisher.database.session import Session
from replenisher.intake.sale_orders import SaleRows, read_sale_orders
from replenisher.logs import get_logger
from replenisher.purchasing.sale_order_rules import check_sale_order
from replenisher.purchasing.sale_orders import SaleOrderRequest
from replenisher.purchasing.sale_states import SaleState
from replenisher.services import Services
from replenisher.workflows.sell.sellers import Seller, sellers_of
from replenisher.workflows.sending import as_content, fingerprint

log = get_logger(__name__)

OUTCOMES = ("imported", "already_there", "refused", "not_taken")
"""What may become of a sale order; the last is a good one of a file of which nothing was taken."""


@dataclass(frozen=True)
class SaleEntry:
    """What became of one sale order of a file, with every reason; `state` is that of the sale order now, if any."""

    printable_id: str
    company: str
    location: str
    file_lines: tuple[int, ...]
    outcome: str
    state: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportedSales:
    """What became of a file: its orders in the order of their first lines, and every fault with file and line.

    `taken` is false when nothing was imported because of the faults; `companies` are those that it names.
    """

    file: str
    entries: tuple[SaleEntry, ...]
    faults: tuple[str, ...]
    taken: bool
    companies: tuple[str, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """Count the sale orders by what became of them."""
        return {outcome: sum(entry.outcome == outcome for entry in self.entries) for outcome in OUTCOMES}


class _NothingTakenError(Exception):
    """Gives up the transaction of a file of which something was refused."""


def import_sale_orders(
    services: Services, path: Path, *, keep_good: bool, actor: str, company_id: str | None = None
) -> ImportedSales:
    """Import a file of sale orders; with `company_id` orders of other companies are refused.

    Raises ConfigurationError when no company takes sale orders or a products file has faults, NotFoundError for a
    company that is not configured; with nothing imported, GatewayError or CompanyPausedError when the locations of a
    company that an order may belong to are not known and not told.
    """
    sellers = sellers_of(services, company_id)
    file = read_sale_orders(path)
    read = [_judged(rows, sellers) for rows in file.orders]
    faulty = bool(file.faults) or any(entry.outcome == "refused" for entry, _ in read)
    entries: list[SaleEntry] = []
    if keep_good:
        for entry, request in read:
            with services.database.transaction() as session:
                entries.append(_entered(session, entry, request, path.name, actor))
    else:
        entries = _all_or_none(services, read, path.name, actor, faulty=faulty)
    told = [str(replace(fault, file=path.name)) for fault in file.faults]
    told += [
        f"{path.name}:{entry.file_lines[0]}: sale order {entry.printable_id}: {fault}"
        for entry in entries
        for fault in entry.faults
    ]
    named = tuple(sorted({entry.company for entry in entries if entry.company}))
    result = ImportedSales(path.name, tuple(entries), tuple(told), keep_good or not told, named)
    log.info("sale_orders_imported", file=path.name, faults=len(told), **result.counts())
    return result


def _judged(rows: SaleRows, sellers: Sequence[Seller]) -> tuple[SaleEntry, SaleOrderRequest | None]:
    """Put rows into the request that they are, or say why they are none.

    Raises why a company's locations are not known, when one of them may be that of the rows.
    """
    for one in sellers:
        if one.untold is not None and rows.company in ("", one.company.id):
            raise one.untold
    here = [one for one in sellers if rows.company in ("", one.company.id) and rows.location in one.locations]
    entry = SaleEntry(rows.printable_id, "", rows.location, rows.file_lines, "refused")
    if not here:
        names = ", ".join(one.company.id for one in sellers)
        text = f"location {rows.location} is not one of company {rows.company or names}, as far as the platform lists"
        if rows.company and rows.company not in [one.company.id for one in sellers]:
            text = f"company {rows.company} takes no sale orders; those that do: {names}"
        return replace(entry, company=rows.company, faults=(text,)), None
    if len(here) > 1:
        names = ", ".join(one.company.id for one in here)
        text = f"companies {names} all have a location {rows.location}; say which in a column company"
        return replace(entry, faults=(text,)), None
    (seller,) = here
    request = _request(rows, seller)
    faults = (*check_sale_order(request), *seller.contradictions(rows.items))
    entry = replace(entry, company=seller.company.id)
    return (replace(entry, faults=faults), None) if faults else (replace(entry, outcome="imported"), request)


def _request(rows: SaleRows, seller: Seller) -> SaleOrderRequest:
    company = seller.company
    zone = ZoneInfo(company.time_zone)
    return SaleOrderRequest(
        company=company.id,
        location=rows.location,
        printable_id=rows.printable_id,
        customer_id=rows.customer_id.casefold(),
        created_at=_utc(rows.created_at, zone),
        items=tuple(map(seller.named, rows.items)),
        invoice=company.sale_orders.invoice if rows.invoice is None else rows.invoice,
        payments=rows.payments,
        shipping=rows.shipping,
        discounts=rows.discounts,
        expires_at=None if rows.expires_at is None else _utc(rows.expires_at, zone),
        drop_ship_order_id=rows.drop_ship_order_id,
        user_id=company.sale_orders.user_id,
    )


def _utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _all_or_none(
    services: Services,
    read: Sequence[tuple[SaleEntry, SaleOrderRequest | None]],
    file: str,
    actor: str,
    *,
    faulty: bool,
) -> list[SaleEntry]:
    """Write all orders in one transaction, or none when the file is `faulty` or one of them is refused."""
    entries: list[SaleEntry] = []
    try:
        with services.database.transaction() as session:
            entries = [_entered(session, entry, request, file, actor) for entry, request in read]
            _give_up_if(faulty or any(entry.outcome == "refused" for entry in entries))
    except _NothingTakenError:
        return [
            replace(entry, outcome="not_taken", state="") if entry.outcome == "imported" else entry for entry in entries
        ]
    return entries


def _give_up_if(faulty: bool) -> None:
    if faulty:
        raise _NothingTakenError


def _entered(session: Session, entry: SaleEntry, request: SaleOrderRequest | None, file: str, actor: str) -> SaleEntry:
    """Write a sale order, due at once; the same order again changes nothing."""
    if request is None:
        return entry
    content = fingerprint(request)
    # A second look when the number was taken between looking and writing: by then the other import has ended.
    for _ in range(2):
        there = sales.standing_sale(session, request.company, request.printable_id)
        if there is not None:
            if there.content_sha256 == content:
                return replace(entry, outcome="already_there", state=there.state)
            text = (
                f"duplicate printable_id: {request.printable_id} is {there.state} with other content, from"
                f" {there.source}; a different order needs a number of its own"
            )
            return replace(entry, outcome="refused", faults=(text,))
        values = {
            "company": request.company,
            "location": request.location,
            "printable_id": request.printable_id,
            "customer_id": request.customer_id,
            "invoice": request.invoice,
            "state": SaleState.READY.value,
            "content": as_content(request),
            "content_sha256": content,
            "source": file,
            "next_at": submissions.now(),
        }
        lines = [
            {
                "line_number": item.line_number,
                "sku": item.sku,
                "catalog_id": item.catalog_id,
                "quantity": item.quantity,
                "drop_ship": item.drop_ship,
            }
            for item in request.items
        ]
        added = sales.add_sale(session, values, lines, actor=actor)
        if added is not None:
            return replace(entry, outcome="imported", state=added.state)
    return replace(entry, outcome="refused", faults=("its number has just been taken by another import",))
