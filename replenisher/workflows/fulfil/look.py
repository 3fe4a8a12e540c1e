"""Look for customers' orders: what we have to ship, what is promised from the shelf, and what is no longer wanted.

1. For each location its pending orders, and the items of each; network waits overlap, and no session is open meanwhile.
   An order of which we still had something to ship, and that is pending no more, is read to learn why.
2. Each drop-ship item that names us as supplier is a fulfilment; a new one is set to Ordered, or to Error or
   NotAvailable with the reason when we cannot ship it.
3. In-stock items are promised to their customers; planning may count them (`planning.allocated`).

One location that is not answered never stops its neighbours, nor does an order that cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, fulfilments
from replenisher.database.exceptions import Matter
from replenisher.database.fulfilment_models import Fulfilment
from replenisher.database.fulfilments import Seen
from replenisher.database.session import Session
from replenisher.errors import CredentialsError, ForbiddenError
from replenisher.intake.products import CatalogEntry, read_catalog
from replenisher.logs import get_logger
from replenisher.purchasing.customer_orders import CustomerOrder, ItemKind, ItemState, OrderItem
from replenisher.purchasing.fulfilments import OPEN, FulfilmentState, decide, fulfilment_number
from replenisher.services import Services
from replenisher.workflows.fulfil.asking import Look, looks
from replenisher.workflows.fulfil.ending import end, end_taken_off, withdraw
from replenisher.workflows.fulfil.matters import enter_update, fulfilment_matter

log = get_logger(__name__)

EXPIRING = timedelta(hours=12)
"""So long before an order can no longer be changed, a person hears that something of it is still to be shipped."""
TOLD_AT_ONCE = 5
"""Orders that could not be read, named in one text."""


@dataclass
class Looked:
    """What a look at a company's customers' orders came to."""

    locations: int = 0
    orders: int = 0
    new: int = 0
    withdrawn: int = 0
    promised_units: int = 0
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Goods:
    """What we sell, by SKU and by catalog id, and who we are as a supplier; everything is known without a file."""

    supplier: str
    by_sku: dict[str, CatalogEntry] | None
    by_catalog_id: dict[str, CatalogEntry]

    def entry(self, item: OrderItem) -> CatalogEntry | None:
        if self.by_sku is None:
            return CatalogEntry(item.sku, item.catalog_id, discontinued=False) if item.sku else None
        return self.by_sku.get(item.sku) or self.by_catalog_id.get(item.catalog_id)


def look_for_fulfilments(
    services: Services, company_id: str, tell: Callable[[int, int], None] = lambda _done, _of: None
) -> Looked:
    """Look once at every location of a company; `tell` hears how many of how many are done.

    Raises CredentialsError and ForbiddenError, the GatewayError of the list of locations when none is known yet, and
    PlannerFileError when the products file has faults.
    """
    company = services.settings.company(company_id)
    goods = _goods(services, company)
    with services.database.transaction() as session:
        known = companies.known_locations(session, company.id)
        still_open = fulfilments.open_orders(session, company.id)
        now = companies.now(session)
    locations = [one.location for one in known.values() if one.gone_since is None]
    if not locations:
        locations = [one.id for one in services.channel(company).locations(company.id)]
    wanted = [one for one in locations if not company.locations or one in company.locations]
    found = Looked(locations=len(wanted))
    with closing(looks(services, company, wanted, still_open)) as answers:
        for done, look in enumerate(answers, 1):
            if isinstance(look.error, CredentialsError | ForbiddenError):
                raise look.error
            with services.database.transaction() as session:
                _record(services, session, company, goods, look, now, found)
            tell(min(done, len(wanted)), len(wanted))
    log.info(
        "customer_orders_looked_at",
        company=company.id,
        locations=found.locations,
        orders=found.orders,
        new=found.new,
        withdrawn=found.withdrawn,
        unanswered=len(found.errors),
    )
    return found


def _goods(services: Services, company: CompanySettings) -> _Goods:
    service = services.settings.platform_of(company).orders
    supplier = (service.supplier_id if service else None) or services.settings.vendor.id
    products = services.settings.products_file_of(company)
    if products is None:
        return _Goods(supplier, None, {})
    by_sku = read_catalog(products)
    return _Goods(supplier, by_sku, {entry.catalog_id: entry for entry in by_sku.values() if entry.catalog_id})


def _record(  # noqa: PLR0917 - what a look knows by then
    services: Services,
    session: Session,
    company: CompanySettings,
    goods: _Goods,
    look: Look,
    now: datetime,
    found: Looked,
) -> None:
    """Write what was seen at one location; an unanswered one is told and keeps what was known of it."""
    _tell_unread(session, company, look, found)
    if look.error is not None:
        return
    promised = []
    for order, listed in look.orders:
        found.orders += 1
        items = {item.item_id: item for item in listed}
        for item in items.values():
            if item.kind is ItemKind.IN_STOCK and item.state is ItemState.NEW and item.quantity > 0:
                entry = goods.entry(item)
                sku = item.sku if entry is None else entry.sku
                promised.append(
                    {
                        "platform_order_id": order.order_id,
                        "item_id": item.item_id,
                        "sku": sku,
                        "quantity": item.quantity,
                    }
                )
            elif item.kind is ItemKind.DROP_SHIP and item.supplier == goods.supplier:
                _meet(services, session, company, goods, order, item, found)
        ours = fulfilments.of_order(session, company.id, order.order_id)
        found.withdrawn += end_taken_off(services, session, ours, items)
        _warn_of_expiry(session, company, order, ours, now)
    found.promised_units += sum(int(str(one["quantity"])) for one in promised)
    fulfilments.replace_promised(session, company.id, look.location, promised, unread=list(look.unread))
    for order_id, gone in look.gone.items():
        found.withdrawn += withdraw(services, session, company.id, order_id, gone)


def _tell_unread(session: Session, company: CompanySettings, look: Look, found: Looked) -> None:
    """Tell a person what could not be read at a location; it is settled by a look that reads everything."""
    if look.error is None and not look.unread:
        exceptions.resolve(session, company.id, [look.location], ["customer_orders_not_read"])
        return
    told = list(look.unread.values())
    more = [f"and {len(told) - TOLD_AT_ONCE:,} more"] if len(told) > TOLD_AT_ONCE else []
    reasons = [str(look.error)] if look.error is not None else [*told[:TOLD_AT_ONCE], *more]
    found.errors[look.location] = "; ".join(reasons)
    text = f"location {look.location}, customers' orders: {found.errors[look.location]}"
    matter = Matter(company.id, "customer_orders_not_read", look.location, text, location=look.location)
    exceptions.raise_matter(session, matter)


def _meet(  # noqa: PLR0917 - as above
    services: Services,
    session: Session,
    company: CompanySettings,
    goods: _Goods,
    order: CustomerOrder,
    item: OrderItem,
    found: Looked,
) -> None:
    entry = goods.entry(item)
    there = {
        ItemState.NEW: FulfilmentState.NEW,
        ItemState.ORDERED: FulfilmentState.ORDERED,
        ItemState.SHIPPED: FulfilmentState.SHIPPED,
        ItemState.RECEIVED: FulfilmentState.SHIPPED,
        ItemState.NOT_AVAILABLE: FulfilmentState.NOT_AVAILABLE,
        ItemState.ERROR: FulfilmentState.ERROR,
    }
    seen = Seen(
        number=fulfilment_number(company.id, order.order_id, item.item_id),
        location=order.location,
        platform_order_id=order.order_id,
        item_id=item.item_id,
        printable_id=order.printable_id,
        sku=item.sku if entry is None else entry.sku,
        catalog_id=item.catalog_id,
        description=item.description,
        quantity=item.quantity,
        expires_at=order.expires_at,
        state=there.get(item.state, FulfilmentState.WITHDRAWN),
    )
    fulfilment, new = fulfilments.meet(session, company.id, seen)
    if new:
        found.new += 1
        log.info("fulfilment_seen", number=fulfilment.number, company=company.id, sku=seen.sku, quantity=seen.quantity)
        if fulfilment.state == FulfilmentState.NEW.value:
            _decide(services, session, company, fulfilment, item, entry)
    elif item.state is ItemState.CANCELLED and FulfilmentState(fulfilment.state) in OPEN:
        found.withdrawn += end(services, session, fulfilment, "the retailer cancelled the item")


def _decide(  # noqa: PLR0917 - as above
    services: Services,
    session: Session,
    company: CompanySettings,
    fulfilment: Fulfilment,
    item: OrderItem,
    entry: CatalogEntry | None,
) -> None:
    """Answer a new item: at once where the company lets us, and always when we cannot ship it."""
    decision = decide(item, known=entry is not None, discontinued=entry is not None and entry.discontinued)
    if decision.state is not ItemState.ORDERED:
        text = f"it was set to {decision.state.value}: {decision.reason}"
        exceptions.raise_matter(session, fulfilment_matter(fulfilment, "fulfilment_not_possible", text))
    elif not company.fulfilments.automatic:
        return
    enter_update(session, fulfilment, decision.state, actor=services.actor, source="look", reason=decision.reason)


def _warn_of_expiry(
    session: Session, company: CompanySettings, order: CustomerOrder, ours: Sequence[Fulfilment], now: datetime
) -> None:
    waiting = [one for one in ours if FulfilmentState(one.state) in OPEN]
    if order.expires_at is None:
        return
    for one in waiting:
        if order.expires_at - now < EXPIRING:
            text = f"it expires at {order.expires_at:%Y-%m-%d %H:%M} UTC, and nothing can be told of it after that"
            exceptions.raise_matter(session, fulfilment_matter(one, "fulfilment_expiring", text))
    done = [one.number for one in ours if one not in waiting]
    exceptions.resolve(session, company.id, done, ["fulfilment_expiring"])
