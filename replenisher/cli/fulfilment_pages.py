"""How fulfilments look: the list, one on a page, the customer's order as the retailer has it, and the same as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from replenisher.cli.order_pages import STYLES, print_events
from replenisher.cli.screen import add_row, facts, instant, literal, minute, out, table

if TYPE_CHECKING:
    from replenisher.database.fulfilment_models import Fulfilment, FulfilmentUpdate, UpdateEvent
    from replenisher.purchasing.customer_orders import CustomerOrder, OrderItem

_NAMES = (
    "id",
    "number",
    "company",
    "location",
    "printable_id",
    "platform_order_id",
    "item_id",
    "sku",
    "description",
    "quantity",
    "shipped",
    "state",
    "reason",
    "expires_at",
    "first_seen_at",
    "last_seen_at",
    "state_since",
)
_UPDATE_NAMES = (
    "id",
    "update_key",
    "state",
    "item_state",
    "quantity",
    "tracking_number",
    "carrier",
    "serial_numbers",
    "reason",
    "source",
    "attempts",
    "created_at",
)
_EVENT_NAMES = ("at", "name", "from_state", "to_state", "actor", "attempt", "evidence")


def fulfilment_as_data(
    one: Fulfilment, updates: Sequence[FulfilmentUpdate] | None = None, events: Sequence[UpdateEvent] = ()
) -> dict[str, object]:
    """Put a fulfilment into plain data; with its updates and events when updates are given."""
    data: dict[str, object] = {name: getattr(one, name) for name in _NAMES}
    if updates is None:
        return data
    return data | {
        "updates": [{name: getattr(update, name) for name in _UPDATE_NAMES} for update in updates],
        "events": [{name: getattr(event, name) for name in _EVENT_NAMES} for event in events],
    }


def print_fulfilments(found: Sequence[Fulfilment]) -> None:
    """Print fulfilments as a table."""
    console = out()
    if not found:
        console.print(literal("no fulfilments"))
        return
    made = table(
        "number",
        "company",
        "location",
        "customer order",
        "sku",
        "ordered",
        "shipped",
        "state",
        "expires",
        "reason",
        right=("ordered", "shipped"),
        keep=("number", "expires"),
    )
    for one in found:
        state = literal(one.state, STYLES.get(one.state, ""))
        place = (one.company, one.location, one.printable_id, one.sku)
        units = (f"{one.quantity:,}", f"{one.shipped:,}")
        add_row(made, one.number, *place, *units, state, minute(one.expires_at), one.reason)
    console.print(made)


def print_fulfilment(one: Fulfilment, updates: Sequence[FulfilmentUpdate], events: Sequence[UpdateEvent]) -> None:
    """Print one fulfilment on a page."""
    console = out()
    console.print(literal(f"Fulfilment {one.number}: {one.state}", "bold"))
    told = (
        ("customer order", one.printable_id),
        ("id at the platform", one.platform_order_id),
        ("company", one.company),
        ("location", one.location),
        ("sku", one.sku),
        ("description", one.description),
        ("ordered", one.quantity),
        ("shipped", one.shipped),
        ("reason", one.reason),
        ("can be changed until", instant(one.expires_at)),
        ("first seen", instant(one.first_seen_at)),
        ("last seen", instant(one.last_seen_at)),
    )
    console.print(facts(told))
    made = table("update", "state", "item becomes", "units", "tracking", "carrier", "reason", right=("units",))
    for update in updates:
        state = literal(update.state, STYLES.get(update.state, ""))
        goods = (update.quantity or "", update.tracking_number, update.carrier)
        add_row(made, update.id, state, update.item_state, *goods, update.reason)
    console.print(made)
    print_events(console, events)


def print_customer_order(order: CustomerOrder, items: Sequence[OrderItem]) -> None:
    """Print a customer's order as the platform holds it now."""
    console = out()
    console.print(literal(f"Customer order {order.printable_id}: {order.raw_state}", "bold"))
    told = (
        ("id at the platform", order.order_id),
        ("location", order.location),
        ("name", order.name),
        ("placed", instant(order.created_at)),
        ("can be changed until", instant(order.expires_at)),
    )
    console.print(facts(told))
    made = table("sku", "units", "kind", "state", "supplier", "tracking", "notes", right=("units",))
    for item in items:
        tracking = ", ".join(f"{parcel.tracking_number} ({parcel.quantity})" for parcel in item.parcels)
        words = (item.kind.value.replace("_", " "), item.state.value.replace("_", " "))
        add_row(made, item.sku, f"{item.quantity:,}", *words, item.supplier, tracking, item.notes)
    console.print(made)
