"""Every way in which the creation of an order can go wrong: where the order ends, and what the platform has of it.

One run over as many locations as there are faults, each with a fault of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import update

from replenisher.database.models import Order
from replenisher.embedded import EmbeddedServers
from replenisher.workflows.submit import request_of
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop, fresh_database, opened_shop
from tests.world import HASTY_CALLS


@dataclass(frozen=True)
class Case:
    """A fault of the create, the state in which the order ends, and what became of the request."""

    fault: str
    ends: str
    accepted: int
    sent: int = 1
    by_way_of: str = "unknown"
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "-".join([self.fault, *(f"{key}_{value}" for key, value in self.values.items() if key != "headers")])


SOON = {"headers": {"X-RateLimit-ResetSeconds": "1"}}
CASES = (
    Case("accepted_then_reset", "confirmed", 1),
    Case("accepted_then_timeout", "confirmed", 1, values={"seconds": 60}),
    Case("reset_before", "needs_person", 0),
    Case("error_500_before", "needs_person", 0),
    Case("error_500_after", "confirmed", 1),
    Case("error_503", "needs_person", 0),
    Case("throttled_429", "confirmed", 1, sent=2, by_way_of="approved", values=SOON),
    Case("html_202", "confirmed", 1),
    Case("html_200", "needs_person", 0),
    Case("not_found_html", "needs_person", 0),
    Case("truncated_json", "confirmed", 1, values={"content_length": True}),
    Case("truncated_json", "confirmed", 1, values={"content_length": False}),
    Case("late_acceptance", "confirmed", 1, values={"seconds": 0.5}),
    Case("late_acceptance", "confirmed", 1, by_way_of="needs_person", values={"seconds": 2.5}),
    Case("accepted_never_created", "needs_person", 1, by_way_of="accepted"),
    Case("expired_token", "confirmed", 1, sent=2, by_way_of="approved"),
    Case("drip_headers", "confirmed", 1),
    Case("drip_body", "confirmed", 1),
    Case("gzip_bomb", "needs_person", 0, values={"megabytes": 2}),
    Case("huge_body", "confirmed", 1, values={"megabytes": 2}),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, template: str, servers: EmbeddedServers) -> Iterator[Shop]:
    """A shop whose every order met its fault and has come to rest."""
    folder = tmp_path_factory.mktemp("create_faults")
    many = ("--locations", str(len(CASES)))
    small: dict[str, Any] = {
        "platforms": {"retail": {**HASTY_CALLS, "maximum_response_megabytes": 1}},
        "work": {"batch_locations": 25},
        "times": {"poll_limit": 1.0, "look_ups": [0.2, 0.6], "settle_window": 1.2},
    }
    with (
        fresh_database(template) as database_url,
        opened_shop(folder, database_url, servers.broker_url, *many, **small) as opened,
    ):
        for case, location in zip(CASES, opened.locations, strict=True):
            opened.fault("create_purchase_order", case.fault, location, **case.values)
        opened.plan()
        wanted = {location: case.ends for case, location in zip(CASES, opened.locations, strict=True)}
        opened.work(lambda: {order.location: order.state for order in opened.orders()} == wanted)
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_order_whose_creation_went_wrong_ends_where_the_protocol_says(shop: Shop, case: Case) -> None:
    order = shop.order(shop.locations[CASES.index(case)])
    assert order.state == case.ends
    assert case.by_way_of in shop.moves(order)
    assert shop.attempts(order) == case.sent
    assert len(shop.accepted(order)) == case.accepted
    raised = [matter.kind for matter in shop.matters() if matter.order_id == order.id]
    assert raised == (["order_needs_person"] if case.ends == "needs_person" else [])


def test_an_order_that_may_have_arrived_is_never_sent_again(shop: Shop) -> None:
    for order in shop.orders():
        moves = shop.moves(order)
        if "unknown" in moves:
            assert "submitting" not in moves[moves.index("unknown") :]
    shop.check_nothing_doubled()


def test_every_attempt_is_written_down_with_what_the_platform_answered(shop: Shop) -> None:
    order = shop.order(shop.locations[[case.fault for case in CASES].index("html_202")])
    (ambiguous,) = [event for event in shop.events(order) if event.name == "ambiguous"]
    assert ambiguous.evidence["status"] == "202"
    assert "<html" in ambiguous.evidence["answer"].casefold()


@pytest.mark.parametrize("switch", ["refuse", "vanish"])
def test_a_reference_that_the_platform_knows_already_is_looked_up_not_refused(open_shop: OpenShop, switch: str) -> None:
    shop = open_shop("--duplicate-invoice", switch)
    run = shop.plan(shop.locations[:1])
    (order,) = shop.orders(run)
    with shop.services.database.transaction() as session:
        earlier_try = request_of(session, order)
    shop.services.channel(shop.services.settings.companies[0]).create(earlier_try)
    (order,) = shop.work_until_states("confirmed", run=run)
    real = [entry for entry in shop.accepted(order) if entry["materialised"]]
    assert [entry["purchase_order_id"] for entry in real] == [order.platform_order_id]


def test_an_order_that_the_platform_refuses_is_refused_with_its_words(open_shop: OpenShop) -> None:
    shop = open_shop()
    run = shop.plan(shop.locations[:1])
    with shop.services.database.transaction() as session:
        # Stands for any rule of the platform that our checks do not know of.
        session.execute(update(Order).where(Order.run_id == run).values(shipping_method="x" * 31))
    (order,) = shop.work_until_states("refused", run=run)
    assert (
        "'ShippingMethod' should be a text of at most 30 characters"
        in shop.matter("order_refused", order.location).message
    )
    assert shop.accepted(order) == []
    assert shop.in_flight(order.location) == 0
