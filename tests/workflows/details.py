"""A Purchase Order service beside the sandbox's other interfaces: what it tells is what the sandbox's ledger holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from replenisher.database.models import Order
from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct, ReceivedProduct
from tests.workflows.shop import Shop

Change = Callable[[DetailedOrder], DetailedOrder]


@dataclass
class Details:
    """Tells every order of the company in full; `changes` by reference alter what is told, `further` are others.

    `between` is called after each list, as if so much happened until the next request; `error` ends the next call.
    """

    shop: Shop
    changes: dict[str, Change] = field(default_factory=dict)
    further: list[DetailedOrder] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    between: Callable[[], None] = lambda: None
    error: Exception | None = None
    calls: int = 0

    def platform_now(self) -> datetime:
        return datetime.fromisoformat(self.shop.world.admin.audit()["now"])

    def detailed_orders(self, company: str) -> list[DetailedOrder]:
        self.calls += 1
        if self.error is not None:
            raise self.error
        entries = self.shop.world.admin.audit()["accepted"]
        found = [_detailed(one) for one in entries if str(one["company"]) == company and not one["vanished"]]
        told = [
            self.changes.get(one.vendor_invoice_number, lambda same: same)(one)
            for one in found
            if one.vendor_invoice_number not in self.left_out
        ]
        self.between()
        return [*told, *self.further]

    def close(self) -> None:
        pass

    def change(self, order: Order, change: Change) -> None:
        self.changes[order.vendor_invoice_number] = change


def _detailed(entry: dict) -> DetailedOrder:  # type: ignore[type-arg]
    products = entry["products"].items()
    return DetailedOrder(
        platform_order_id=entry["purchase_order_id"],
        vendor_invoice_number=entry["vendor_invoice_number"],
        location=str(entry["location"]),
        supplier="5123",
        state="Created",
        fully_received=entry["stage"] in ("complete", "closed_short"),
        created_at=datetime.fromisoformat(entry["accepted_at"]).astimezone(UTC),
        ordered=tuple(OrderedProduct(sku, one["quantity"], Decimal(str(one["cost"]))) for sku, one in products),
        received=tuple(
            ReceivedProduct(sku, one["received"], Decimal(str(one["cost"]))) for sku, one in products if one["received"]
        ),
    )


def recount(sku: str, delta: int) -> Change:
    """Tell so many units more or fewer of an SKU as received."""

    def change(order: DetailedOrder) -> DetailedOrder:
        rows = order.received or ()
        changed = tuple(replace(row, quantity=row.quantity + delta) if row.sku == sku else row for row in rows)
        return replace(order, received=changed)

    return change


def recost(sku: str, cost: str) -> Change:
    """Tell another unit cost of an SKU."""

    def change(order: DetailedOrder) -> DetailedOrder:
        def at_cost(row: OrderedProduct | ReceivedProduct) -> OrderedProduct | ReceivedProduct:
            return replace(row, unit_cost=Decimal(cost)) if row.sku == sku else row

        return replace(
            order,
            ordered=tuple(at_cost(row) for row in order.ordered or ()),  # type: ignore[misc]
            received=tuple(at_cost(row) for row in order.received or ()),  # type: ignore[misc]
        )

    return change


def opened_details(shop: Shop) -> Details:
    """Put the service beside the shop's platform."""
    made = Details(shop)
    company = shop.services.settings.companies[0]
    shop.services._services[f"purchase_orders/{company.platform}/"] = made
    return made
