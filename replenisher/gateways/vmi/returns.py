"""Returns to the vendor (return merchandise authorisations): asked for, listed, changed, committed, completed.

No plan needs them. Each write is sent exactly once. A new one carries no id of ours: when its fate is not known, look
for its comments or the vendor's number in the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.paths import whole_id
from replenisher.gateways.soap.cells import flag, money, number, text, units
from replenisher.gateways.soap.order_bodies import amount
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, UnreadableRowError, child_of, needed
from replenisher.gateways.soap.service import SoapService
from replenisher.gateways.vmi.identity import Identity
from replenisher.purchasing.vendor_returns import Return, ReturnLine

RETURNS = Rows(
    "ReturnMerchandiseAuthorization",
    {
        "id": needed("RMAID", number),
        "printed_number": Cell("RMAIDByStore", text),
        "location": Cell("StoreID", number),
        "vendor_number": Cell("VendorRMANumber", text),
        "comments": Cell("Comments", text),
        "committed": needed("Committed", flag),
        "shipped": needed("ShippedAway", flag),
        "completed": needed("Completed", flag),
    },
    "id",
)
RETURNED = Rows(
    "RMAProduct",
    {
        "sku": Cell("RQProductSku", text),
        "product_item": Cell("RQProductID", number),
        "quantity": needed("TotalQuantity", units),
        "damaged_quantity": Cell("NonSellableQuantity", units),
        "serial_number": Cell("SerialNumberRemoved", text),
        "vendor_invoice_number": Cell("VendorInvoiceNumber", text),
        "unit_cost": Cell("UnitCost", money),
        "action": Cell("ActionTaken", text),
    },
    "sku",
)


class ReturnDesk:
    """The operations about returns."""

    _service: SoapService
    _identity: Identity

    def returns(self, company: str, *, committed: bool, shipped: bool) -> list[Return]:
        """List the company's returns that are, or are not, committed and shipped."""
        arguments = {**self._identity.at(company), "isCommitted": committed, "isShipped": shipped}
        subject = Subject("list of returns", f"company {company}")
        return self._service.read("GetRMAList", arguments, returns_of, subject)

    def ask_return(
        self, company: str, location: str, lines: Sequence[ReturnLine], comments: str, vendor_number: str = ""
    ) -> Return:
        """Ask a location to send products back; it decides. The platform wants comments."""
        body = {
            "ProductData": _products(lines),
            "StoreID": int(whole_id(location, "location")),
            "VendorRMANumber": vendor_number or None,
            "Comments": comments,
        }
        arguments = {**self._identity.at(company, location), "RMA": body}
        subject = Subject("ask return", f"location {location}")
        return self._service.write("CreateRMA", arguments, _single, subject)

    def change_return(self, company: str, change: Return) -> Return:
        """Change comments, vendor's number and lines of a return that is not committed."""
        return self._change("UpdateRMA", "change return", company, change)

    def change_committed_return(self, company: str, change: Return) -> Return:
        """Change a committed return: chiefly the vendor's number, and what was done with each product."""
        return self._change("UpdateCommittedRMA", "change committed return", company, change)

    def commit_return(self, company: str, change: Return) -> Return:
        """Commit a return."""
        return self._change("CommitRMA", "commit return", company, change)

    def complete_return(self, company: str, change: Return) -> Return:
        """Settle a committed return."""
        return self._change("CompleteRMA", "complete return", company, change)

    def _change(self, operation: str, name: str, company: str, change: Return) -> Return:
        body = {
            "ProductData": _products(change.lines),
            "RMAID": int(whole_id(change.id, "return")),
            "RMAIDByStore": change.printed_number or None,
            "StoreID": int(whole_id(change.location, "location")),
            "VendorRMANumber": change.vendor_number or None,
            "Committed": int(change.committed),
            "ShippedAway": int(change.shipped),
            "Completed": int(change.completed),
            "Comments": change.comments or None,
        }
        arguments = {**self._identity.at(company, change.location), "rma": body}
        return self._service.write(operation, arguments, _single, Subject(name, f"return {change.id}"))


def returns_of(reply: Reply) -> list[Return]:
    """Read a list of returns."""
    RETURNS.read(reply.result)
    return [] if reply.result is None else [_return(element) for element in RETURNS.elements(reply.result)]


def _single(reply: Reply) -> Return:
    if reply.result is None:
        raise UnreadableRowError(f"{reply.operation}Result", "is missing")
    return _return(reply.result)


def _return(element: etree._Element) -> Return:
    told = RETURNS.one(element)
    columns = RETURNED.read(child_of(element, "ProductData"))
    lines = tuple(
        ReturnLine(sku or "", item or "", quantity, damaged or 0, serial or "", invoice or "", cost, action or "NotSet")
        for sku, item, quantity, damaged, serial, invoice, cost, action in zip(*columns.values(), strict=True)
    )
    whole: dict[str, Any] = {name: "" if value is None else value for name, value in told.items()}
    return Return(**whole, lines=lines)


def _products(lines: Sequence[ReturnLine]) -> dict[str, list[dict[str, object]]]:
    return {
        "RMAProduct": [
            {
                "RQProductSku": line.retailer_sku or None,
                "RQProductID": int(whole_id(line.product_item, "product")),
                "SerialNumberRemoved": line.serial_number or None,
                "VendorInvoiceNumber": line.vendor_invoice_number or None,
                "TotalQuantity": line.quantity,
                "NonSellableQuantity": line.damaged_quantity,
                "UnitCost": None if line.unit_cost is None else amount(line.unit_cost),
                "ActionTaken": line.action,
            }
            for line in lines
        ]
    }
