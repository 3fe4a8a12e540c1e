"""What a planner is told of a quantity where no report tells the stock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from replenisher.embedded import EmbeddedServers
from replenisher.purchasing.stock import Standing
from replenisher.workflows.explain import Explanation, explain
from tests.workflows.counted_shop import CountedShop, opened_counted_shop

OpenCountedShop = Callable[..., CountedShop]


@pytest.fixture
def open_counted_shop(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[OpenCountedShop]:
    """Open a shop with settings of planning."""
    with ExitStack() as stack:

        def opened(**planning: Any) -> CountedShop:
            shop = opened_counted_shop(tmp_path, database_url, servers.broker_url, **planning)
            return stack.enter_context(shop)

        yield opened


def explained(shop: CountedShop, location: str, sku: str) -> tuple[Explanation, dict[str, str]]:
    found = explain(shop.services, location, sku, company_id=shop.company)
    return found, {step.label: step.text for step in found.steps}


def most_moved(shop: CountedShop, figure: str) -> tuple[str, Standing]:
    """The location and what its book says of the SKU of which this figure is the largest."""
    every = [(location, one) for location in shop.locations for one in shop.book(location).values()]
    return max(every, key=lambda found: int(getattr(found[1], figure)))


def test_a_derived_stock_is_explained_by_its_count_and_what_came_and_went_since(
    open_counted_shop: OpenCountedShop,
) -> None:
    shop = open_counted_shop()
    shop.count_shelves()
    shop.plan()
    shop.world.admin.advance(2)
    shop.plan()
    location, one = most_moved(shop, "sold")
    assert one.sold > 0
    assert one.counted_at is not None
    found, told = explained(shop, location, one.sku)
    moment = f"{one.counted_at:%Y-%m-%d %H:%M}"
    assert told["on hand"].endswith(
        f"derived: counted {one.counted} ({moment}) + received {one.received} - sold {one.sold} "
        f"+ returned {one.returned} since"
    )
    assert found.row["on_hand_source"] == "derived"
    assert found.row["counted_at"] == f"{one.counted_at:%Y-%m-%dT%H:%M}"
    assert found.row["on_hand_reported"] == one.on_hand


def test_a_stock_that_nobody_counted_is_explained_as_not_known(open_counted_shop: OpenCountedShop) -> None:
    shop = open_counted_shop()
    shop.plan()
    location = shop.locations[0]
    sku = sorted(shop.shelves(location))[0]
    found, told = explained(shop, location, sku)
    assert told["on hand"].endswith("not known: no count of it has been imported")
    assert (found.row["on_hand_source"], found.row["counted_at"], found.order_quantity) == ("not_counted", "", 0)


def test_what_is_owed_is_explained_by_what_was_sold_and_what_was_ordered_since(
    open_counted_shop: OpenCountedShop,
) -> None:
    shop = open_counted_shop(policy="sell_through")
    shop.plan()
    shop.world.admin.advance(2)
    second = shop.plan()
    shop.work_until_states("confirmed", run=second)
    ordered = shop.lines(shop.orders(second)[0])[0]
    location = shop.orders(second)[0].location
    sold = shop.book(location)[ordered.sku].sold_since_opening
    _, told = explained(shop, location, ordered.sku)
    assert told["sold, not reordered"].startswith(f"sold {sold} - ordered 0 since the book was opened: {sold} owed")
    shop.plan()
    found, told = explained(shop, location, ordered.sku)
    assert told["sold, not reordered"].startswith(f"sold {sold} - ordered {ordered.quantity} since the book was opened")
    assert (found.row["sold_since_opening"], found.row["ordered_since_opening"]) == (sold, ordered.quantity)
    assert found.order_quantity == 0
