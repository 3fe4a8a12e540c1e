"""The operations of the Order service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from replenisher.sandbox.order_service import ledger
from replenisher.sandbox.order_service.book import CREATED, PENDING, PROCESSED, ServiceOrder
from replenisher.sandbox.order_service.rules import (
    bad,
    check_editable,
    check_header,
    check_items,
    check_move,
    check_open,
    invalid_move,
)
from replenisher.sandbox.order_service.showing import shown, shown_item, whole
from replenisher.sandbox.replies import RefusalError, Reply, Request, data, message
from replenisher.sandbox.rest.filters import Predicate, parse_filter
from replenisher.sandbox.rest.names import company_of, customers
from replenisher.sandbox.rest.paging import page
from replenisher.sandbox.soap.identities import guid
from replenisher.sandbox.world import World

_DIFFERENT_IDS = "Uri parameter representing resource id and resource id found in the request content don't match"


def create(world: World, request: Request) -> Reply:
    """POST Orders: 201."""
    return data(201, shown(world, _made(world, request, [])))


def create_full(world: World, request: Request) -> Reply:
    """POST OrderFull: 201."""
    return data(201, whole(world, _made(world, request, check_items(world, _items_in(request)))))


def _items_in(request: Request) -> Any:
    body = request.json()
    return body.get("Items", []) if isinstance(body, dict) else []


def _made(world: World, request: Request, items: list[dict[str, Any]]) -> ServiceOrder:
    company = company_of(world, request)
    fields = check_header(company, request.json())
    state = request.json().get("State") or CREATED
    if state not in (CREATED, PENDING):
        raise invalid_move(CREATED, state)
    order = place_order(world, company.id, fields, items, made_by="vendor", fault=request.fault)
    order.state, order.hidden = state, request.never_create
    ledger.enter(world, order)
    return order


def place_order(
    world: World, company: int, fields: dict[str, Any], items: list[dict[str, Any]], *, made_by: str, fault: str = ""
) -> ServiceOrder:
    """Keep a new order; ids and the printed number are the service's."""
    now = world.clock.now()
    hours = fields.get("OrderExpiryHours") or world.switches.order_expiry_hours
    order = ServiceOrder(
        company=company,
        fields={**fields, "OrderExpiryHours": hours},
        items=[],
        created_at=now,
        expires_at=now + timedelta(hours=hours),
        printable_id=world.paper_number(int(fields["EntityId"]), "OR"),
        made_by=made_by,
        fault=fault,
    )
    order.items = [{**item, "Id": guid("item", order.id, place)} for place, item in enumerate(items)]
    world.service.orders[order.id] = order
    return order


def list_orders(world: World, request: Request) -> Reply:
    """GET Orders: by $filter, page by page."""
    return _listed(world, request, shown)


def list_full(world: World, request: Request) -> Reply:
    """GET OrderFull: the same with items."""
    return _listed(world, request, whole)


def _listed(world: World, request: Request, show: Callable[[World, ServiceOrder], dict[str, Any]]) -> Reply:
    company = company_of(world, request)
    orders = world.service.of_company(company.id)
    for order in orders:
        ledger.refresh(world, order)
    documents = [show(world, order) for order in orders if not order.hidden]
    text = request.query.get("$filter")
    if text and world.switches.order_filters == "supported":
        wanted = parse_filter(text, samples=world.switches.filter_gte == "accept")
        loose = world.switches.pending_filter == "loose"
        documents = [one for one in documents if wanted(one) or (loose and _would_be(wanted, one))]
    if world.switches.order_paging == "supported":
        documents = page(request, documents, world.switches.order_page_size)
    return data(200, documents)


def _would_be(wanted: Predicate, document: dict[str, Any]) -> bool:
    """Whether a created order would be listed if it were pending."""
    return document["State"] == CREATED and wanted({**document, "State": PENDING})


def read(world: World, request: Request) -> Reply:
    """GET Orders({id})."""
    return data(200, shown(world, find(world, request)))


def read_full(world: World, request: Request) -> Reply:
    """GET OrderFull({id})."""
    return data(200, whole(world, find(world, request)))


def items(world: World, request: Request) -> Reply:
    """GET Orders({id})/Items."""
    order = find(world, request)
    return data(200, [shown_item(world, order, item) for item in order.items])


def add_item(world: World, request: Request) -> Reply:
    """POST Orders({id})/Items: 201."""
    order = find(world, request)
    item = request.json()
    check_open(world, order)
    check_editable(order)
    added = {
        **check_items(world, [*order.items, item])[-1],
        "Id": guid("item", order.id, len(order.items), order.replaced),
    }
    order.items.append(added)
    order.replaced += 1
    ledger.enter(world, order)
    return data(201, shown_item(world, order, added))


def replace(world: World, request: Request) -> Reply:
    """PUT Orders({id})."""
    order = find(world, request)
    _replace(world, request, order)
    ledger.enter(world, order)
    return data(200, shown(world, order))


def replace_full(world: World, request: Request) -> Reply:
    """PUT OrderFull({id}): with its items, all of them."""
    order = find(world, request)
    check_open(world, order)
    check_editable(order)
    changed = check_items(world, _items_in(request))
    _replace(world, request, order)
    order.items = [
        {**item, "Id": str(item.get("Id") or guid("item", order.id, place, order.replaced))}
        for place, item in enumerate(changed)
    ]
    ledger.enter(world, order)
    return data(200, whole(world, order))


def _replace(world: World, request: Request, order: ServiceOrder) -> None:
    body = request.json()
    fields = check_header(company_of(world, request), body)
    if str(body.get("Id", "")).lower() != order.id:
        raise bad(_DIFFERENT_IDS)
    check_open(world, order)
    state = body.get("State") or order.state
    check_move(order, state)
    hours = fields.setdefault("OrderExpiryHours", order.fields["OrderExpiryHours"])
    if hours != order.fields["OrderExpiryHours"]:
        order.expires_at = order.created_at + timedelta(hours=hours)
    order.fields, order.state = fields, state
    order.replaced += 1


def process(world: World, request: Request) -> Reply:
    """POST Orders({id})/Process: 201."""
    order = find(world, request)
    body = request.json()
    if not isinstance(body, dict) or str(body.get("OrderId", "")).lower() != order.id:
        raise bad("The request is invalid")
    check_open(world, order)
    if order.state != PENDING:
        raise invalid_move(order.state, PROCESSED)
    customer = str(order.fields.get("BillingCustomerId") or "").lower()
    if customer not in customers(order.company):
        text = f"Billing Customer (id={customer}) not found for company {order.company}."
        raise bad(f"{text} Proccessing an Order requires a Billing Customer on the Order")
    order.state = PROCESSED
    ledger.enter(world, order)
    return data(201, {"Id": int(order.id[:6], 16), "OrderId": order.id})


def find(world: World, request: Request) -> ServiceOrder:
    """The order of the path."""
    company = company_of(world, request)
    order = world.service.orders.get(request.path["order"])
    if order is not None:
        ledger.refresh(world, order)
    if order is None or order.hidden or order.company != company.id:
        raise RefusalError(message(404, f"Order resource with id {request.path['order']} cannot be found"))
    return order
