"""The routes of the Order, Purchase Order and Sales Order services."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from replenisher.sandbox.order_service import operations as orders
from replenisher.sandbox.platform import Handler, Operation, Platform
from replenisher.sandbox.purchase_order_service import operations as purchase_orders
from replenisher.sandbox.sales_order_service import operations as sales_orders

_COMPANY = "Companies({company:int})"
_ORDERS = f"/order/v1/{_COMPANY}/Orders"
_FULL = f"/order/v1/{_COMPANY}/OrderFull"
_PURCHASES = f"/purchaseorder/v1/{_COMPANY}"
_SALES = f"/salesorder/v1/{_COMPANY}"
_ONE = "({order})"
_TABLE: tuple[tuple[str, str, str, Handler], ...] = (
    ("orders.create", "POST", _ORDERS, orders.create),
    ("orders.list", "GET", _ORDERS, orders.list_orders),
    ("orders.items", "GET", f"{_ORDERS}{_ONE}/Items", orders.items),
    ("orders.add_item", "POST", f"{_ORDERS}{_ONE}/Items", orders.add_item),
    ("orders.process", "POST", f"{_ORDERS}{_ONE}/Process", orders.process),
    ("orders.read", "GET", f"{_ORDERS}{_ONE}", orders.read),
    ("orders.replace", "PUT", f"{_ORDERS}{_ONE}", orders.replace),
    ("orders.create_full", "POST", _FULL, orders.create_full),
    ("orders.list_full", "GET", _FULL, orders.list_full),
    ("orders.read_full", "GET", f"{_FULL}{_ONE}", orders.read_full),
    ("orders.replace_full", "PUT", f"{_FULL}{_ONE}", orders.replace_full),
    ("purchase_orders.list", "GET", f"{_PURCHASES}/OrderWithDetail", purchase_orders.list_with_detail),
    ("purchase_orders.create", "POST", f"{_PURCHASES}/OrderCreation", purchase_orders.create),
    ("sales_orders.create_invoice", "POST", f"{_SALES}/SaleInvoice", sales_orders.create_invoice),
    ("sales_orders.create", "POST", f"{_SALES}/SaleOrder", sales_orders.create),
    ("sales_orders.search", "GET", f"{_SALES}/SaleOrder", sales_orders.search),
    ("sales_orders.log_entry", "GET", f"{_SALES}/SaleOrder{_ONE}/StatusLog({{entry}})", sales_orders.log_entry),
    ("sales_orders.log", "GET", f"{_SALES}/SaleOrder{_ONE}/StatusLog", sales_orders.log),
    ("sales_orders.read", "GET", f"{_SALES}/SaleOrder{_ONE}", sales_orders.read),
    ("sales_orders.status", "GET", f"{_SALES}/SaleOrderStatus{_ONE}", sales_orders.status),
    ("sales_orders.set_status", "PUT", f"{_SALES}/SaleOrderStatus{_ONE}", sales_orders.set_status),
)


def further_routes(platform: Platform) -> list[BaseRoute]:
    """One route for each operation."""
    return [Route(path, Operation(platform, name, handler), methods=[method]) for name, method, path, handler in _TABLE]
