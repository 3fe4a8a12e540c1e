"""The reading operations of the Vendor Inventory interface: who is enabled, what the reports say, how orders stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from replenisher.sandbox import reports
from replenisher.sandbox.ledger import Company, Location
from replenisher.sandbox.orders import Order, Stage
from replenisher.sandbox.replies import RefusalError, Reply, Request, data, message
from replenisher.sandbox.windows import Window, read_window
from replenisher.sandbox.world import World

_SAMPLE_SPELLINGS = {
    "pending": "Pending",
    "committed": "Committed",
    "partially received": "Partially Received",
    "complete": "Completed",
    "failed": "Failed",
}


def enabled_companies(world: World, request: Request) -> Reply:
    """Operation 1: Company[]."""
    check_vendor(world, request)
    return data(200, [{"Id": entry.id, "Name": entry.name} for entry in world.companies.values() if entry.enabled])


def enabled_locations(world: World, request: Request) -> Reply:
    """Operation 2: LocationDetails[]."""
    company = find_company(world, request)
    return data(200, [_location_details(entry) for entry in company.locations.values() if entry.enabled])


def _location_details(location: Location) -> dict[str, Any]:
    return {
        "CompanyId": location.company,
        "LocationId": location.id,
        "BillToStore": location.id,
        "ShipToStore": location.id,
        "Name": location.name,
        "Address": location.address,
        "City": location.city,
        "ProvinceState": location.region,
        "PostalZipCode": location.postal_code,
        "Country": location.country,
        "PhoneNumber": location.phone_number,
    }


def report(rows: Callable[[World, Location, Window], reports.Rows]) -> Callable[[World, Request], Reply]:
    """Operations 3, 11, 12 and 13: a report of one location over the request's dates."""

    def answer(world: World, request: Request) -> Reply:
        location = find_location(world, request)
        return data(200, rows(world, location, read_window(world, request)))

    return answer


def transfers_report(world: World, request: Request) -> Reply:
    """Operation 10: TransferReport[], or one bare TransferReport."""
    location = find_location(world, request)
    return Reply(200, reports.transfers(world, location, read_window(world, request)))


def list_purchase_orders(world: World, request: Request) -> Reply:
    """Operation 5: PurchaseOrderStatus[] of the company's orders made within the window."""
    company = find_company(world, request)
    window = read_window(world, request)
    listed = [
        order
        for order in world.orders.of_company(company.id)
        if window.start <= order.accepted_at < window.end and _listed(world, order)
    ]
    return data(200, [status_of(world, order) for order in _page(world, request, listed)])


def _listed(world: World, order: Order) -> bool:
    if not order.visible or (order.made_by == "retailer" and world.switches.list_retailer_orders == "no"):
        return False
    return order.committed or world.switches.list_uncommitted == "yes"


def _page(world: World, request: Request, listed: list[Order]) -> list[Order]:
    size = world.switches.page_size
    if not size:
        return listed
    try:
        skip = int(request.query.get("$skip", "0"))
        top = int(request.query.get("$top", str(size)))
    except ValueError as error:
        raise RefusalError(message(400, "'$skip' and '$top' should be numbers.")) from error
    if skip < 0 or top < 0:
        raise RefusalError(message(400, "'$skip' and '$top' should not be negative."))
    return listed[skip : skip + min(top, size)]


def get_purchase_order(world: World, request: Request) -> Reply:
    """Operation 6: PurchaseOrder with its products."""
    order = find_order(world, request)
    as_text = world.switches.quantity_ordered == "string"
    products = [
        {
            "VendorSku": sku,
            "QuantityOrdered": str(line.quantity) if as_text else line.quantity,
            "QuantityReceived": line.received,
            "Cost": line.cost,
            "SerialNumbersReceived": line.serial_numbers,
        }
        for sku, line in order.lines.items()
    ]
    return data(200, {**status_of(world, order), "Products": products})


def purchase_order_status(world: World, request: Request) -> Reply:
    """Operation 4b: the state of a creation, in the shape of PurchaseOrderStatus."""
    find_location(world, request)
    order = world.orders.orders.get(request.path["order"])
    answerable = order is not None and not order.vanished and order.company == request.path["company"]
    if order is None or not answerable or order.location != request.path["location"]:
        raise RefusalError(order_not_found(request))
    hidden = order.stage in (Stage.WAITING, Stage.NEVER)
    if hidden and world.switches.status_before_creation == "404":
        raise RefusalError(order_not_found(request))
    return data(200, status_of(world, order))


def status_of(world: World, order: Order) -> dict[str, Any]:
    """PurchaseOrderStatus, its word spelled as the switch says."""
    spelling = world.switches.status_spelling
    if spelling == "mixed":
        spelling = "sample" if int(order.id[0], 16) % 2 else "table"
    word = _SAMPLE_SPELLINGS[order.status] if spelling == "sample" else order.status
    return {"PurchaseOrderGuid": order.id, "VendorInvoiceNumber": order.vendor_invoice_number, "Status": word}


def order_not_found(request: Request) -> Reply:
    """404 with the message that tells a missing resource from a missing route."""
    return message(404, f"Purchase order {request.path['order']} was not found.")


def check_vendor(world: World, request: Request) -> None:
    """Refuse a vendor id that the token does not belong to."""
    if request.path["vendor"] != world.setup.vendor_id:
        raise RefusalError(message(403, "The caller lacks permission for this vendor."))


def find_company(world: World, request: Request) -> Company:
    """The company of the path, if it has enabled the vendor."""
    check_vendor(world, request)
    company = world.companies.get(request.path["company"])
    if company is None:
        raise RefusalError(message(404, f"Company {request.path['company']} was not found."))
    if not company.enabled:
        raise RefusalError(_disabled(world, f"Company {company.id}"))
    return company


def find_location(world: World, request: Request) -> Location:
    """The location of the path, if it is enabled and belongs to the company."""
    company = find_company(world, request)
    location = company.locations.get(request.path["location"])
    if location is None:
        raise RefusalError(message(404, f"Location {request.path['location']} was not found."))
    if not location.enabled:
        raise RefusalError(_disabled(world, f"Location {location.id}"))
    return location


def find_order(world: World, request: Request) -> Order:
    """The order of the path, once it exists."""
    company = find_company(world, request)
    order = world.orders.orders.get(request.path["order"])
    if order is None or not order.visible or order.company != company.id:
        raise RefusalError(order_not_found(request))
    return order


def _disabled(world: World, what: str) -> Reply:
    if world.switches.disabled_answer == "404":
        return message(404, f"{what} was not found.")
    return message(403, f"{what} has not granted access to this vendor.")
