"""The CMI channel against the sandbox's SOAP service, over real sockets: derived stock agrees with the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pandas as pd
import pytest

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    ExistsError,
    GatewayError,
    RefusedError,
)
from replenisher.gateways.channel import Channel
from replenisher.gateways.cmi import Cmi
from replenisher.gateways.soap.order_bodies import our_order_id
from replenisher.planning.frames import INVENTORY, check
from replenisher.purchasing.platform import (
    NoticeLine,
    NoticeRequest,
    PlatformStatus,
)
from tests.gateways.cmi.conftest import BookInMemory, CmiPlatform, an_order, count_everything, placed, stores, window


def stock_of(cmi: Cmi, platform: CmiPlatform, store: str, days: int = 30) -> pd.DataFrame:
    read = cmi.inventory(platform.company, [store], window(cmi, days))[store]
    assert not isinstance(read, Exception), read
    return check(read[0], INVENTORY).set_index("sku")


def as_channel(cmi: Cmi) -> Channel:
    return cmi


def test_the_channel_fills_the_contract_and_says_what_it_can_do(cmi: Cmi) -> None:
    channel = as_channel(cmi)
    assert (channel.takes_notices, channel.lists_notices, channel.sets_levels) == (True, False, False)


def test_the_company_that_answers_is_enabled_and_one_that_is_switched_off_is_not_listed(
    platform: CmiPlatform, book: BookInMemory
) -> None:
    first, second = platform.ready["companies"]
    with platform.cmi(book, [first["guid"], second["guid"]]) as cmi:
        platform.admin.call("POST", "access", {"company": second["id"], "enabled": False})
        try:
            assert [(one.company.id, one.standing) for one in cmi.relationships()] == [(first["guid"], "enabled")]
        finally:
            platform.admin.call("POST", "access", {"company": second["id"], "enabled": True})
        assert [one.id for one in cmi.companies()] == [first["guid"], second["guid"]]


def test_locations_are_the_stores_of_the_company(cmi: Cmi, platform: CmiPlatform) -> None:
    assert [one.id for one in cmi.locations(platform.company)] == stores(platform)


def test_stock_that_nobody_counted_is_not_known_and_never_zero_by_itself(cmi: Cmi, platform: CmiPlatform) -> None:
    frame = stock_of(cmi, platform, stores(platform)[0])
    assert len(frame) > 0
    assert set(frame["on_hand_source"]) == {"not_counted"}


@pytest.mark.parametrize("personality", ["wsdl", "docs"])
def test_derived_stock_equals_the_ledger_after_days_of_sales_returns_and_receipts(
    cmi: Cmi, platform: CmiPlatform, book: BookInMemory, personality: str
) -> None:
    platform.admin.switch(soap_personality=personality)
    count_everything(platform, book, cmi)
    order, _ = placed(platform, cmi)
    kinds, backordered = set(), 0
    for days in (1, 1, 1, 3):
        platform.admin.advance(days)
        # Read twice, and each time far back: what is read again must count once.
        answers = [cmi.inventory(platform.company, stores(platform), window(cmi)) for _ in range(2)][-1]
        for store, answer in answers.items():
            assert not isinstance(answer, Exception), answer
            frame, stamp = answer
            assert set(frame["on_hand_source"]) == {"derived"}
            assert stamp.requested_at <= stamp.answered_at
            rows = platform.rows(store)
            ledger = {sku: row["in_stock"] for sku, row in rows.items()}
            assert dict(zip(frame["sku"], frame["on_hand"], strict=True)) == ledger
            # The rest of a partly received order is on its way like the whole of another.
            coming = {sku: row["on_order"][0] + row["on_order"][2] for sku, row in rows.items()}
            assert dict(zip(frame["sku"], frame["on_order"], strict=True)) == coming
            backordered += sum(row["on_order"][2] for row in rows.values())
    for papers in book.papers.values():
        kinds |= {line.kind.value for lines in papers.values() for line in lines.values() if line.moved_at}
    assert kinds == {"sale", "return", "receipt"}
    assert backordered > 0
    received = book.moved(platform.company, order.location)
    assert received.keys() >= {line.sku for line in order.lines}


def test_what_is_on_its_way_is_read_from_the_open_orders_until_it_is_received(
    cmi: Cmi, platform: CmiPlatform, book: BookInMemory
) -> None:
    count_everything(platform, book, cmi)
    store = stores(platform)[0]
    before = stock_of(cmi, platform, store)
    order, _ = placed(platform, cmi)
    wish, _ = placed(platform, cmi, committed=False)
    after = stock_of(cmi, platform, store)
    skus = [line.sku for line in order.lines]
    assert [line.sku for line in wish.lines] == skus
    assert (after["on_order"] - before["on_order"]).loc[skus].tolist() == [3, 3, 3]
    assert (after["on_uncommitted_order"] - before["on_uncommitted_order"]).loc[skus].tolist() == [3, 3, 3]
    platform.admin.advance(20)
    assert stock_of(cmi, platform, store).loc[skus, "on_order"].tolist() == [0, 0, 0]


def test_open_orders_are_asked_for_once_for_all_locations(cmi: Cmi, platform: CmiPlatform) -> None:
    def asked() -> dict[str, int]:
        calls: dict[str, int] = platform.admin.audit()["operation_calls"]
        return {name: calls.get(f"cmi.{name}", 0) for name in ("GetPurchaseOrdersByStatus", "GetReceivingInfo")}

    cmi.locations(platform.company)
    before = asked()
    cmi.inventory(platform.company, stores(platform), window(cmi))
    after = asked()
    made = {name: after[name] - before[name] for name in after}
    assert made == {"GetPurchaseOrdersByStatus": 2, "GetReceivingInfo": len(stores(platform))}


def test_one_location_that_does_not_exist_never_stops_its_neighbours(cmi: Cmi, platform: CmiPlatform) -> None:
    wanted = [*stores(platform)[:2], "999", "36; DROP"]
    read = cmi.inventory(platform.company, wanted, window(cmi))
    assert [isinstance(read[store], GatewayError) for store in wanted] == [False, False, True, True]


def test_reports_that_this_interface_does_not_have_are_refused(cmi: Cmi, platform: CmiPlatform) -> None:
    store, days = stores(platform)[0], window(cmi)
    for refused in (
        lambda: cmi.transfers(platform.company, store, days),
        lambda: cmi.adjustments(platform.company, store, days),
        lambda: cmi.notices(platform.company, str(uuid.uuid4())),
    ):
        with pytest.raises(RefusedError, match="nothing was sent"):
            refused()


@pytest.mark.parametrize(("committed", "status"), [(True, PlatformStatus.COMMITTED), (False, PlatformStatus.PENDING)])
def test_a_created_order_exists_under_our_id_and_is_read_back_by_both_names(
    cmi: Cmi, platform: CmiPlatform, committed: bool, status: PlatformStatus
) -> None:
    order, accepted = placed(platform, cmi, committed=committed)
    order_id = accepted.platform_order_id
    assert order_id == our_order_id(platform.company, order.vendor_invoice_number)
    assert accepted.echo is not None
    assert [(line.sku, line.quantity_ordered) for line in accepted.echo.lines] == [
        (line.sku, line.quantity) for line in order.lines
    ]
    assert cmi.creation_status(platform.company, order.location, order_id) is status
    read = cmi.read(platform.company, order_id, order.vendor_invoice_number)
    assert (read.status, read.vendor_invoice_number) == (status, order.vendor_invoice_number)
    assert cmi.read(platform.company, order_id.upper(), "") == read
    listed = {one.platform_order_id: one.status for one in cmi.find(platform.company, window(cmi))}
    assert listed[order_id] is status
    with pytest.raises(AbsentError):
        cmi.read(platform.company, str(uuid.uuid4()), order.vendor_invoice_number)


def test_an_order_sent_twice_exists_once(cmi: Cmi, platform: CmiPlatform) -> None:
    order, accepted = placed(platform, cmi)
    with pytest.raises(ExistsError):
        cmi.create(order)
    listed = cmi.find(platform.company, window(cmi))
    assert [one.platform_order_id for one in listed if one.vendor_invoice_number == order.vendor_invoice_number] == [
        accepted.platform_order_id
    ]


@pytest.mark.parametrize("kind", ["accepted_then_reset", "accepted_then_timeout", "error_500_after", "truncated_xml"])
def test_an_order_whose_answer_is_lost_is_ambiguous_and_found_again(
    platform: CmiPlatform, book: BookInMemory, kind: str
) -> None:
    with platform.cmi(book, deadline_seconds=1.0) as cmi:
        order = an_order(platform, cmi)
        platform.admin.add_faults({"operation": "cmi.CreatePurchaseOrder", "fault": kind, "count": 1})
        with pytest.raises(AmbiguousError):
            cmi.create(order)
        found = [one for one in _of(cmi, platform) if one[0] == order.vendor_invoice_number]
        assert found == [
            (order.vendor_invoice_number, our_order_id(platform.company, order.vendor_invoice_number)),
        ]


def _of(cmi: Cmi, platform: CmiPlatform) -> Sequence[tuple[str, str]]:
    listed = cmi.find(platform.company, window(cmi))
    return [(one.vendor_invoice_number, one.platform_order_id) for one in listed]


def test_a_shipment_is_announced_with_its_serial_numbers(cmi: Cmi, platform: CmiPlatform) -> None:
    order, accepted = placed(platform, cmi)
    number = f"SHIP-{uuid.uuid4().hex[:8]}"
    lines = tuple(NoticeLine(line.sku, 3, tuple(f"{line.sku}-{unit}" for unit in range(3))) for line in order.lines)
    notice = NoticeRequest(
        company=platform.company,
        location=order.location,
        platform_order_id=accepted.platform_order_id,
        platform_order_number=accepted.echo.platform_order_number if accepted.echo else "",
        vendor_invoice_number=order.vendor_invoice_number,
        shipment_number=number,
        lines=lines,
    )
    announced = cmi.announce(notice)
    assert (announced.shipment_number, announced.echo) == (number, lines)
    there = [one for one in platform.admin.audit()["notices"] if one["shipment_number"] == number]
    assert [(one["sku"], one["quantity"], one["serial_numbers"]) for one in there] == [
        (line.sku, 3, list(line.serial_numbers)) for line in lines
    ]


def test_an_order_is_found_by_its_printed_number_commented_and_moved_to_another_store(
    cmi: Cmi, platform: CmiPlatform
) -> None:
    order, accepted = placed(platform, cmi)
    here, there = stores(platform)[:2]
    assert order.location == here
    printed = accepted.answer.split()[0]
    assert cmi.find_by_number(platform.company, printed).platform_order_id == accepted.platform_order_id
    with pytest.raises(AbsentError):
        cmi.find_by_number(platform.company, "NOPO999")
    cmi.update_comments(platform.company, accepted.platform_order_id, "Rampe 2")
    before = stock_of(cmi, platform, there)["on_order"].get(order.lines[0].sku, 0)
    cmi.move_to_location(platform.company, accepted.platform_order_id, there)
    assert stock_of(cmi, platform, there).loc[order.lines[0].sku, "on_order"] == before + 3
