"""The Order service's ids and words, in ours; how an item's state is written depends on its kind."""

from __future__ import annotations

from replenisher.purchasing.customer_orders import CustomerOrderKind, CustomerOrderState, ItemKind, ItemState

PURCHASE = 3
"""OrderTypeId of an order placed with a supplier."""

KINDS = {
    1: CustomerOrderKind.SALES,
    2: CustomerOrderKind.TRANSFER,
    3: CustomerOrderKind.PURCHASE,
    4: CustomerOrderKind.RETURN,
}
STATES = {
    "created": CustomerOrderState.CREATED,
    "pending": CustomerOrderState.PENDING,
    "processed": CustomerOrderState.PROCESSED,
    "cancelled": CustomerOrderState.CANCELLED,
    "completed": CustomerOrderState.COMPLETED,
}
ITEM_KINDS = {1: ItemKind.DROP_SHIP, 2: ItemKind.IN_STOCK, 3: ItemKind.ECOMMERCE, 4: ItemKind.SHIPPING}

_S = ItemState
ITEM_STATES: dict[ItemKind, dict[int, ItemState]] = {
    ItemKind.DROP_SHIP: {
        1: _S.NEW,
        2: _S.CANCELLED,
        3: _S.PROCESSED,
        4: _S.ORDERED,
        5: _S.ERROR,
        6: _S.NOT_AVAILABLE,
        7: _S.SHIPPED,
        8: _S.RECEIVED,
    },
    ItemKind.IN_STOCK: {9: _S.NEW, 10: _S.PROCESSED, 11: _S.ERROR, 12: _S.BACK_ORDER, 16: _S.CANCELLED},
    ItemKind.ECOMMERCE: {13: _S.NEW, 14: _S.PROCESSED, 17: _S.CANCELLED},
    ItemKind.SHIPPING: {15: _S.SHIPPING},
}
"""States by ItemStatusId, for each kind of item; an id of another kind is UNKNOWN."""

ITEM_STATE_NAMES = {
    _S.NEW: "New",
    _S.CANCELLED: "Cancelled",
    _S.PROCESSED: "Processed",
    _S.ORDERED: "Ordered",
    _S.ERROR: "Error",
    _S.NOT_AVAILABLE: "NotAvailable",
    _S.SHIPPED: "Shipped",
    _S.RECEIVED: "Received",
    _S.BACK_ORDER: "BackOrder",
    _S.SHIPPING: "Shipping",
}


def item_status_id(kind: ItemKind, state: ItemState) -> int | None:
    """Give the id by which an item of this kind is in this state; None when it cannot be."""
    return next((number for number, known in ITEM_STATES.get(kind, {}).items() if known is state), None)
