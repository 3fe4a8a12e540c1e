"""`fulfilments` as a person types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Typed
from tests.workflows.conftest import open_shop
from tests.workflows.shop import Shop
from tests.workflows.test_fulfilments import FULFILLING, Counter, row
from tests.world import World

__all__ = ["open_shop"]

OpenCounter = Callable[..., Counter]
BY_HAND: dict[str, Any] = {"fulfilments": {"enabled": True, "automatic": False}}
REASONED = ["accept", "refuse", "retry", "drop"]


@pytest.fixture
def open_counter(
    open_shop: Callable[..., Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Typed
) -> OpenCounter:
    """Open a counter of one location and make its configuration the one that typed commands take."""

    def opened(company: dict[str, Any] = FULFILLING) -> Counter:
        shop = open_shop("--locations", "1", company=company)
        monkeypatch.setenv("REPLENISHER_CONFIG", str(shop.world.folder / "replenisher.yaml"))
        return Counter(shop, tmp_path)

    return opened


@pytest.fixture
def counter(open_counter: OpenCounter) -> Counter:
    return open_counter()


def bad_parcel(counter: Counter) -> dict[str, Any]:
    """An order whose parcel the platform did not take."""
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    counter.ship(row(order, sku, 1, "no"))
    counter.until_updates(order, "sent", "refused")
    return order


def test_orders_are_looked_for_listed_and_shown_from_first_to_last(counter: Counter, typed: Typed) -> None:
    sku, other = counter.skus()[:2]
    order = counter.order((sku, 2, "DropShip"), (other, 3, "InStock"))
    looked = typed("fulfilments look")
    assert looked.code == 0
    told = f"company {counter.shop.company}: 1 pending orders at 1 locations; 1 new fulfilments, 0 withdrawn"
    assert f"{told}, 3 units promised" in looked.out
    again = typed(f"fulfilments look --company {counter.shop.company} --json")
    assert again.data[counter.shop.company] | {"errors": {}} == {
        "locations": 1, "orders": 1, "new": 0, "withdrawn": 0, "promised_units": 3, "errors": {}
    }  # fmt: skip
    one = counter.only(order)
    assert "customers' items 1 new" in typed("status").said
    listed = typed("fulfilments list")
    assert (listed.code, listed.err) == (0, "")
    assert all(text in listed.out for text in (one.number, order["PrintableId"], sku, "new"))
    counter.until(order, "ordered")
    counter.ship(row(order, sku, 2, "1Z-100001"))
    counter.until(order, "shipped")
    shown = typed(f"fulfilments show {one.number}")
    assert shown.code == 0
    for text in (f"Fulfilment {one.number}: shipped", order["PrintableId"], "1Z-100001", "Parcel Post", "accepted"):
        assert text in shown.out
    (data,) = typed(f"fulfilments show {order['PrintableId']} --json").data
    assert (data["number"], data["state"], data["quantity"], data["shipped"]) == (one.number, "shipped", 2, 2)
    assert [(update["item_state"], update["state"]) for update in data["updates"]] == [
        ("ordered", "sent"),
        ("shipped", "sent"),
    ]
    assert [event["name"] for event in data["events"]].count("accepted") == 2


def test_a_fulfilment_is_known_by_our_number_and_id_and_by_the_customers_order(counter: Counter, typed: Typed) -> None:
    first, second = counter.skus()[:2]
    order = counter.order((first, 1, "DropShip"), (second, 1, "DropShip"))
    typed("fulfilments look")
    one, other = counter.fulfilments(order)
    for name in (one.number, one.number.lower(), str(one.id)):
        assert [found["number"] for found in typed(f"fulfilments show {name} --json").data] == [one.number]
    for name in (order["PrintableId"], order["Id"].upper()):
        both = typed(f"fulfilments show {name}")
        assert (both.code, one.number in both.out, other.number in both.out) == (0, True, True)


def test_a_list_is_narrowed_by_state_place_and_number(counter: Counter, typed: Typed) -> None:
    sku = counter.skus()[0]
    good, bad = counter.order((sku, 1, "DropShip")), counter.order(("NOT-OURS", 1, "DropShip"))
    typed("fulfilments look")
    counter.until(good, "ordered")
    counter.until(bad, "error")
    ours, theirs = counter.only(good).number, counter.only(bad).number

    def numbers(options: str) -> set[str]:
        ended = typed(f"fulfilments list {options} --json")
        assert ended.code == 0
        return {one["number"] for one in ended.data}

    assert numbers("") == {ours, theirs}
    assert numbers("--open") == numbers("--state ordered") == {ours}
    assert numbers("--state error") == {theirs}
    assert numbers("--state error --state ordered") == {ours, theirs}
    assert numbers("--state error --open") == {theirs}  # a state that is named counts
    assert numbers("--state shipped") == set()
    assert numbers(f"--company {counter.shop.company} --location {counter.location}") == {ours, theirs}
    assert numbers("--location 1") == set()
    assert typed("fulfilments list --state shipped").out.strip() == "no fulfilments"
    assert "SKU NOT-OURS is not one of the vendor's products" in typed("fulfilments list --state error").said
    newest = typed("fulfilments list --limit 1")
    assert (newest.code, theirs in newest.out, ours in newest.out) == (0, True, False)
    assert "only the newest 1 are shown; see more with --limit" in newest.err


def test_an_order_is_asked_for_at_the_platform_by_its_number(counter: Counter, typed: Typed) -> None:
    sku, other = counter.skus()[:2]
    order = counter.order((sku, 2, "DropShip"), (other, 1, "InStock"))
    found = typed(f"fulfilments find {order['PrintableId']}")
    assert found.code == 0
    for text in (f"Customer order {order['PrintableId']}: Pending", order["Id"], sku, "drop ship", "in stock"):
        assert text in found.out
    ours = counter.shop.company
    (data,) = typed(f"fulfilments find {order['PrintableId']} --company {ours} --json").data
    assert (data["order_id"], data["state"], data["kind"]) == (order["Id"], "pending", "sales")
    assert [(item["sku"], item["quantity"], item["kind"]) for item in data["items"]] == [
        (sku, 2, "drop_ship"),
        (other, 1, "in_stock"),
    ]
    none = typed("fulfilments find NOWHERE")
    assert (none.code, none.out) == (6, "")
    assert f"the platform knows no customer order 'NOWHERE' at {ours}" in none.said
    assert counter.fulfilments(order) == []  # to ask is not to take on


def test_a_person_answers_for_the_vendor_and_the_reason_is_kept(
    open_counter: OpenCounter, typed: Typed, me: str
) -> None:
    counter = open_counter(BY_HAND)
    first, second = counter.skus()[:2]
    order = counter.order((first, 1, "DropShip"), (second, 1, "DropShip"))
    typed("fulfilments look")
    one, other = counter.fulfilments(order)
    accepted = typed(f"fulfilments accept {one.number} --reason 'in stock'")
    assert (accepted.code, accepted.out.strip()) == (0, f"{one.number}: 1 set to Ordered")
    refused = typed(f"fulfilments refuse {other.id} --reason 'sold out'")
    assert (refused.code, refused.out.strip()) == (0, f"{other.id}: 1 set to NotAvailable")
    counter.until(order, "ordered", "not_available")
    states = {item["SKU"]: (item["ItemStatus"], item["Notes"]) for item in counter.there(order)["Items"]}
    assert states == {first: ("Ordered", None), second: ("NotAvailable", "sold out")}
    (data,) = typed(f"fulfilments show {other.number} --json").data
    assert (data["updates"][0]["source"], data["updates"][0]["reason"]) == (me, "sold out")
    assert data["events"][0]["actor"] == me


def test_a_whole_order_is_answered_by_its_number_and_one_failure_stops_no_other(
    open_counter: OpenCounter, typed: Typed
) -> None:
    counter = open_counter(BY_HAND)
    first, second = counter.skus()[:2]
    order = counter.order((first, 1, "DropShip"), (second, 1, "DropShip"))
    typed("fulfilments look")
    number = order["PrintableId"]
    some = typed(f"fulfilments accept NOWHERE {number} --reason 'in stock'")
    assert (some.code, some.out.strip()) == (6, f"{number}: 2 set to Ordered")
    assert "NOWHERE: not set to Ordered: no fulfilment or customer order is known as 'NOWHERE'" in some.err
    assert "see `replenisher fulfilments list`" in some.said
    counter.until(order, "ordered")
    again = typed(f"fulfilments accept {number} --reason 'again'")
    assert (again.code, again.out) == (6, "")
    assert f"{number} is ordered; only one of these is set to ordered: new, error, not_available" in again.said
    assert {item["ItemStatus"] for item in counter.there(order)["Items"]} == {"Ordered"}


def test_a_refused_parcel_is_sent_again_or_dropped_by_a_person(counter: Counter, typed: Typed, me: str) -> None:
    order = bad_parcel(counter)
    number = counter.only(order).number
    assert "no was refused" in typed("exceptions list").said
    retried = typed(f"fulfilments retry {number} --reason 'they say that it works now'")
    assert (retried.code, retried.out.strip()) == (0, f"{number}: 1 sent again")
    counter.until_updates(order, "sent", "refused")
    assert counter.updates(order)[-1].attempts == 2
    dropped = typed(f"fulfilments drop {order['PrintableId']} --reason 'a slip of the pen'")
    assert (dropped.code, dropped.out.strip()) == (0, f"{order['PrintableId']}: 1 dropped")
    (data,) = typed(f"fulfilments show {number} --json").data
    last = data["events"][-1]
    assert (last["name"], last["actor"], last["evidence"]) == ("dropped", me, {"reason": "a slip of the pen"})
    assert (data["updates"][-1]["state"], data["shipped"]) == ("cancelled", 0)
    for command in ("retry", "drop"):
        none = typed(f"fulfilments {command} {number} --reason 'again'")
        assert none.code == 6
        assert f"{number} has no update that is refused, needs_person" in none.said
    assert counter.shop.matters("fulfilment_refused") == []


@pytest.mark.parametrize("command", REASONED)
def test_without_a_reason_or_a_name_nothing_is_done(command: str, typed: Typed, dark_world: World) -> None:
    dark_world.settings()
    for line in (f"{command} F1", f"{command} F1 --reason ''", f"{command} F1 --reason ' '", f"{command} --reason 'x'"):
        ended = typed(f"fulfilments {line}")
        assert (ended.code, ended.out) == (2, "")
    assert "should not be empty" in typed(f"fulfilments {command} F1 --reason ' '").err
    ended = typed(f"fulfilments {command} F1 --reason 'x' --config {dark_world.folder / 'replenisher.yaml'}")
    assert (ended.code, "F1" in ended.err) == (6, True)


def test_what_does_not_exist_is_said_with_what_to_do(counter: Counter, typed: Typed) -> None:
    unknown = typed("fulfilments show F0NOWHERE")
    assert (unknown.code, unknown.out) == (6, "")
    assert "see `replenisher fulfilments list`, or ask the platform with `replenisher fulfilments find`" in unknown.said
    lost = typed("fulfilments list --state lost")
    assert lost.code == 2
    assert "'lost' is no state; the states are new, ordered, part_shipped" in " ".join(
        lost.err.replace("│", "").split()
    )
    assert typed("fulfilments list --limit 0").code == 2
    for command in ("list", "look", "find 1"):
        nobody = typed(f"fulfilments {command} --company nobody")
        assert (nobody.code, nobody.out) == (6, "")
        assert "no company nobody in the configuration" in nobody.said
    assert typed("fulfilments show").code == 2
    assert typed("fulfilments find").code == 2
    assert typed("fulfilments vanish").code == 2


def test_a_company_that_does_not_fulfil_is_not_looked_at(open_counter: OpenCounter, typed: Typed) -> None:
    counter = open_counter({})
    counter.order((counter.skus()[0], 1, "DropShip"))
    for options, words in (("", "any company"), (f"--company {counter.shop.company}", counter.shop.company)):
        ended = typed(f"fulfilments look {options}")
        assert (ended.code, ended.out) == (3, "")
        assert f"fulfilments.enabled is not set for {words}" in ended.said


def test_a_location_that_is_not_answered_is_told_and_the_rest_is_done(counter: Counter, typed: Typed) -> None:
    counter.order((counter.skus()[0], 1, "DropShip"))
    counter.shop.world.admin.add_faults({"operation": "orders.items", "fault": "error_503", "count": 10})
    ended = typed("fulfilments look")
    assert (ended.code, "0 new fulfilments" in ended.out) == (7, True)
    assert f"location {counter.location}: order " in ended.err
    assert ": items of order" in ended.err
    data = typed("fulfilments look --json")
    assert (data.code, list(data.data[counter.shop.company]["errors"])) == (7, [counter.location])
    counter.shop.world.admin.clear_faults()
    assert typed("fulfilments look").code == 0


def test_a_platform_that_does_not_answer_is_the_platforms_fault(typed: Typed, counter: Counter) -> None:
    counter.shop.world.admin.add_faults({"operation": "orders.list", "fault": "error_503", "count": 10})
    ended = typed("fulfilments find 1")
    assert (ended.code, ended.out) == (5, "")
    assert "orders by number" in ended.said


def test_a_platform_without_the_service_cannot_be_asked(typed: Typed, dark_world: World) -> None:
    path = dark_world.folder / "replenisher.yaml"
    dark_world.settings()
    asked = typed(f"fulfilments find 1 --config {path}")
    assert (asked.code, asked.out) == (3, "")
    assert "no such company is on a platform that names an orders service" in asked.said
    assert typed(f"fulfilments list --config {path}").out.strip() == "no fulfilments"


def test_without_a_configuration_every_command_says_how_to_make_one(typed: Typed) -> None:
    lines = ["list", "show 1", "find 1", "look", *(f"{command} 1 --reason x" for command in REASONED)]
    for line in lines:
        ended = typed(f"fulfilments {line}")
        assert (ended.code, ended.out) == (3, "")
        assert "Copy config.example.yaml" in ended.said


def test_help_names_every_command(typed: Typed) -> None:
    helped = typed("fulfilments --help")
    assert helped.code == 0
    for command in ("list", "show", "find", "look", *REASONED):
        assert command in helped.out
        assert typed(f"fulfilments {command} --help").code == 0
