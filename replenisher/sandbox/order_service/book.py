"""Orders of the Order service with their items, and the words and moves that they know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

ORDER_TYPES = {1: "Sales", 2: "Transfer", 3: "Purchase", 4: "RMA"}
ITEM_TYPES = {1: "DropShip", 2: "InStock", 3: "eCommerce", 4: "Shipping"}
SALES, PURCHASE = 1, 3
DROP_SHIP, IN_STOCK = 1, 2
CREATED, PENDING, PROCESSED, CANCELLED, COMPLETED = "Created", "Pending", "Processed", "Cancelled", "Completed"
STATES = (CREATED, PENDING, PROCESSED, CANCELLED, COMPLETED)
STATUSES: dict[int, dict[int, str]] = {
    DROP_SHIP: {
        1: "New",
        2: "Cancelled",
        3: "Processed",
        4: "Ordered",
        5: "Error",
        6: "NotAvailable",
        7: "Shipped",
        8: "Received",
    },
    IN_STOCK: {9: "New", 10: "Processed", 11: "Error", 12: "BackOrder", 16: "Cancelled"},
    3: {13: "New", 14: "Processed", 17: "Cancelled"},
    4: {15: "Shipping"},
}
"""Names by ItemStatusId, for each ItemTypeId."""
NEW = {1: 1, 2: 9, 3: 13, 4: 15}
RECEIVED = {1: 8, 2: 10, 3: 14, 4: 15}
NOT_COMING = {1: 2, 2: 16, 3: 17, 4: 15}
ORDER_FIELDS: dict[str, Any] = {
    "Name": None,
    "BillingAddressId": None,
    "BillingCustomerId": None,
    "DiscountAmount": 0,
    "DiscountCode": None,
    "DiscountDescription": None,
    "EmployeeId": None,
    "EntityId": None,
    "OrderExpiryHours": None,
    "OrderTypeId": None,
    "ShippingAddressId": None,
    "ShippingCustomerId": None,
    "ShippingEntityId": None,
    "TenderId": None,
}
"""What may be sent of an order, beside its state, with what is shown of what was not."""
ITEM_FIELDS: dict[str, Any] = {
    "Cost": 0,
    "Description": None,
    "ItemStatusId": None,
    "ItemTypeId": None,
    "Index": 0,
    "ListPrice": 0,
    "Notes": None,
    "ProductId": None,
    "Quantity": 0,
    "SellingPrice": 0,
    "SerialNumbers": [],
    "SKU": None,
    "ShippingOptionId": None,
    "SupplierEntityId": None,
    "SupplierReference": None,
    "TrackingInformation": [],
}
MOVES = {CREATED: {PENDING}, PENDING: {CANCELLED}}
"""What people may make of a state."""


@dataclass
class ServiceOrder:
    """An order: the fields that it knows of what was sent, ids and names added when it is shown. Instants are UTC.

    `hidden` is an order that was answered and that no read finds.
    """

    company: int
    fields: dict[str, Any]
    items: list[dict[str, Any]]
    created_at: datetime
    expires_at: datetime
    printable_id: str
    state: str = CREATED
    made_by: str = "vendor"
    fault: str = ""
    replaced: int = 0
    hidden: bool = False
    id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def kind(self) -> int:
        """Its OrderTypeId."""
        return int(self.fields["OrderTypeId"])

    @property
    def location(self) -> int:
        """Where its goods belong."""
        return int(self.fields.get("ShippingEntityId") or self.fields["EntityId"])


class ServiceBook:
    """Every order of the service, oldest first."""

    def __init__(self) -> None:
        self.orders: dict[str, ServiceOrder] = {}

    def of_company(self, company: int) -> list[ServiceOrder]:
        """The orders of a company."""
        return [order for order in self.orders.values() if order.company == company]
