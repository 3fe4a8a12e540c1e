"""Reports that cannot be trusted: their locations get an exception and no order, the others go on.

One run over as many locations as there are damages, each with a damage of its own, and one location without any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from replenisher.embedded import EmbeddedServers
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop, fresh_database, opened_shop


@dataclass(frozen=True)
class Damage:
    """What is wrong with a location's inventory report, and what its exception must say beside location and report."""

    fault: str
    says: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "-".join([self.fault, *(str(value) for value in self.values.values())])


STOCK = ("field QuantityInStock", "SKU 00123")
AT = {"sku": "00123"}
REFUSED = (
    Damage("empty", ("the report is empty", "guards.accept_empty")),
    Damage(
        "halved",
        (
            "6 rows, where the last good report had 12",
            "guards.minimum_rows_share",
            "`replenisher guards accept --company",
        ),
    ),
    Damage("conflicting_rows", ("two rows that differ", "field VendorSku", "SKU 00123"), AT),
    Damage("nan", (*STOCK, "nan is not a number"), AT),
    Damage("null", STOCK, AT),
    Damage("huge", STOCK, AT),
    Damage("missing_field", (*STOCK, "is missing"), AT),
    Damage("missing_field", ("field MinimumLevel", "SKU NA"), {"sku": "NA", "field": "MinimumLevel"}),
    Damage("mistyped_field", STOCK, AT),
    Damage(
        "mistyped_field", ("field QuantityOnOrder", "SKU =AV100778"), {"field": "QuantityOnOrder", "sku": "=AV100778"}
    ),
    Damage("negative", ("field MaximumLevel", "SKU 00123"), {"field": "MaximumLevel", **AT}),
    Damage("negative", ("field QuantityOnOrder", "SKU 00123"), {"field": "QuantityOnOrder", **AT}),
    Damage("wrong_location", ("field LocationId",), AT),
    Damage("html_200", ("a page instead of data",)),
    Damage("truncated_json", ("not complete JSON",), {"content_length": False}),
    Damage("gzip_bomb", ("unpacks to more than",), {"megabytes": 2}),
)
ACCEPTED = (Damage("extra_fields"), Damage("duplicated_rows", values={"rows": 12}), Damage("negative", values=AT))
EVERY = (*REFUSED, *ACCEPTED)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, template: str, servers: EmbeddedServers) -> Iterator[Shop]:
    """A shop whose first run saw good reports, and whose second one, for shelves just emptied, saw damaged ones."""
    folder = tmp_path_factory.mktemp("bad_reports")
    many = ("--locations", str(len(EVERY) + 1), "--retailer-orders", "0")
    changes: dict[str, Any] = {
        "platforms": {"retail": {"maximum_response_megabytes": 1}},
        "work": {"batch_locations": 25},
    }
    with (
        fresh_database(template) as database_url,
        opened_shop(folder, database_url, servers.broker_url, *many, **changes) as opened,
    ):
        first = opened.plan()
        opened.work_until_states("confirmed", run=first)
        for location in opened.locations:
            opened.world.admin.set_stock(int(location), "00123", in_stock=0, minimum=50, maximum=90, do_not_order=False)
        for damage, location in zip(EVERY, opened.locations, strict=False):
            opened.fault("inventory_report", damage.fault, location, count=None, **damage.values)
        second = opened.plan()
        opened.work_until_states("confirmed", run=second)
        yield opened


def last_run(shop: Shop) -> int:
    return max(order.run_id for order in shop.orders())


@pytest.mark.parametrize("damage", REFUSED, ids=lambda damage: damage.name)
def test_a_location_with_a_damaged_report_gets_an_exception_and_no_order(shop: Shop, damage: Damage) -> None:
    location = shop.locations[EVERY.index(damage)]
    assert shop.places(last_run(shop))[location] == "refused"
    matter = shop.matter("location_refused", location)
    assert matter.message.startswith(f"location {location}, inventory report")
    assert matter.report == "inventory"
    for words in damage.says:
        assert words in matter.message
    assert [order for order in shop.orders(last_run(shop)) if order.location == location] == []


@pytest.mark.parametrize("damage", ACCEPTED, ids=lambda damage: damage.name)
def test_a_location_with_an_odd_but_harmless_report_is_planned(shop: Shop, damage: Damage) -> None:
    location = shop.locations[EVERY.index(damage)]
    assert shop.places(last_run(shop))[location] == "planned"
    (line,) = [line for line in shop.lines(shop.order(location, last_run(shop))) if line.sku == "00123"]
    assert line.quantity >= 40
    assert [matter for matter in shop.matters("location_refused") if matter.location == location] == []


def test_the_neighbours_of_damaged_locations_go_on(shop: Shop) -> None:
    ordered = {order.location for order in shop.orders(last_run(shop))}
    assert ordered == set(shop.locations[len(REFUSED) :])
    shop.check_nothing_doubled()


def test_less_than_nothing_on_hand_is_planned_as_nothing_and_shown(shop: Shop) -> None:
    location = shop.locations[EVERY.index(ACCEPTED[2])]
    assert "00123" in shop.matter("negative_on_hand", location).message
    beside = shop.locations[-1]
    quantities = [
        next(line.quantity for line in shop.lines(shop.order(place, last_run(shop))) if line.sku == "00123")
        for place in (location, beside)
    ]
    assert quantities[0] <= 95 >= quantities[1]


def test_when_the_report_is_good_again_the_exception_is_closed_and_the_location_planned(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2")
    here = shop.locations[0]
    shop.fault("inventory_report", "nan", here)
    first = shop.plan()
    assert {order.location for order in shop.orders(first)} == {shop.locations[1]}
    assert shop.matter("location_refused", here).run_id == first
    second = shop.plan()
    assert {order.location for order in shop.orders(second)} == {here}
    assert shop.matters("location_refused") == []


def test_a_location_that_vanishes_from_the_retailers_list_is_told_and_not_ordered_for(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2")
    shop.plan()
    shop.work_until_states("confirmed")
    gone = shop.locations[0]
    shop.world.admin.call("POST", "access", {"company": int(shop.company), "location": int(gone), "enabled": False})
    second = shop.plan()
    assert list(shop.places(second)) == shop.locations[1:]
    assert "nothing is ordered there" in shop.matter("location_gone", gone).message


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("sku,case_pack\n00123,six\n", ("products.csv:2", "case_pack", "six")),
        ("sku,case_pack\n00123,2\n00123,3\n", ("products.csv:3", "00123")),
        ('sku,case_pack\n"00123,2\n', ("products.csv:2",)),
    ],
)
def test_a_malformed_planners_file_fails_the_run_with_file_and_line(
    shop_of_files: Shop, content: str, says: tuple[str, ...]
) -> None:
    shop = shop_of_files
    (shop.world.folder / "products.csv").write_text(content)
    run = shop.plan()
    assert shop.run(run).state == "failed"
    (matter,) = shop.matters("planner_file")
    for words in says:
        assert words in matter.message
    assert shop.orders(run) == []


@pytest.fixture(scope="module")
def shop_of_files(tmp_path_factory: pytest.TempPathFactory, template: str, servers: EmbeddedServers) -> Iterator[Shop]:
    """A shop whose planners change their products file."""
    folder = tmp_path_factory.mktemp("planners_files")
    with (
        fresh_database(template) as database_url,
        opened_shop(folder, database_url, servers.broker_url, "--locations", "1") as opened,
    ):
        yield opened
