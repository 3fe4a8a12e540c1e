"""Fulfilments: items of customers' orders that we ship; what we make of a new one, and how far a parcel brings it.

```
new ─► ordered ─► part_shipped ─► shipped
 └─ ordered, error, not_available ─► ordered (a person corrected the cause)
withdrawn: the retailer cancelled or processed the order before we had shipped all of it
```
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from replenisher.errors import IllegalMoveError
from replenisher.purchasing.customer_orders import ItemState, OrderItem
from replenisher.purchasing.reference import derived_number


class FulfilmentState(Enum):
    """Where an item that we ship stands, as the platform knows it from us."""

    NEW = "new"
    ORDERED = "ordered"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    NOT_AVAILABLE = "not_available"
    ERROR = "error"
    WITHDRAWN = "withdrawn"


_S = FulfilmentState

MOVES: dict[FulfilmentState, frozenset[FulfilmentState]] = {
    _S.NEW: frozenset({_S.ORDERED, _S.PART_SHIPPED, _S.SHIPPED, _S.NOT_AVAILABLE, _S.ERROR, _S.WITHDRAWN}),
    _S.ORDERED: frozenset({_S.PART_SHIPPED, _S.SHIPPED, _S.NOT_AVAILABLE, _S.ERROR, _S.WITHDRAWN}),
    _S.PART_SHIPPED: frozenset({_S.SHIPPED, _S.WITHDRAWN}),
    _S.NOT_AVAILABLE: frozenset({_S.ORDERED, _S.WITHDRAWN}),
    _S.ERROR: frozenset({_S.ORDERED, _S.NOT_AVAILABLE, _S.WITHDRAWN}),
    _S.SHIPPED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
"""From each state, the states a fulfilment may move to; a state with none is an end."""

OPEN = frozenset({_S.NEW, _S.ORDERED, _S.PART_SHIPPED})
"""Something is still to be shipped."""

SHIPPABLE = OPEN
OURS = {
    ItemState.ORDERED: _S.ORDERED,
    ItemState.SHIPPED: _S.SHIPPED,
    ItemState.NOT_AVAILABLE: _S.NOT_AVAILABLE,
    ItemState.ERROR: _S.ERROR,
}
"""What an item's state makes of its fulfilment, parcels aside."""

LONGEST_TRACKING_NUMBER = 50


@dataclass(frozen=True)
class Decision:
    """What a fresh item is to become, and why when we cannot ship it."""

    state: ItemState
    reason: str = ""


def check_fulfilment_move(from_state: FulfilmentState, to_state: FulfilmentState) -> None:
    """Raise IllegalMoveError unless the table of moves holds this one."""
    if to_state not in MOVES[from_state]:
        raise IllegalMoveError(f"a fulfilment cannot go from {from_state.value} to {to_state.value}")


def fulfilment_number(company: str, order_id: str, item_id: str) -> str:
    """Derive our number of a fulfilment: `F`, and what `purchasing.reference.derived_number` makes of its item."""
    return derived_number("F", (company, order_id.casefold(), item_id.casefold()))


def decide(item: OrderItem, *, known: bool, discontinued: bool) -> Decision:
    """Say what becomes of a new item; `known` and `discontinued` are what our products file says of its SKU.

    Worked example: 2 of a SKU that we sell: Ordered. A SKU that no products file lists: Error. One that is
    discontinued: NotAvailable. 0 units: Error.
    """
    if item.quantity < 1:
        return Decision(ItemState.ERROR, f"quantity {item.quantity} cannot be shipped")
    if not known:
        return Decision(ItemState.ERROR, f"SKU {item.sku or '(none)'} is not one of the vendor's products")
    if discontinued:
        return Decision(ItemState.NOT_AVAILABLE, f"SKU {item.sku} is discontinued")
    return Decision(ItemState.ORDERED)


def check_parcel(
    sku: str, tracking_number: str, quantity: int, *, state: FulfilmentState, ordered: int, under_way: int
) -> tuple[str, ...]:
    """Say what speaks against shipping a parcel for a fulfilment; `under_way` units have left or are about to.

    Worked example: 2 ordered, 1 under way: 1 more may leave, 2 may not.
    """
    found = []
    if state not in SHIPPABLE:
        found.append(f"{sku}: its fulfilment is {state.value}, and nothing more is to be shipped for it")
    if not 1 <= len(tracking_number) <= LONGEST_TRACKING_NUMBER or not tracking_number.isprintable():
        found.append(
            f"{sku}: a customer's order needs a tracking number of 1 to {LONGEST_TRACKING_NUMBER} printable characters"
        )
    if under_way + quantity > ordered:
        found.append(f"{sku}: ordered {ordered}, shipped already {under_way}; {quantity} more are too many")
    return tuple(found)


def item_state_after(shipped: int, ordered: int) -> ItemState:
    """Give the state of an item of which so many units have a parcel: Shipped once all have."""
    return ItemState.SHIPPED if shipped >= ordered else ItemState.ORDERED


def state_after(change: ItemState, shipped: int, ordered: int) -> FulfilmentState:
    """Give where a fulfilment stands once the platform has taken a change of its item.

    Worked example: 3 ordered. Ordered with nothing shipped: ordered; with 1 shipped: part_shipped; Shipped: shipped.
    """
    if change in (ItemState.ORDERED, ItemState.SHIPPED) and shipped:
        return _S.SHIPPED if shipped >= ordered else _S.PART_SHIPPED
    return OURS[change]
