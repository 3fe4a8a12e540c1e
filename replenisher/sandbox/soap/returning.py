"""Returns to the vendor (RMA) over SOAP. Their fields and refusals are the sandbox's own: no document lists them."""

from __future__ import annotations

from typing import Any

from replenisher.sandbox.documents import Adjustment
from replenisher.sandbox.ledger import Location, post_adjustment
from replenisher.sandbox.returns import Return, ReturnLine
from replenisher.sandbox.soap.calls import Call
from replenisher.sandbox.soap.dates import twenty_four_hours
from replenisher.sandbox.soap.order_writing import find_product
from replenisher.sandbox.soap.refusals import server_fault

_REASON, _REASON_ID = "RMA", 14


def create_return(call: Call) -> dict[str, Any]:
    """CreateRMA: an uncommitted return.

    Raises:
        FaultError: no Comments (by switch), no products, an unknown one or a quantity that is not above zero.
    """
    sent = call.arguments["RMA"] or {}
    if not sent.get("Comments") and call.world.switches.rma_without_comments == "refuse":
        raise server_fault("Comments must be supplied")
    store = call.find_store(sent["StoreID"], None) if sent.get("StoreID", 0) > 0 else call.one_store
    one = Return(
        company=call.company.id,
        location=store.id,
        comments=sent.get("Comments") or "",
        number=call.world.paper_number(store.id, "RM"),
        created_at=call.world.clock.now(),
        lines=_lines(call, store, sent.get("Products") or []),
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
    """UpdateRMA: comments and, when any is sent, products of a return that is not committed."""
    one, sent = _found(call, committed=False)
    if sent["Products"]:
        one.lines = _lines(call, call.company.locations[one.location], sent["Products"])
    one.comments = sent["Comments"] or one.comments
    return _row(call, one)


def update_committed_return(call: Call) -> dict[str, Any]:
    """UpdateCommittedRMA: comments, whether it is shipped, and what the vendor did with each product."""
    one, sent = _found(call, committed=True)
    actions = {(entry["VendorSKU"], entry["SerialNumber"] or ""): entry["ActionTaken"] for entry in sent["Products"]}
    for line in one.lines:
        line.action_taken = actions.get((line.sku, line.serial_number), line.action_taken)
    one.comments = sent["Comments"] or one.comments
    one.shipped = one.shipped or sent["IsShipped"]
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
    one.committed = True
    return _row(call, one)


def complete_return(call: Call) -> dict[str, Any]:
    """CompleteRMA: a committed return is settled."""
    one, _ = _found(call, committed=True)
    one.shipped = one.completed = True
    return _row(call, one)


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
    one = call.world.returns.get(sent.get("RMAID", ""))
    if one is None or one.company != call.company.id:
        raise server_fault(f"RMA [{sent.get('RMAID')}] could not be found")
    if one.committed is not committed or one.completed:
        raise server_fault(f"RMA [{one.id}] is {'not committed' if committed else 'committed'} or completed")
    return one, sent


def _lines(call: Call, store: Location, products: list[dict[str, Any]]) -> list[ReturnLine]:
    if not products:
        raise server_fault("Products must contain at least one product")
    lines = []
    for product in products:
        sku = find_product(call, store, product)
        if product["Quantity"] <= 0:
            raise server_fault(f"Quantity of product [{sku}] must be > 0")
        serial = product["SerialNumber"] or ""
        lines.append(ReturnLine(sku, product["Quantity"], serial, product["ActionTaken"]))
    return lines


def _row(call: Call, one: Return) -> dict[str, Any]:
    return {
        "RMAID": one.id,
        "RMANumber": one.number,
        "StoreID": call.world.identities.store(one.location),
        "Comments": one.comments,
        "IsCommitted": one.committed,
        "IsShipped": one.shipped,
        "IsCompleted": one.completed,
        "DateCreated": twenty_four_hours(call.world.clock.local(one.created_at)),
        "Products": [
            {
                "ProductItemID": call.world.identities.item(line.sku),
                "VendorSKU": line.sku,
                "SerialNumber": line.serial_number,
                "Quantity": line.quantity,
                "ActionTaken": line.action_taken,
            }
            for line in one.lines
        ],
    }
