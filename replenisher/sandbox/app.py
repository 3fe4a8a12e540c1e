"""The routes of the imitated platform: Accounts, Vendor Inventory in both spellings, VMI and CMI, and /admin."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from replenisher.sandbox import ordering, reports
from replenisher.sandbox import vendor_inventory as reading
from replenisher.sandbox.admin import admin_routes
from replenisher.sandbox.further_routes import further_routes
from replenisher.sandbox.gate import Gate
from replenisher.sandbox.platform import Handler, Operation, Platform, token_handler
from replenisher.sandbox.soap.endpoint import SoapEndpoint
from replenisher.sandbox.soap.operations import SERVICES

_VENDOR = "/vendorinventory/v1/vendors/{vendor:int}"
_LOCATION = _VENDOR + "/companies/{company:int}/locations/{location:int}"
_ORDERS = _VENDOR + "/companies/{company:int}/purchaseOrders"
_READS: tuple[tuple[str, str, Handler, str], ...] = (
    ("enabled_companies", _VENDOR + "/companyRelationships", reading.enabled_companies, "both"),
    (
        "enabled_locations",
        _VENDOR + "/companyRelationships/{company:int}/locations",
        reading.enabled_locations,
        "both",
    ),
    ("inventory_report", _LOCATION + "/reports/inventory", reading.report(reports.inventory), "template"),
    ("inventory_report", _LOCATION + "/inventoryReport", reading.report(reports.inventory), "sample"),
    ("transfers_report", _LOCATION + "/reports/transfers", reading.transfers_report, "both"),
    ("receiving_report", _LOCATION + "/reports/receiving", reading.report(reports.receiving), "both"),
    ("adjustments_report", _LOCATION + "/reports/adjustments", reading.report(reports.adjustments), "both"),
    ("product_sales", _LOCATION + "/productSales", reading.report(reports.product_sales), "both"),
    ("purchase_order_status", _LOCATION + "/purchaseOrders/{order}/status", reading.purchase_order_status, "both"),
    ("list_purchase_orders", _ORDERS, reading.list_purchase_orders, "both"),
    ("get_purchase_order", _ORDERS + "/{order}", reading.get_purchase_order, "both"),
)


def make_application(platform: Platform) -> Gate:
    """The whole server side behind its gate."""
    routes: list[BaseRoute] = [
        Route(path, Operation(platform, name, handler, spelling), methods=["GET"])
        for name, path, handler, spelling in _READS
    ]
    routes += _writes(platform)
    routes += further_routes(platform)
    for service in SERVICES:
        endpoint = SoapEndpoint(platform, service)
        # the documents write both /VMIService.asmx and /VMIService.asmx/?op=...
        routes += [Route(f"/{service.name}.asmx{end}", endpoint, methods=["GET", "POST"]) for end in ("", "/")]
    routes += admin_routes(platform)

    async def http_error(_: HttpRequest, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            reply = platform.unknown_route()
            return Response(reply.body, 404, media_type=reply.content_type)
        return Response(b"", status, headers=getattr(error, "headers", None))

    return Gate(Starlette(routes=routes, exception_handlers={HTTPException: http_error}), platform)


def _writes(platform: Platform) -> list[BaseRoute]:
    products = _ORDERS + "/{order}/products"
    token = token_handler(platform.accounts)
    create, update = ordering.create_purchase_order, ordering.update_products
    add, remove = ordering.add_products, ordering.remove_products
    return [
        Route("/accounts/v1/oauth2/token", Operation(platform, "token", token), methods=["POST"]),
        Route(_LOCATION + "/purchaseOrders", Operation(platform, "create_purchase_order", create), methods=["POST"]),
        Route(products, Operation(platform, "update_products", update), methods=["PUT"]),
        Route(products, Operation(platform, "add_products", add, "template", "PUT, DELETE"), methods=["POST"]),
        Route(_ORDERS + "/{order}/addProducts", Operation(platform, "add_products", add, "sample"), methods=["POST"]),
        Route(products, Operation(platform, "remove_products", remove), methods=["DELETE"]),
    ]
