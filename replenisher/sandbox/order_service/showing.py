"""How orders and items look in an answer: names beside ids, dates of .NET."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.order_service import ledger
from replenisher.sandbox.order_service.book import (
    ITEM_FIELDS,
    ITEM_TYPES,
    ORDER_FIELDS,
    ORDER_TYPES,
    PURCHASE,
    STATUSES,
    ServiceOrder,
)
from replenisher.sandbox.rest.names import dotnet
from replenisher.sandbox.world import World


def shown(world: World, order: ServiceOrder) -> dict[str, Any]:
    """The Order resource."""
    ledger.refresh(world, order)
    sample = world.switches.order_type_name == "sample" and order.kind == PURCHASE
    return {
        **ORDER_FIELDS,
        **order.fields,
        "Id": order.id,
        "CreatedDateUtc": dotnet(order.created_at),
        "OrderExpiryDate": dotnet(order.expires_at),
        "OrderType": "Sales" if sample else ORDER_TYPES[order.kind],
        "PrintableId": order.printable_id,
        "State": order.state,
    }


def whole(world: World, order: ServiceOrder) -> dict[str, Any]:
    """The OrderFull resource."""
    return {**shown(world, order), "Items": [shown_item(world, order, item) for item in order.items]}


def shown_item(world: World, order: ServiceOrder, item: dict[str, Any]) -> dict[str, Any]:
    """The Item resource."""
    kind, status = int(item["ItemTypeId"]), int(item["ItemStatusId"])
    return {
        **ITEM_FIELDS,
        **{name: value for name, value in item.items() if value is not None},
        "ItemStatusId": status,
        "ItemStatus": STATUSES[kind][status],
        "ItemType": ITEM_TYPES[kind],
        "ItemTypeId": kind if world.switches.item_type_id == "number" else str(kind),
        "OrderId": order.id,
    }
