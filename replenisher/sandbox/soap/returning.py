"""Returns to the vendor (RMA) over SOAP. Their types are the description's; what is refused is the sandbox's own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from replenisher.sandbox.documents import Adjustment
from replenisher.sandbox.ledger import Location, post_adjustment
from replenisher.sandbox.returns import Return, ReturnLine
from replenisher.sandbox.soap.calls import Call
from replenisher.sandbox.soap.inventory import product_sku
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.world import World

_REASON, _REASON_ID = "RMA", 14
_NEVER = datetime(1, 1, 1)  # noqa: DTZ001  # .NET's MinValue: not supplied


def create_return(call: Call) -> dict[str, Any]:
    """CreateRMA: an uncommitted return.

    Raises:
        FaultError: no Comments (by switch), no products, an unknown one or a quantity that is not above zero.
    """
    sent = call.arguments["RMA"] or {}
    if not sent.get("Comments") and call.world.switches.rma_without_comments == "refuse":
        raise server_fault("Comments must be supplied")
    store = call.find_store(sent["StoreID"], None) if sent.get("StoreID", 0) > 0 else call.one_store
    lines = _lines(call, store, sent.get("ProductData") or [])
    one = Return(
        company=call.company.id,
        location=store.id,
        comments=sent.get("Comments") or "",
        number=call.world.paper_number(store.id, "RM"),
        created_at=call.world.clock.now(),
        lines=lines,
        id=1 + max(call.world.returns, default=0),
        vendor_number=sent.get("VendorRMANumber") or "",
    )
    call.world.returns[one.id] = one
    return _row(call, one)


def return_list(call: Call) -> list[dict[str, Any]]:
    """GetRMAList: the company's returns that are, or are not, committed and shipped."""
    wanted = (call.arguments["isCommitted"], call.arguments["isShipped"])
    return [
        _row(call, one)
        for one in call.world.returns.values()
        if one.company == call.company.id and (one.committed, one.shipped) == wanted
    ]


def update_return(call: Call) -> dict[str, Any]:
    """UpdateRMA: comments, the vendor's number and, when any is sent, products of a return that is not committed."""
    one, sent = _found(call, committed=False)
    if sent["ProductData"]:
        one.lines = _lines(call, call.company.locations[one.location], sent["ProductData"])
    _take_over(one, sent)
    return _row(call, one)


def update_committed_return(call: Call) -> dict[str, Any]:
    """UpdateCommittedRMA: as UpdateRMA, whether it is shipped, and what the vendor did with each product."""
    one, sent = _found(call, committed=True)
    store = call.company.locations[one.location]
    actions = {
        (_product(call, store, entry), entry["SerialNumberRemoved"] or ""): entry["ActionTaken"]
        for entry in sent["ProductData"]
    }
    for line in one.lines:
        line.action_taken = actions.get((line.sku, line.serial_number), line.action_taken)
    _take_over(one, sent)
    one.shipped = one.shipped or bool(sent["ShippedAway"])
    return _row(call, one)


def commit_return(call: Call) -> dict[str, Any]:
    """CommitRMA: the units leave the stock, as an adjustment of that reason.

    Raises:
        FaultError: no such return, committed already, or more units than are in stock.
    """
    one, _ = _found(call, committed=False)
    store = call.company.locations[one.location]
    for line in one.lines:
        if store.rows[line.sku].in_stock < line.quantity:
            raise server_fault(f"Product [{line.sku}] has fewer than [{line.quantity}] units in stock")
    for line in one.lines:
        _take_out(call, store, line)
    one.committed, one.committed_at = True, call.world.clock.now()
    return _row(call, one)


def complete_return(call: Call) -> dict[str, Any]:
    """CompleteRMA: a committed return is settled."""
    one, _ = _found(call, committed=True)
    one.shipped = one.completed = True
    return _row(call, one)


def _take_over(one: Return, sent: dict[str, Any]) -> None:
    one.comments = sent["Comments"] or one.comments
    one.vendor_number = sent["VendorRMANumber"] or one.vendor_number


def _take_out(call: Call, store: Location, line: ReturnLine) -> None:
    row = store.rows[line.sku]
    if line.serial_number in row.serial_numbers:
        row.serial_numbers.remove(line.serial_number)
        serials: tuple[str, ...] = (line.serial_number, *row.take_serials(line.quantity - 1))
    else:
        serials = row.take_serials(line.quantity)
    number = call.world.paper_number(store.id, "AD")
    now = call.world.clock.now()
    post_adjustment(store, Adjustment(number, store.id, now, line.sku, -line.quantity, _REASON, _REASON_ID, serials))


def _found(call: Call, *, committed: bool) -> tuple[Return, dict[str, Any]]:
    sent = call.arguments["rma"] or {}
    one = call.world.returns.get(sent.get("RMAID", 0))
    if one is None or one.company != call.company.id:
        raise server_fault(f"RMA [{sent.get('RMAID')}] could not be found")
    if one.committed is not committed or one.completed:
        raise server_fault(f"RMA [{one.id}] is {'not committed' if committed else 'committed'} or completed")
    return one, sent


def _product(call: Call, store: Location, named: dict[str, Any]) -> str:
    """The SKU that a product's id or the retailer's own SKU names."""
    for sku in store.rows:
        item = call.world.identities.item(sku)
        if named["RQProductID"] == item or (named["RQProductID"] <= 0 and named["RQProductSku"] == product_sku(item)):
            return sku
    raise server_fault(f"Product [{named['RQProductID']}] could not be found")


def _lines(call: Call, store: Location, products: list[dict[str, Any]]) -> list[ReturnLine]:
    if not products:
        raise server_fault("ProductData must contain at least one product")
    lines = []
    for product in products:
        sku = _product(call, store, product)
        if product["TotalQuantity"] <= 0:
            raise server_fault(f"TotalQuantity of product [{sku}] must be > 0")
        known = store.rows[sku].product.unit_cost or Decimal(0)
        lines.append(
            ReturnLine(
                sku,
                product["TotalQuantity"],
                product["SerialNumberRemoved"] or "",
                product["ActionTaken"],
                product["NonSellableQuantity"],
                product["VendorInvoiceNumber"] or "",
                product["UnitCost"] if product["UnitCost"] > 0 else Decimal(str(known)),
            )
        )
    return lines


def _row(call: Call, one: Return) -> dict[str, Any]:
    committed_at = one.committed_at
    return {
        "ProductData": [_product_row(call.world, line) for line in one.lines],
        "RMAID": one.id,
        "RMAIDByStore": one.number,
        "StoreID": call.world.identities.store(one.location),
        "VendorID": call.world.setup.vendor_id,
        "CreatedByVMI": True,
        "VendorRMANumber": one.vendor_number,
        "ShippingCost": 0,
        "Committed": int(one.committed),
        "DateCommitted": _NEVER if committed_at is None else call.world.clock.local(committed_at),
        "ShippedAway": int(one.shipped),
        "Completed": int(one.completed),
        "Comments": one.comments,
        "DateCreated": call.world.clock.local(one.created_at),
    }


def _product_row(world: World, line: ReturnLine) -> dict[str, Any]:
    item = world.identities.item(line.sku)
    return {
        "RQProductSku": product_sku(item),
        "RQProductID": item,
        "SerialNumberRemoved": line.serial_number,
        "VendorInvoiceNumber": line.vendor_invoice_number,
        "TotalQuantity": line.quantity,
        "NonSellableQuantity": line.non_sellable,
        "UnitCost": line.unit_cost,
        "ActionTaken": line.action_taken,
    }
