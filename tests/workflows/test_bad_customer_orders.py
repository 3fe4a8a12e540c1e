"""What a retailer's Order service may tell of its customers' orders, and what one bad order must not do to the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from replenisher.cli.fulfilment_pages import print_fulfilment, print_fulfilments
from replenisher.database import fulfilments
from replenisher.database.fulfilment_models import Fulfilment
from replenisher.database.promises import promised
from replenisher.intake.products import read_catalog
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.workflows.fulfil.asking import UNANSWERED_IN_A_ROW
from replenisher.workflows.fulfil.look import Looked, look_for_fulfilments
from tests.gateways.stage import Conversation, Seen, Stage, json_reply, reply
from tests.workflows.shop import Shop
from tests.workflows.test_fulfilments import FULFILLING

OpenShop = Callable[..., Shop]


def guid(number: int) -> str:
    return str(UUID(int=0xABC0_0000_0000_0000_0000_0000_0000_0000 + number))


@dataclass
class Service:
    """An Order service that tells what a test wants: documents of pending orders, and the items of each."""

    stage: Stage
    shop: Shop
    orders: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, bytes] = field(default_factory=dict)
    gone: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, seen: Seen, conversation: Conversation) -> None:
        name = seen.path.rpartition("/")[2]
        if name == "Orders":
            here = [one for one in self.orders if str(one["EntityId"]) in seen.target]
            conversation.send(json_reply(here))
        elif name == "Items":
            conversation.send(self.items[seen.path.rpartition("Orders(")[2].partition(")")[0]])
        else:
            order = name.partition("(")[2].partition(")")[0]
            conversation.send(self.gone.get(order, reply(404)))

    @property
    def location(self) -> str:
        return self.shop.locations[0]

    def sku(self, place: int = 0) -> str:
        known = read_catalog(self.shop.world.folder / "products.csv")
        return sorted(sku for sku, entry in known.items() if not entry.discontinued)[place]

    def place(self, number: int, *items: object, location: str | None = None, **values: object) -> str:
        """A pending order; its items as they are told."""
        order = guid(number)
        self.orders.append(
            {
                "Id": order,
                "EntityId": int(location or self.location),
                "OrderTypeId": 1,
                "State": "Pending",
                "PrintableId": f"CO-{number}",
                "OrderExpiryDate": "2099-01-01T00:00:00",
                **values,
            }
        )
        self.items[order] = json_reply(list(items))
        return order

    def item(self, number: int, quantity: object = 1, *, kind: int = 1, **values: object) -> dict[str, object]:
        """A new item that names us as supplier."""
        return {
            "Id": guid(1_000_000 + number),
            "ItemTypeId": kind,
            "ItemStatusId": 1 if kind == 1 else 9,
            "SKU": self.sku(),
            "Quantity": quantity,
            "SupplierEntityId": int(self.shop.services.settings.vendor.id),
            **values,
        }

    def look(self) -> Looked:
        return look_for_fulfilments(self.shop.services, self.shop.company)

    def known(self) -> dict[str, Fulfilment]:
        with self.shop.services.database.transaction() as session:
            found = fulfilments.listed(session, limit=100_000)
        return {one.printable_id: one for one in found}

    def promised(self) -> dict[str, int]:
        with self.shop.services.database.transaction() as session:
            found = promised(session, self.shop.company, self.shop.locations, instead_of_report=True)
        return dict(zip(found.sku, found.units, strict=True))


@pytest.fixture
def open_service(open_shop: OpenShop) -> Iterator[Callable[..., Service]]:
    with Stage() as stage:

        def opened(*sandbox: str, **company: Any) -> Service:
            url = {"base_url": f"{stage.address}/order/v1/"}
            shop = open_shop(
                *sandbox, company={**FULFILLING, **company}, platforms={"retail": {"orders": url, "read_attempts": 1}}
            )
            service = Service(stage, shop)
            stage.plays[""] = service
            return service

        yield opened


@pytest.fixture
def service(open_service: Callable[..., Service]) -> Service:
    return open_service("--locations", "1")


BAD_ITEMS = {
    "half a unit": lambda item: json_reply([{**item, "Quantity": 0.5}]),
    "no id": lambda item: json_reply([{**item, "Id": None}]),
    "no list": lambda item: json_reply({"value": [item]}),
    "not there any more": lambda item: json_reply({"Message": "Order resource cannot be found"}, 404),
}


@pytest.mark.parametrize("bad", BAD_ITEMS)
def test_an_order_whose_items_cannot_be_read_stops_no_neighbour_and_is_told_by_its_number(
    service: Service, bad: str
) -> None:
    spoilt = service.place(1, service.item(1))
    service.place(2, service.item(2))
    service.items[spoilt] = BAD_ITEMS[bad](service.item(1))
    looked = service.look()
    assert set(service.known()) == {"CO-2"}
    (matter,) = service.shop.matters("customer_orders_not_read")
    assert "CO-1" in matter.message
    assert looked.errors
    service.items[spoilt] = json_reply([service.item(1)])
    assert service.look().errors == {}
    assert set(service.known()) == {"CO-1", "CO-2"}
    assert service.shop.matters("customer_orders_not_read") == []


def test_what_an_unreadable_order_had_promised_stays_promised(service: Service) -> None:
    order = service.place(1, service.item(1, 4, kind=2))
    service.place(2, service.item(2, 3, kind=2))
    service.look()
    assert service.promised() == {service.sku(): 7}
    service.items[order] = json_reply([{"Id": None}])
    service.orders.pop()
    service.look()
    assert service.promised() == {service.sku(): 4}
    service.orders.clear()
    service.look()
    assert service.promised() == {}


def test_an_item_that_is_told_twice_is_promised_once(service: Service) -> None:
    same = service.item(1, 2, kind=2)
    service.place(1, same, same)
    service.place(2, service.item(2, 1))
    assert service.look().errors == {}
    assert service.promised() == {service.sku(): 2}
    assert set(service.known()) == {"CO-2"}


def test_twelve_thousand_promised_items_of_a_location_are_stored(service: Service) -> None:
    service.place(1, *(service.item(number, 1, kind=2) for number in range(12_000)))
    service.place(2, service.item(20_000))
    assert service.look().promised_units == 12_000
    assert service.promised() == {service.sku(): 12_000}


def test_more_promised_than_any_order_may_hold_does_not_stop_the_planning_of_its_company(
    open_service: Callable[..., Service],
) -> None:
    service = open_service("--locations", "1", planning={"allocated": "orders"})
    service.place(1, service.item(1, LARGEST_QUANTITY, kind=2), service.item(2, LARGEST_QUANTITY, kind=2))
    service.look()
    run = service.shop.plan()
    assert set(service.shop.places(run).values()) == {"planned"}


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_an_order_that_never_expires_is_listed_and_shown(service: Service) -> None:
    service.place(1, service.item(1), OrderExpiryDate="9999-12-31T23:59:59.9999999")
    service.place(2, service.item(2), OrderExpiryDate="0001-01-01T00:00:00")
    assert service.look().errors == {}
    known = service.known()
    print_fulfilments(list(known.values()))
    for one in known.values():
        print_fulfilment(one, [], [])


def test_an_item_that_the_retailer_takes_off_its_order_is_withdrawn_and_packing_stops(service: Service) -> None:
    order = service.place(1, service.item(1), service.item(2, SKU=service.sku(1)))
    service.look()
    service.items[order] = json_reply([service.item(2, SKU=service.sku(1))])
    assert service.look().withdrawn == 1
    with service.shop.services.database.transaction() as session:
        states = {one.item_id: one.state for one in fulfilments.of_order(session, service.shop.company, order)}
    assert states == {guid(1_000_001): "withdrawn", guid(1_000_002): "new"}


def test_a_404_that_explains_nothing_does_not_withdraw_what_is_being_packed(service: Service) -> None:
    order = service.place(1, service.item(1))
    service.place(2, service.item(2))
    service.look()
    service.orders.pop(0)
    service.gone[order] = reply(404)
    assert service.look().withdrawn == 0
    assert service.known()["CO-1"].state == "new"
    service.gone[order] = json_reply({"Message": f"Order resource with id {order} cannot be found"}, 404)
    assert service.look().withdrawn == 1


def test_what_we_took_on_is_followed_at_a_location_that_is_looked_at_no_more(
    open_service: Callable[..., Service],
) -> None:
    service = open_service("--locations", "2")
    left = service.shop.locations[1]
    order = service.place(1, service.item(1), location=left)
    service.look()
    company = service.shop.services.settings.companies[0]
    company.__dict__["locations"] = [service.location]
    service.gone[order] = json_reply({**service.orders[0], "State": "Cancelled"})
    assert service.look().withdrawn == 1
    assert service.known()["CO-1"].state == "withdrawn"


def test_a_platform_that_does_not_answer_is_not_asked_for_the_items_of_every_order(service: Service) -> None:
    for number in range(1, 8):
        order = service.place(number, service.item(number, kind=2 if number == 1 else 1))
        service.items[order] = service.items[order] if number == 1 else reply(503)
    looked = service.look()
    assert "answered 503" in looked.errors[service.location]
    asked = [seen for seen in service.stage.requests if seen.path.endswith("/Items")]
    assert len(asked) == 1 + UNANSWERED_IN_A_ROW
    assert service.promised() == {}
