"""Ask a platform for customers' orders, several locations at once: what is pending, and what became of the rest.

One order that cannot be read is passed over and told; a platform that is silent is not asked for every order.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from replenisher.config import CompanySettings
from replenisher.errors import AbsentError, GatewayError, RefusedError, UnavailableError, UnreadableError
from replenisher.gateways.channel import CustomerOrders
from replenisher.purchasing.customer_orders import CustomerOrder, OrderItem
from replenisher.services import Services

UNANSWERED_IN_A_ROW = 3
"""So many orders that the platform does not answer for, one after another: it is not the orders."""


@dataclass
class Look:
    """What one look at a location's orders found; `gone` are no longer pending, None stands for one not there.

    `unread` says by order why it could not be read; what was known of these orders stays.
    """

    location: str
    orders: list[tuple[CustomerOrder, tuple[OrderItem, ...]]] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    gone: dict[str, CustomerOrder | None] = field(default_factory=dict)
    error: GatewayError | None = None


def looks(
    services: Services, company: CompanySettings, locations: Sequence[str], still_open: dict[str, dict[str, str]]
) -> Generator[Look, None, None]:
    """Look at these locations, then at what is still open at others; each is given as soon as those before it are."""
    desk = services.customer_orders(company)
    pool = ThreadPoolExecutor(max_workers=services.settings.platform_of(company).threads)
    try:
        yield from pool.map(lambda one: _look(desk, company.id, one, still_open.get(one, {})), locations)
        left = [one for one in still_open if one not in locations]
        yield from pool.map(lambda one: _look_for_gone(desk, company.id, Look(one), still_open[one]), left)
    finally:
        pool.shutdown(cancel_futures=True)


def _look(desk: CustomerOrders, company: str, location: str, still_open: dict[str, str]) -> Look:
    try:
        pending = {order.order_id: order for order in desk.pending(company, location)}
    except GatewayError as error:
        return Look(location, error=error)
    look = Look(location)

    def read(order_id: str) -> None:
        look.orders.append((pending[order_id], desk.items(company, order_id)))

    _read_each(look, {order_id: order.printable_id for order_id, order in pending.items()}, read)
    return _look_for_gone(desk, company, look, {one: still_open[one] for one in still_open if one not in pending})


def _look_for_gone(desk: CustomerOrders, company: str, look: Look, orders: dict[str, str]) -> Look:
    """Read orders of which we had something to ship and that are not listed as pending."""

    def read(order_id: str) -> None:
        look.gone[order_id] = _order(desk, company, order_id)

    _read_each(look, orders, read)
    return look


def _read_each(look: Look, orders: dict[str, str], read: Callable[[str], None]) -> None:
    """Read orders, their printed numbers by id: one that cannot be read is passed over, a silent platform is not."""
    silent = 0
    for order_id, printable_id in orders.items() if look.error is None else ():
        try:
            read(order_id)
        except (AbsentError, RefusedError, UnavailableError) as error:
            answered = not isinstance(error, UnavailableError) or isinstance(error, UnreadableError)
            silent = 0 if answered else silent + 1
            if silent == UNANSWERED_IN_A_ROW:
                look.error = error
                return
            look.unread[order_id] = f"order {printable_id or order_id}: {error}"
        except GatewayError as error:
            look.error = error
            return
        else:
            silent = 0


def _order(desk: CustomerOrders, company: str, order_id: str) -> CustomerOrder | None:
    try:
        return desk.order(company, order_id)
    except AbsentError as error:
        if not error.explained:  # it may come from a proxy or a changed route
            raise
        return None
