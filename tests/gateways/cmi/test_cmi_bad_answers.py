"""Bad answers of the CMI service: they refuse what they are about and nothing else, and nothing of them is kept."""

from __future__ import annotations

import inspect
from typing import Any

import httpx
import pytest

from replenisher.errors import (
    CredentialsError,
    GatewayError,
    ReportRefusedError,
    UnavailableError,
)
from replenisher.gateways.channel import Channel
from replenisher.gateways.cmi import Cmi
from replenisher.gateways.soap.service import SoapConnection
from replenisher.purchasing.platform import ReportWindow
from tests.gateways.cmi.conftest import BookInMemory, CmiPlatform, count_everything, placed, stores, window

REPORTS = ("GetProductSalesReport", "GetReceivingInfo")
BAD_ANSWERS = ("error_503", "html_200", "truncated_xml", "entity_bomb", "dtd", "cut_quantity", "unknown_fault")


def place_of(platform: CmiPlatform, store: str) -> int:
    """The LocationId by which faults name a store."""
    return next(int(one["id"]) for one in platform.admin.ids()["locations"] if str(one["store_id"]) == store)


def fault(platform: CmiPlatform, operation: str, kind: str, store: str | None = None, **values: Any) -> None:
    where = {} if store is None else {"location": place_of(platform, store)}
    platform.admin.add_faults({"operation": f"cmi.{operation}", "fault": kind, "count": None, **where, **values})


def on_the_way(platform: CmiPlatform, store: str) -> dict[str, int]:
    """Units by SKU that the ledger has on committed orders, the rest of partly received ones included."""
    return {sku: row["on_order"][0] + row["on_order"][2] for sku, row in platform.rows(store).items()}


def test_the_channel_fills_the_protocol_with_the_same_parameters() -> None:
    wanted = [name for name, _ in inspect.getmembers(Channel, inspect.isfunction) if not name.startswith("_")]
    assert len(wanted) == 22
    for name in wanted:
        promised, given = getattr(Channel, name), getattr(Cmi, name)
        assert list(inspect.signature(promised).parameters) == list(inspect.signature(given).parameters), name


@pytest.mark.parametrize("operation", REPORTS)
@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_a_bad_answer_for_one_location_refuses_that_location_and_writes_nothing_of_it(
    cmi: Cmi, platform: CmiPlatform, book: BookInMemory, operation: str, kind: str
) -> None:
    platform.admin.advance(1)
    count_everything(platform, book, cmi)
    first, ill, *others = stores(platform)
    fault(platform, operation, kind, ill)
    read = cmi.inventory(platform.company, [first, ill, *others], window(cmi))
    assert [isinstance(read[store], Exception) for store in (first, ill, *others)] == [False, True, False]
    error = read[ill]
    assert isinstance(error, GatewayError)
    for part in (ill, platform.company):
        assert part in str(error)
    assert "password" not in str(error)
    assert {store for _, store in book.papers} == {first, *others}
    platform.admin.clear_faults()
    assert not isinstance(cmi.inventory(platform.company, [ill], window(cmi))[ill], Exception)


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        ("missing_field", "GetProductSalesReport/Quantity"),
        ("mistyped_field", "GetProductSalesReport/Quantity"),
        ("mistyped_field", "GetProductSalesReport/SoldOn"),
        ("missing_field", "GetReceivingInfo/DateReceived"),
        ("mistyped_field", "GetReceivingInfo/DateReceived"),
        ("negative", "GetReceivingInfo/Quantity"),
    ],
)
def test_a_row_that_cannot_be_read_refuses_its_report_and_names_the_field(
    cmi: Cmi, platform: CmiPlatform, book: BookInMemory, damage: str, where: str
) -> None:
    order, _ = placed(platform, cmi)
    platform.admin.advance(3)
    count_everything(platform, book, cmi)
    operation, field = where.split("/")
    fault(platform, operation, damage, order.location, field=field)
    error = cmi.inventory(platform.company, [order.location], window(cmi))[order.location]
    assert isinstance(error, ReportRefusedError)
    assert field in str(error)
    assert book.windows == []


def test_a_receipt_that_comes_in_while_we_read_is_counted_on_both_sides_and_never_on_neither(
    platform: CmiPlatform, book: BookInMemory
) -> None:
    with platform.cmi(book) as first:
        count_everything(platform, book, first)
        order, _ = placed(platform, first)
    store = order.location
    coming = on_the_way(platform, store)
    assert sum(coming.values()) >= 9
    account = {"username": platform.ready["username"], "password": platform.ready["password"]}
    connection = SoapConnection(url=platform.ready["cmi_url"], **account, deadline_seconds=5.0)
    with Cmi(connection, platform.ready["vendor_guid"], [platform.company], book, GoodsArrive(platform)) as cmi:
        cmi.locations(platform.company)
        today = window(cmi)
        answer = cmi.inventory(platform.company, [store], ReportWindow(today.start, window(cmi, -30).start))[store]
    assert not isinstance(answer, Exception), answer
    frame = answer[0].set_index("sku")
    rows = platform.rows(store)
    assert frame["on_hand"].to_dict() == {sku: row["in_stock"] for sku, row in rows.items()}
    assert frame["on_order"].to_dict() == coming
    assert sum(on_the_way(platform, store).values()) < sum(coming.values()), "goods arrived between the two reads"


class GoodsArrive(httpx.HTTPTransport):
    """The real network; days pass at the platform as soon as the lists of open orders have been answered."""

    def __init__(self, platform: CmiPlatform) -> None:
        super().__init__()
        self._platform = platform
        self._lists = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = request.headers["SOAPAction"]
        if self._lists == 2 and "GetPurchaseOrdersByStatus" not in asked:
            self._lists = 0
            self._platform.admin.advance(3)
        self._lists += "GetPurchaseOrdersByStatus" in asked
        return super().handle_request(request)


def test_without_the_list_of_open_orders_no_location_has_a_stock(
    cmi: Cmi, platform: CmiPlatform, book: BookInMemory
) -> None:
    platform.admin.add_faults({"operation": "cmi.GetPurchaseOrdersByStatus", "fault": "error_503", "count": 9})
    read = cmi.inventory(platform.company, stores(platform), window(cmi))
    assert {type(one) for one in read.values()} == {UnavailableError}
    assert list(read) == stores(platform)
    assert book.windows == []


def test_a_report_that_is_damaged_is_not_written_into_the_book(
    cmi: Cmi, platform: CmiPlatform, book: BookInMemory
) -> None:
    platform.admin.add_faults({"operation": "cmi.GetReceivingInfo", "fault": "truncated_xml", "count": 9})
    store = stores(platform)[0]
    assert isinstance(cmi.inventory(platform.company, [store], window(cmi))[store], GatewayError)
    assert book.windows == []


def test_reports_that_cannot_be_asked_for_in_time_are_told(cmi: Cmi, platform: CmiPlatform) -> None:
    read = cmi.inventory(platform.company, stores(platform), window(cmi), within_seconds=-1)
    assert {type(one) for one in read.values()} == {UnavailableError}


def test_refused_credentials_are_told_for_every_location(platform: CmiPlatform, book: BookInMemory) -> None:
    with platform.cmi(book, password="wrong-password") as stranger:
        read = stranger.inventory(platform.company, stores(platform), window(stranger))
    assert {type(one) for one in read.values()} == {CredentialsError}
    assert "wrong-password" not in str(list(read.values()))
