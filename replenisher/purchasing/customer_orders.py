"""Orders of a retailer's customers, as its Order service holds them: what we may have to ship, and what is promised.

Gateways make these and workflows read them; the words are those of PROTOCOLS §7, the ids on the wire stay there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum


class CustomerOrderState(Enum):
    """Where an order of the Order service stands."""

    CREATED = "created"
    PENDING = "pending"
    PROCESSED = "processed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    UNKNOWN = "unknown"
    """A word that no document lists."""


class CustomerOrderKind(Enum):
    """What an order of the Order service is for."""

    SALES = "sales"
    TRANSFER = "transfer"
    PURCHASE = "purchase"
    RETURN = "return"
    UNKNOWN = "unknown"


class ItemKind(Enum):
    """How an item reaches the customer."""

    DROP_SHIP = "drop_ship"
    IN_STOCK = "in_stock"
    ECOMMERCE = "ecommerce"
    SHIPPING = "shipping"
    UNKNOWN = "unknown"


class ItemState(Enum):
    """Where an item stands; which states an item can have depends on its kind (PROTOCOLS §7)."""

    NEW = "new"
    ORDERED = "ordered"
    SHIPPED = "shipped"
    RECEIVED = "received"
    PROCESSED = "processed"
    BACK_ORDER = "back_order"
    NOT_AVAILABLE = "not_available"
    ERROR = "error"
    CANCELLED = "cancelled"
    SHIPPING = "shipping"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Parcel:
    """Units of an item that left under one tracking number."""

    tracking_number: str
    quantity: int


@dataclass(frozen=True)
class OrderItem:
    """One item of an order; `sku` as the retailer wrote it, `catalog_id` and `supplier` empty when not told."""

    item_id: str
    sku: str
    quantity: int
    kind: ItemKind
    state: ItemState
    catalog_id: str = ""
    supplier: str = ""
    description: str = ""
    notes: str = ""
    supplier_reference: str = ""
    parcels: tuple[Parcel, ...] = ()
    serial_numbers: tuple[str, ...] = ()

    @property
    def shipped(self) -> int:
        """Units that have a tracking number."""
        return sum(parcel.quantity for parcel in self.parcels)


@dataclass(frozen=True)
class CustomerOrder:
    """An order of the Order service; `items` is None where an answer told none.

    `expires_at` (UTC) is when it can no longer be changed. `tender_id` is the reference of whoever made it.
    """

    order_id: str
    location: str
    kind: CustomerOrderKind
    state: CustomerOrderState
    raw_state: str = ""
    name: str = ""
    printable_id: str = ""
    tender_id: str = ""
    created_at: datetime | None = None
    expires_at: datetime | None = None
    items: tuple[OrderItem, ...] | None = None


@dataclass(frozen=True)
class ItemChange:
    """What an item is to become: absolute, so that making the same change twice changes nothing.

    Parcels and serial numbers are added to those that are there, each once; `notes` of None stay as they are.
    """

    item_id: str
    state: ItemState
    parcels: tuple[Parcel, ...] = ()
    serial_numbers: tuple[str, ...] = ()
    notes: str | None = None
    supplier_reference: str | None = None


@dataclass(frozen=True)
class ItemsChanged:
    """The platform took a change of items; `order` is the order as its answer shows it."""

    order: CustomerOrder
    answer: str = field(default="", repr=False)


_LATER = {
    ItemState.ORDERED: (ItemState.SHIPPED, ItemState.RECEIVED),
    ItemState.SHIPPED: (ItemState.RECEIVED,),
}
"""States of an item that is further on than it was to become."""


def not_undoing(change: ItemChange, item: OrderItem | None) -> ItemChange:
    """Give the change so that it leads an item that is further on not back: that one keeps its state.

    Worked example: asked for shipped with parcel T1. A received item gets T1 and stays received.
    """
    return (
        change if item is None or item.state not in _LATER.get(change.state, ()) else replace(change, state=item.state)
    )


def differences_of_item(change: ItemChange, item: OrderItem | None) -> tuple[str, ...]:
    """Say in sentences where an item is not what a change made of it; none means that the change is there.

    An item further on than asked (a received one that was to be shipped) is no difference.

    Worked example: asked for shipped with parcel T1 of 2. Shipped with T1 of 2 and T0 of 1 is equal; ordered with T1 of
    2 is not, nor is shipped with T1 of 1.
    """
    if item is None:
        return ("it is no longer on the order",)
    found = []
    if item.state is not change.state and item.state not in _LATER.get(change.state, ()):
        found.append(f"it is {item.state.value}, not {change.state.value}")
    there = {parcel.tracking_number.casefold(): parcel.quantity for parcel in item.parcels}
    for parcel in change.parcels:
        units = there.get(parcel.tracking_number.casefold())
        if units != parcel.quantity:
            told = "not there" if units is None else f"there with {units}"
            found.append(f"tracking number {parcel.tracking_number} of {parcel.quantity} units is {told}")
    return tuple(found)
