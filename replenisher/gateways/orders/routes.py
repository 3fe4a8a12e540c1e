"""Paths of the Order service; ids are checked before they stand in one."""

from __future__ import annotations

from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.client import Call
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.rest.filters import both, equals
from replenisher.gateways.rest.pages import paging

CREATED = (200, 201, 202)


def _company(company: str) -> str:
    return f"/Companies({whole_id(company, 'company')})"


def _order(company: str, order: str, resource: str = "Orders") -> str:
    return f"{_company(company)}/{resource}({guid(order, 'order')})"


def create(company: str, body: bytes, about: str) -> Call:
    """Create an order without items."""
    return Call(Subject("create", about), "POST", f"{_company(company)}/Orders", body=body, expected=CREATED)


def create_full(company: str, body: bytes, about: str) -> Call:
    """Create an order with its items."""
    return Call(Subject("create", about), "POST", f"{_company(company)}/OrderFull", body=body, expected=CREATED)


def pending(company: str, location: str, skip: int) -> Call:
    """List pending orders of a location."""
    place = int(whole_id(location, "location"))
    query = (("$filter", both(equals("State", "Pending"), equals("EntityId", place))), *paging(skip))
    return Call(Subject("pending orders", f"location {location}"), "GET", f"{_company(company)}/Orders", query)


def by_printable_id(company: str, printable_id: str, skip: int) -> Call:
    """List orders by their printed number."""
    query = (("$filter", equals("PrintableId", printable_id)), *paging(skip))
    return Call(Subject("orders by number", printable_id[:60]), "GET", f"{_company(company)}/Orders", query)


def every_order(company: str, skip: int) -> Call:
    """List every order of the company with its items."""
    subject = Subject("list of orders", f"company {company}")
    return Call(subject, "GET", f"{_company(company)}/OrderFull", paging(skip))


def order(company: str, order_id: str) -> Call:
    """Read an order without its items."""
    return Call(Subject("order", order_id), "GET", _order(company, order_id))


def whole(company: str, order_id: str) -> Call:
    """Read an order with its items."""
    return Call(Subject("read", f"order {order_id}"), "GET", _order(company, order_id, "OrderFull"))


def items(company: str, order_id: str) -> Call:
    """Read the items of an order."""
    return Call(Subject("items", f"order {order_id}"), "GET", f"{_order(company, order_id)}/Items")


def add_item(company: str, order_id: str, body: bytes) -> Call:
    """Add an item to an order."""
    subject = Subject("add item", f"order {order_id}")
    return Call(subject, "POST", f"{_order(company, order_id)}/Items", body=body, expected=CREATED)


def replace(company: str, order_id: str, body: bytes, operation: str) -> Call:
    """Replace an order's own fields."""
    return Call(Subject(operation, f"order {order_id}"), "PUT", _order(company, order_id), body=body)


def replace_whole(company: str, order_id: str, body: bytes, operation: str) -> Call:
    """Replace an order with its items."""
    return Call(Subject(operation, f"order {order_id}"), "PUT", _order(company, order_id, "OrderFull"), body=body)


def process(company: str, order_id: str) -> Call:
    """Process a pending order."""
    body = b'{"OrderId":"' + guid(order_id, "order").encode("ascii") + b'"}'
    subject = Subject("process", f"order {order_id}")
    return Call(subject, "POST", f"{_order(company, order_id)}/Process", body=body, expected=CREATED)
