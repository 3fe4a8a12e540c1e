"""Orders changed, commented, moved and found at the keyboard, over each channel that can."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, update

from replenisher.cli.order_changes import units_by_sku
from replenisher.database.models import Order
from replenisher.embedded import EmbeddedServers
from replenisher.services import build
from replenisher.workflows.submit import submit_order
from tests.cli.conftest import START, Typed
from tests.cli.vmi_world import over_vmi
from tests.workflows.counted_shop import CountedShop, opened_counted_shop
from tests.workflows.products_file import change_product
from tests.workflows.shop import Shop, opened_shop


@pytest.fixture
def shop(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[Shop]:
    """A shop over Vendor Inventory with a confirmed order."""
    with opened_shop(tmp_path, database_url, servers.broker_url, "--locations", "2", "--creation-delay", "0") as opened:
        opened.plan(opened.locations[:1])
        opened.work_until_states("confirmed")
        yield opened


def lines(shop: Shop, order: Order) -> dict[str, int]:
    return {line.sku: line.quantity for line in shop.lines(order)}


def test_lines_are_changed_and_shown_before_and_after(typed: Typed, shop: Shop, me: str) -> None:
    order = max(shop.orders(), key=lambda one: len(shop.lines(one)))
    (first, count), (second, _), *_ = lines(shop, order).items()
    ended = typed(f"orders change {order.id} --set {first}={count + 2} --remove {second} --reason 'less space'")
    assert ended.code == 0, ended.err
    assert "changed at the platform and here" in ended.said
    assert f"{first} {count} {count + 2}" in ended.said
    shown = typed(f"orders show {order.id} --json").data
    assert {line["sku"]: line["quantity"] for line in shown["lines"]} == lines(shop, order)
    assert (lines(shop, order)[first], second in lines(shop, order)) == (count + 2, False)
    assert (shown["events"][-1]["name"], shown["events"][-1]["actor"]) == ("lines_changed", me)
    again = typed(f"orders change {order.id} --set {first}={count + 2} --reason 'less space'")
    assert (again.code, "nothing would change" in again.err) == (6, True)


def test_what_goes_wrong_has_its_code(typed: Typed, shop: Shop) -> None:
    order = shop.orders()[0]
    sku, count = next(iter(lines(shop, order).items()))
    assert typed(f"orders change {order.id} --reason why").code == 6
    assert typed(f"orders change R-NONE --remove {sku} --reason why").code == 6
    assert typed(f"orders change {order.id} --set {sku}=0 --reason why").code == 2
    assert typed(f"orders change {order.id} --set {sku}={count + 1} --reason ' '").code == 2
    shop.fault("update_products", "reset_before")
    lost = typed(f"orders change {order.id} --set {sku}={count + 1} --reason why")
    assert (lost.code, "needs a person" in lost.err) == (5, True)
    assert typed("exceptions list --kind order_needs_person --json").data[0]["order_id"] == order.id


def test_lines_of_a_held_order_are_changed_here_and_a_person_is_told_to_approve_it(typed: Typed, shop: Shop) -> None:
    shop.plan(shop.locations[1:])
    (order,) = [one for one in shop.orders() if one.location == shop.locations[1]]
    (first, count), (second, _), *_ = lines(shop, order).items()
    change_product(shop, second, status="discontinued")
    submit_order(shop.services, order.id)
    listed = typed("orders list --state held")
    assert f"{order.vendor_invoice_number} is held: {second}: The products file says" in listed.said
    asked = sum(shop.calls(f"{what}_products") for what in ("update", "remove"))
    ended = typed(f"orders change {order.id} --set {first}={count + 2} --remove {second} --reason 'recalled'")
    assert ended.code == 0, ended.err
    assert "changed here; it is sent when it is approved" in ended.said
    assert sum(shop.calls(f"{what}_products") for what in ("update", "remove")) == asked
    assert typed(f"orders approve {order.id}").code == 0
    shop.work_until_states("confirmed")
    assert (lines(shop, order)[first], second in lines(shop, order)) == (count + 2, False)


@pytest.mark.parametrize("word", ["A", "A=", "=3", "A=0", "A=-1", "A=1.5", "A=x", "A=٣", "A=9999999999"])
def test_a_quantity_that_is_none_is_refused(typed: Typed, shop: Shop, word: str) -> None:
    ended = typed(f"orders change {shop.orders()[0].id} --add '{word}' --reason why")
    assert (ended.code, "is not SKU=QUANTITY" in ended.said) == (2, True)
    assert shop.calls("add_products") == 0


def test_the_quantity_stands_behind_the_last_sign() -> None:
    assert units_by_sku(["A=B=3", "00123=1", "Q 1=07"], "--set") == {"A=B": 3, "00123": 1, "Q 1": 7}


def test_a_channel_without_a_way_says_which_has_one(typed: Typed, shop: Shop) -> None:
    order = shop.orders()[0]
    comment = typed(f"orders comment {order.id} hello")
    move = typed(f"orders move {order.id} --to {shop.locations[1]} --reason why")
    find = typed(f"orders find P1 --company {shop.company}")
    assert [ended.code for ended in (comment, move, find)] == [5, 5, 5]
    assert "(cmi can); nothing was sent" in comment.said
    assert "(cmi can); nothing was sent" in move.said
    assert "(cmi and vmi can); nothing was sent" in find.said
    assert typed(f"orders comment {order.id} ' '").code == 2
    assert typed("orders find P1 --company 999").code == 6


@pytest.fixture
def counted(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[CountedShop]:
    with ExitStack() as stack:
        shop = stack.enter_context(opened_counted_shop(tmp_path, database_url, servers.broker_url))
        shop.count_shelves()
        shop.plan(shop.locations[:1])
        shop.work_until_states("confirmed")
        yield shop


def test_an_order_over_cmi_is_commented_moved_and_found(typed: Typed, counted: CountedShop) -> None:
    (order,) = counted.orders()
    commented = typed(f"orders comment {order.id} 'back door'")
    assert (commented.code, f"(order {order.id}): commented" in commented.said) == (0, True)
    (answer,) = [one.evidence["answer"] for one in counted.events(order) if one.evidence.get("answer")]
    number = answer.split()[0]
    found = typed(f"orders find {number} --company {counted.company} --json").data
    assert (found["order"]["id"], found["platform"]["ship_to"]) == (order.id, counted.locations[0])
    shown = typed(f"orders find {number} --company {counted.company}")
    assert f"{order.vendor_invoice_number} (order {order.id}, confirmed)" in shown.said
    assert "back door" in shown.said
    assert typed(f"orders find NOPO --company {counted.company}").code == 5
    moved = typed(f"orders move {order.id} --to {counted.locations[1]} --reason 'shop is closed'")
    assert (moved.code, f"for location {counted.locations[1]} now" in moved.said) == (0, True)
    nowhere = typed(f"orders move {order.id} --to 999 --reason why")
    assert (nowhere.code, "no enabled location 999" in nowhere.said) == (6, True)


def test_lines_are_changed_over_vmi_whole_and_once(
    typed: Typed, tmp_path: Path, database_url: str, servers: EmbeddedServers
) -> None:
    with opened_shop(tmp_path, database_url, servers.broker_url, "--locations", "1", "--creation-delay", "0") as rest:
        over_vmi(rest.world)
        services = build(rest.world.settings())
        try:
            changed_over_vmi(typed, Shop(rest.world, services))
        finally:
            services.close()


def changed_over_vmi(typed: Typed, shop: Shop) -> None:
    shop.plan()
    (order,) = shop.work_until_states("confirmed")
    (first, count), (second, _), *_ = lines(shop, order).items()
    ended = typed(f"orders change {order.id} --set {first}={count + 1} --remove {second} --reason why")
    assert ended.code == 0, ended.err
    assert (lines(shop, order)[first], second in lines(shop, order)) == (count + 1, False)
    assert shop.calls("vmi.UpdatePurchaseOrder") == 2
    shop.time_passes()
    shop.work_until_states("confirmed")
    assert shop.matters() == []
    refused = {"text": "Cannot update Purchase Order [x] because it has received products or is marked as complete"}
    shop.fault("vmi.UpdatePurchaseOrder", "soap_fault", **refused)
    ended = typed(f"orders change {order.id} --set {first}={count + 2} --reason why")
    assert (ended.code, "because it has received products" in ended.said) == (5, True)
    assert (lines(shop, order)[first], shop.orders()[0].state) == (count + 1, "confirmed")
    for fault, code in (("accepted_then_reset", 0), ("unknown_fault", 0), ("reset_before", 5)):
        shop.fault("vmi.UpdatePurchaseOrder", fault)
        sku, units = next(iter(lines(shop, order).items()))
        assert typed(f"orders change {order.id} --set {sku}={units + 1} --reason {fault}").code == code, fault
    assert shop.calls("vmi.UpdatePurchaseOrder") == 6
    assert shop.orders()[0].state == "needs_person"


def test_a_command_that_is_killed_between_call_and_record_is_found_out_and_repeated(typed: Typed, shop: Shop) -> None:
    (order,) = shop.orders()
    sku, count = next(iter(lines(shop, order).items()))
    words = ["orders", "change", str(order.id), "--set", f"{sku}={count + 5}", "--reason", "less space"]
    shop.fault("get_purchase_order", "accepted_then_timeout", after=1, count=10, seconds=3)
    with subprocess.Popen([*START, *words], cwd=shop.world.folder, stdout=subprocess.DEVNULL) as command:
        ends = time.monotonic() + 20
        while not shop.calls("update_products"):
            assert time.monotonic() < ends
            time.sleep(0.02)
        command.kill()
    shop.world.admin.clear_faults()
    assert lines(shop, order)[sku] == count
    assert shop.events(order)[-1].name == "change_asked"
    held = typed(f"orders change {order.id} --set {sku}={count + 5} --reason 'less space'")
    assert (held.code, "being changed by somebody else" in held.said) == (6, True)
    shop.time_passes()
    shop.work(lambda: [matter.kind for matter in shop.matters()] == ["order_changed"])
    with shop.services.database.transaction() as session:
        session.execute(update(Order).values(lease_until=func.clock_timestamp()))
    again = typed(f"orders change {order.id} --set {sku}={count + 5} --reason 'less space'")
    assert (again.code, "the platform had it so already; changed here" in again.said) == (0, True)
    assert (lines(shop, order)[sku], shop.calls("update_products"), shop.matters()) == (count + 5, 1, [])
