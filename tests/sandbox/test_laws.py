"""The one law of the ledger: what came and what went explains what is there, in the platform's own reports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.sandbox import ordering
from replenisher.sandbox.interventions import change_order
from replenisher.sandbox.ledger import Location
from replenisher.sandbox.openings import open_world
from replenisher.sandbox.orders import Stage
from replenisher.sandbox.replies import RefusalError, Reply, Request
from replenisher.sandbox.reports import adjustments, inventory, product_sales, receiving, transfers
from replenisher.sandbox.rest.names import catalog_id, customers
from replenisher.sandbox.sales_order_service import operations as sales
from replenisher.sandbox.settling import settle
from replenisher.sandbox.simulation import advance
from replenisher.sandbox.switches import Setup, Switches
from replenisher.sandbox.windows import Window
from replenisher.sandbox.world import World

SETUP = Setup(companies=1, locations=3, skus=15, history_days=5, daily_sales=0.8)
SWITCHES = Switches(
    transfers_report="touching",
    transfer_keys="distinct",
    partial_share=0.5,
    transfers_per_day=0.8,
    adjustments_per_day=2.0,
    refund_share=0.4,
)
SALES = st.sampled_from(["sell", "sell_later", "promise", "promise_later", "complete", "cancel"])
ACTIONS = st.sampled_from(["receive_partly", "receive", "close_short", "vanish", "commit"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.integers(1, 4), st.just(0)),
        st.tuples(st.just("create"), st.integers(0, 14), st.integers(1, 30)),
        st.tuples(st.just("create_uncommitted"), st.integers(0, 14), st.integers(1, 30)),
        st.tuples(st.just("add"), st.integers(0, 14), st.integers(1, 30)),
        st.tuples(st.just("update"), st.integers(0, 14), st.integers(1, 30)),
        st.tuples(st.just("remove"), st.integers(0, 14), st.just(0)),
        st.tuples(ACTIONS, st.just(0), st.just(0)),
        st.tuples(SALES, st.integers(0, 14), st.integers(1, 30)),
    ),
    max_size=12,
)


def _whole_time(world: World) -> Window:
    now = world.clock.now()
    return Window(now.replace(year=now.year - 5), now.replace(year=now.year + 5))


def _lines(entries: Iterable[dict[str, Any]], key: str) -> Iterable[dict[str, Any]]:
    return (line for entry in entries for line in entry[key])


def _stock_by_reports(world: World, location: Location, exchange: int = -1) -> Counter[str]:
    window = _whole_time(world)
    stock = Counter({sku: row.opening for sku, row in location.rows.items()})
    for line in _lines(receiving(world, location, window), "Products"):
        stock[line["VendorSku"]] += line["Quantity"]
    for line in _lines(product_sales(world, location, window), "InvoiceProducts"):
        effect = {"Sold": -1, "Refunded": 1, "Exchange": exchange}[line["InvoiceAction"]]
        stock[line["VendorSku"]] += line["Quantity"] * effect
    for line in _lines(adjustments(world, location, window), "Products"):
        stock[line["VendorSku"]] += line["Quantity"]
    for transfer in json.loads(transfers(world, location, window)):
        for product in transfer["TransferProducts"]:
            if transfer["ShipFromLocationId"] == location.id:
                stock[product["VendorSku"]] -= product["Quantity"]
            elif product["ShippingInfo"][0]["DateReceived"] is not None:
                stock[product["VendorSku"]] += product["Quantity"]
    return stock


def _request(world: World, location: Location, body: Any, order: str = "") -> Request:
    path = {"vendor": world.setup.vendor_id, "company": location.company, "location": location.id, "order": order}
    return Request(path=path, query={}, content_type="application/json", body=json.dumps(body).encode(), token="")


def _step(world: World, step: tuple[str, int, int], number: int) -> None:
    action, position, quantity = step
    location = world.locations()[position % 3]
    sku = list(location.rows)[position]
    line = {"VendorSku": sku, "Quantity": quantity, "Cost": 1}
    mine = [order for order in world.orders.orders.values() if order.made_by == "vendor" and order.visible]
    if action == "advance":
        advance(world, position)
    elif action.startswith("create"):
        body = {
            "VendorEntityId": world.setup.vendor_id,
            "ShipToStore": location.id,
            "VendorInvoiceNumber": f"LAW-{number}",
            "Committed": action == "create",
            "Products": [line],
        }
        assert ordering.create_purchase_order(world, _request(world, location, body)).status == 202
        world.orders.settle(everything=True)
    elif action in ("sell", "sell_later", "promise", "promise_later"):
        _sale(world, location, sku, quantity, invoice=action.startswith("sell"))
        settle(world, everything=not action.endswith("later"))
    elif action in ("complete", "cancel"):
        _end_sale(world, "Completed" if action == "complete" else "Cancelled")
    elif mine:
        _edit(world, location, action, line, mine[-1].id)


def _sale(world: World, location: Location, sku: str, quantity: int, *, invoice: bool) -> None:
    item = {
        "LineNumber": 1,
        "ItemType": "InStock",
        "ProductCatalogId": catalog_id(sku),
        "Quantity": quantity,
        "Price": 1,
    }
    body = {
        "DateCreatedUtc": "2026-11-20T10:00:00",
        "LocationId": location.id,
        "CustomerId": customers(location.company)[0],
        "PrintableId": "LAW",
        "Items": [item],
        "Payments": [],
    }
    create = sales.create_invoice if invoice else sales.create
    assert create(world, _request(world, location, body)).status == 202


def _end_sale(world: World, state: str) -> None:
    for sale in world.sales.sales.values():
        if sale.state == "Pending":
            request = _request(world, world.locations()[0], {"Id": sale.id, "State": state}, sale.id)
            assert sales.set_status(world, request).status == 200
            return


def _edit(world: World, location: Location, action: str, line: dict[str, Any], order: str) -> Reply | None:
    edits = {"add": ordering.add_products, "update": ordering.update_products, "remove": ordering.remove_products}
    if action in edits:
        body: list[Any] = [line["VendorSku"]] if action == "remove" else [line]
        try:
            return edits[action](world, _request(world, location, body, order))
        except RefusalError as refusal:
            return refusal.reply
    if action in ("vanish", "close_short") or world.orders.orders[order].stage is Stage.OPEN:
        change_order(world, order, action)
    return None


def _check_orders_and_receipts(world: World, location: Location) -> None:
    by_receipts: Counter[tuple[str, str]] = Counter()
    for receipt in receiving(world, location, _whole_time(world)):
        for line in receipt["Products"]:
            by_receipts[receipt["PurchaseOrderId"], line["VendorSku"]] += line["Quantity"]
    by_orders = Counter(
        {
            (order.id, sku): line.received
            for order in world.orders.orders.values()
            if order.location == location.id
            for sku, line in order.lines.items()
        }
    )
    assert +by_receipts == +by_orders


def _check_returns(world: World, location: Location) -> None:
    sold: Counter[tuple[str, str]] = Counter()
    returned: Counter[tuple[str, str]] = Counter()
    for invoice in product_sales(world, location, _whole_time(world)):
        for line in invoice["InvoiceProducts"]:
            if line["InvoiceAction"] == "Sold":
                sold[invoice["InvoiceId"], line["VendorSku"]] += line["Quantity"]
            elif line["InvoiceAction"] == "Refunded":
                returned[invoice["OriginalInvoiceId"], line["VendorSku"]] += line["Quantity"]
    assert returned <= sold


def _check(world: World) -> None:
    for location in world.locations():
        _check_orders_and_receipts(world, location)
        _check_returns(world, location)
        report = {row["VendorSku"]: row for row in inventory(world, location, _whole_time(world))}
        stock = _stock_by_reports(world, location)
        assert {sku: row["QuantityInStock"] for sku, row in report.items()} == dict(stock)
        for sku, row in location.rows.items():
            if row.product.serialised:
                assert len(set(row.serial_numbers)) == len(row.serial_numbers) == row.in_stock
            assert row.transfer_in >= 0
            assert row.transfer_out >= 0
            promised = sum(
                line.quantity
                for sale in world.sales.sales.values()
                if sale.location == location.id and not sale.invoice and sale.state == "Pending" and sale.in_pos
                for line in sale.lines
                if line.sku == sku
            )
            assert row.promised == promised <= report[sku]["QuantityCommittedOnOrderEntry"]
            open_units = sum(
                order.lines[sku].outstanding for order in world.orders.open_at(location.id) if sku in order.lines
            )
            on_paper = report[sku]["QuantityOnOrder"] + report[sku]["QuantityOnUncommittedOrder"]
            assert on_paper + report[sku]["QuantityOnBackorder"] == open_units
    travelling_in = sum(row.transfer_in for location in world.locations() for row in location.rows.values())
    travelling_out = sum(row.transfer_out for location in world.locations() for row in location.rows.values())
    assert travelling_in == travelling_out


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_opening_and_every_reported_movement_explain_the_stock_of_every_row(steps: list[tuple[str, int, int]]) -> None:
    world = World(SETUP, SWITCHES)
    open_world(world)
    _check(world)
    for number, step in enumerate(steps):
        _step(world, step, number)
    _check(world)
    advance(world, 1)
    _check(world)


def test_quantity_sold_of_the_inventory_report_is_what_the_invoices_of_its_dates_say() -> None:
    world = World(SETUP, SWITCHES)
    open_world(world)
    advance(world, 5)
    location = world.locations()[0]
    window = Window(_whole_time(world).start, world.clock.now())
    for gross in ("net", "gross"):
        world.apply_switches(world.switches.changed({"quantity_sold": gross}))
        sold: Counter[str] = Counter()
        for line in _lines(product_sales(world, location, window), "InvoiceProducts"):
            if line["InvoiceAction"] != "Refunded":
                sold[line["VendorSku"]] += line["Quantity"]
            elif gross == "net":
                sold[line["VendorSku"]] -= line["Quantity"]
        assert {row["VendorSku"]: row["QuantitySold"] for row in inventory(world, location, window)} == {
            sku: sold[sku] for sku in location.rows
        }


def test_an_even_swap_leaves_the_stock_alone_by_switch() -> None:
    world = World(SETUP, SWITCHES.changed({"exchange_line": "swap"}))
    open_world(world)
    advance(world, 8)
    for location in world.locations():
        invoices = product_sales(world, location, _whole_time(world))
        assert "Exchange" in {line["InvoiceAction"] for line in _lines(invoices, "InvoiceProducts")}
        stock = _stock_by_reports(world, location, exchange=0)
        assert dict(stock) == {sku: row.in_stock for sku, row in location.rows.items()}
