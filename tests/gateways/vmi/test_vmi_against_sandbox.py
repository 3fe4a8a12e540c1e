"""The VMI channel against the sandbox's SOAP service, over real sockets and the same ledger as its REST side."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    CredentialsError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ReportRefusedError,
    UnavailableError,
)
from replenisher.gateways.channel import Channel
from replenisher.gateways.soap.order_bodies import our_order_id
from replenisher.gateways.vmi import Vmi
from replenisher.planning.frames import INVENTORY, check
from replenisher.purchasing.platform import (
    LevelChange,
    NoticeLine,
    NoticeRequest,
    OrderAccepted,
    OrderRequest,
    PlatformStatus,
    ReportWindow,
    RequestLine,
)
from replenisher.purchasing.vendor_returns import ReturnLine
from tests.gateways.vmi.conftest import SoapPlatform


def window(vmi: Vmi, days: int = 30) -> ReportWindow:
    today = vmi.platform_now().date()
    return ReportWindow(today - timedelta(days=days), today + timedelta(days=2))


def stores(vmi: Vmi, platform: SoapPlatform) -> list[str]:
    return [location.id for location in vmi.locations(platform.company)]


def report_of(vmi: Vmi, platform: SoapPlatform, store: str) -> pd.DataFrame:
    read = vmi.inventory(platform.company, [store], window(vmi))[store]
    assert not isinstance(read, Exception), read
    return read[0]


def skus(vmi: Vmi, platform: SoapPlatform, store: str, count: int = 3) -> list[str]:
    frame = report_of(vmi, platform, store)
    return [str(sku) for sku in frame.loc[~frame["do_not_order"], "sku"]][:count]


def an_order(vmi: Vmi, platform: SoapPlatform, wanted: Sequence[str], *, committed: bool = True) -> OrderRequest:
    store = stores(vmi, platform)[0]
    return OrderRequest(
        company=platform.company,
        location=store,
        bill_to=store,
        ship_to=store,
        vendor_invoice_number=f"R{uuid.uuid4().hex[:12].upper()}",
        committed=committed,
        estimated_arrival_date=vmi.platform_now().date() + timedelta(days=7),
        lines=tuple(RequestLine(sku, 3, Decimal("9.90")) for sku in wanted),
        comments="für Regal 7 & 8",
        shipping_cost=Decimal("4.5"),
    )


def placed(vmi: Vmi, platform: SoapPlatform, *, committed: bool = True) -> tuple[OrderRequest, OrderAccepted]:
    order = an_order(vmi, platform, skus(vmi, platform, stores(vmi, platform)[0]), committed=committed)
    return order, vmi.create(order)


def as_channel(vmi: Vmi) -> Channel:
    return vmi


def test_the_channel_fills_the_contract_and_says_what_it_can_do(vmi: Vmi) -> None:
    channel = as_channel(vmi)
    assert (channel.takes_notices, channel.lists_notices, channel.sets_levels) == (True, True, True)


def test_companies_have_a_standing(vmi: Vmi, platform: SoapPlatform) -> None:
    first, second = (company["guid"] for company in platform.ready["companies"])
    assert [company.id for company in vmi.companies()] == [first, second]
    vmi.enable_company(second, enabled=False)
    try:
        standings = {one.company.id: one.standing for one in vmi.relationships()}
        assert standings == {first: "enabled", second: "disabled"}
        with pytest.raises(ForbiddenError):
            vmi.locations(second)
    finally:
        vmi.enable_company(second, enabled=True)
    assert [company.id for company in vmi.companies()] == [first, second]


def test_locations_are_billed_and_shipped_to_themselves(vmi: Vmi, platform: SoapPlatform) -> None:
    locations = vmi.locations(platform.company)
    assert [location.id for location in locations] == [str(one) for one in platform.ready["companies"][0]["stores"]]
    assert all(location.ship_to == location.bill_to == location.id for location in locations)
    assert vmi.location(platform.company, locations[0].id) == locations[0]


@pytest.mark.parametrize("stores_per_report", [1, 2, 6, 30])
@pytest.mark.parametrize("default_channel", ["named", "zero"])
def test_every_way_of_sharing_reports_gives_the_same_frames(
    platform: SoapPlatform, vmi: Vmi, stores_per_report: int, default_channel: str
) -> None:
    platform.admin.switch(default_channel=default_channel)
    wanted = stores(vmi, platform)[1:]
    with platform.vmi(stores_per_report) as sharing:
        read = sharing.inventory(platform.company, wanted, window(vmi))
    assert list(read) == wanted
    for store, one in read.items():
        assert not isinstance(one, Exception), one
        frame, stamp = one
        pd.testing.assert_frame_equal(check(frame, INVENTORY), report_of(vmi, platform, store))
        assert stamp.size_bytes > 1000
        assert stamp.requested_at < stamp.answered_at


def test_the_soap_report_says_what_the_ledger_says(vmi: Vmi, platform: SoapPlatform) -> None:
    ids = platform.admin.ids()["locations"][0]
    ledger = platform.admin.state(ids["id"])["locations"][0]["rows"]
    frame = report_of(vmi, platform, str(ids["store_id"])).set_index("sku")
    assert set(frame.index) == set(ledger)
    for sku, row in ledger.items():
        on_order, uncommitted, backordered = row["on_order"]
        wanted = [row["in_stock"], row["maximum"], row["allocated"], on_order, uncommitted, backordered]
        columns = ["on_hand", "order_up_to_level", "allocated", "on_order", "on_uncommitted_order", "backordered"]
        assert frame.loc[sku, columns].tolist() == wanted


def test_one_location_that_does_not_exist_never_stops_its_neighbours(vmi: Vmi, platform: SoapPlatform) -> None:
    wanted = [*stores(vmi, platform)[:2], "999", "36; DROP"]
    read = vmi.inventory(platform.company, wanted, window(vmi))
    assert [isinstance(read[store], GatewayError) for store in wanted] == [False, False, True, True]


def test_a_fault_of_a_shared_report_refuses_each_of_its_locations(platform: SoapPlatform, vmi: Vmi) -> None:
    wanted = stores(vmi, platform)
    platform.admin.add_faults({"operation": "vmi.GetGeographicInventoryReport", "fault": "error_503", "count": 9})
    read = vmi.inventory(platform.company, wanted, window(vmi))
    assert all(isinstance(one, UnavailableError) for one in read.values())
    assert len(read) == len(wanted)


def test_reports_that_cannot_be_asked_for_in_time_are_told(vmi: Vmi, platform: SoapPlatform) -> None:
    with platform.vmi(stores_per_report=1) as slow:
        read = slow.inventory(platform.company, stores(vmi, platform), window(vmi), within_seconds=-1)
    assert {type(one) for one in read.values()} == {UnavailableError}
    assert "not asked for in time" in str(next(iter(read.values())))


def test_refused_credentials_are_tried_once_for_all_locations(platform: SoapPlatform, vmi: Vmi) -> None:
    wanted = stores(vmi, platform)
    with platform.vmi(stores_per_report=1, password="wrong-password") as stranger:
        read = stranger.inventory(platform.company, wanted, window(vmi))
    assert {type(one) for one in read.values()} == {CredentialsError}
    assert len({id(one) for one in read.values()}) == 1


def test_sales_receipts_adjustments_and_transfers_follow_the_ledger(vmi: Vmi, platform: SoapPlatform) -> None:
    days = window(vmi)
    moved = 0
    for store in stores(vmi, platform):
        sales = vmi.sales(platform.company, store, days)
        assert set(sales["action"]) <= {"sold", "refunded"}
        assert sales["sold_at"].notna().all()
        frame = report_of(vmi, platform, store)
        sold: Counter[str] = Counter()
        for row in sales.itertuples():
            sold[str(row.sku)] += abs(int(row.quantity)) * (1 if row.action == "sold" else -1)  # type: ignore[arg-type]
        assert {sku: units for sku, units in sold.items() if units} == {
            str(row.sku): row.sold for row in frame.itertuples() if row.sold
        }
        receipts = vmi.receiving(platform.company, store, days)
        assert (receipts["quantity"] > 0).all()
        assert receipts["received_at"].notna().all()
        moved += len(vmi.adjustments(platform.company, store, days)) + len(vmi.transfers(platform.company, store, days))
    assert moved > 0


@pytest.mark.parametrize("personality", ["wsdl", "docs"])
def test_both_personalities_of_the_wire_give_the_same_words(vmi: Vmi, platform: SoapPlatform, personality: str) -> None:
    store, days = stores(vmi, platform)[0], window(vmi)
    plain = [vmi.sales(platform.company, store, days), vmi.receiving(platform.company, store, days)]
    stock = report_of(vmi, platform, store)
    platform.admin.switch(soap_personality=personality)
    other = [vmi.sales(platform.company, store, days), vmi.receiving(platform.company, store, days)]
    for first, second in zip(plain, other, strict=True):
        # The samples' dates have no fractions of a second.
        pd.testing.assert_frame_equal(
            first.assign(**{name: first[name].dt.floor("s") for name in first if name.endswith("_at")}),
            second.assign(**{name: second[name].dt.floor("s") for name in second if name.endswith("_at")}),
        )
    pd.testing.assert_frame_equal(stock, report_of(vmi, platform, store))


def test_a_created_order_exists_under_our_id_and_raises_what_is_on_order(vmi: Vmi, platform: SoapPlatform) -> None:
    store = stores(vmi, platform)[0]
    wanted = skus(vmi, platform, store)
    before = report_of(vmi, platform, store).set_index("sku")
    order = an_order(vmi, platform, wanted)
    accepted = vmi.create(order)
    assert accepted.platform_order_id == our_order_id(platform.company, order.vendor_invoice_number)
    assert accepted.echo is not None
    assert [(line.sku, line.quantity_ordered) for line in accepted.echo.lines] == [(sku, 3) for sku in wanted]
    after = report_of(vmi, platform, store).set_index("sku")
    assert (after["on_order"] - before["on_order"]).loc[wanted].tolist() == [3] * len(wanted)
    assert vmi.creation_status(platform.company, store, accepted.platform_order_id) is PlatformStatus.COMMITTED


def test_an_order_sent_twice_exists_once_and_its_number_is_refused_for_another(
    vmi: Vmi, platform: SoapPlatform
) -> None:
    order, _ = placed(vmi, platform)
    for again in (order, replace(order, company=order.company.upper())):
        with pytest.raises(ExistsError):
            vmi.create(again)
    listed = [
        one
        for one in vmi.find(platform.company, window(vmi))
        if one.vendor_invoice_number == order.vendor_invoice_number
    ]
    assert len(listed) == 1


def test_an_echo_of_another_quantity_is_told_as_it_is(vmi: Vmi, platform: SoapPlatform) -> None:
    platform.admin.switch(echo_quantity=4)
    _, accepted = placed(vmi, platform)
    assert accepted.echo is not None
    assert {line.quantity_ordered for line in accepted.echo.lines} == {4}


@pytest.mark.parametrize("kind", ["accepted_then_reset", "accepted_then_timeout", "error_500_after", "truncated_xml"])
def test_an_order_whose_answer_is_lost_is_ambiguous_and_found_again(platform: SoapPlatform, kind: str) -> None:
    with platform.vmi(deadline_seconds=1.0) as vmi:
        order = an_order(vmi, platform, skus(vmi, platform, stores(vmi, platform)[0]))
        platform.admin.add_faults({"operation": "vmi.CreatePurchaseOrder", "fault": kind, "count": 1})
        with pytest.raises(AmbiguousError):
            vmi.create(order)
        found = [
            one
            for one in vmi.find(platform.company, window(vmi))
            if one.vendor_invoice_number == order.vendor_invoice_number
        ]
        assert [one.platform_order_id for one in found] == [our_order_id(platform.company, order.vendor_invoice_number)]
        with pytest.raises(ExistsError):
            vmi.create(order)


def test_a_page_before_the_order_was_made_is_ambiguous_too(vmi: Vmi, platform: SoapPlatform) -> None:
    order = an_order(vmi, platform, skus(vmi, platform, stores(vmi, platform)[0]))
    platform.admin.add_faults({"operation": "vmi.CreatePurchaseOrder", "fault": "error_503", "count": 1})
    with pytest.raises(AmbiguousError, match="503"):
        vmi.create(order)
    assert vmi.create(order).platform_order_id == our_order_id(platform.company, order.vendor_invoice_number)


@pytest.mark.parametrize("not_found", ["empty", "fault"])
def test_orders_are_read_by_both_names_and_no_other_order_is_returned(
    vmi: Vmi, platform: SoapPlatform, not_found: str
) -> None:
    platform.admin.switch(soap_order_not_found=not_found)
    order, accepted = placed(vmi, platform)
    read = vmi.read(platform.company, accepted.platform_order_id, order.vendor_invoice_number)
    assert (read.status, read.vendor_invoice_number) == (PlatformStatus.COMMITTED, order.vendor_invoice_number)
    assert read == vmi.read(platform.company, accepted.platform_order_id.upper(), "")
    assert accepted.echo is not None
    assert read.platform_order_number == accepted.echo.platform_order_number
    other = str(uuid.uuid4())
    for number in (order.vendor_invoice_number, "NOT-THERE", ""):
        with pytest.raises(AbsentError) as caught:
            vmi.read(platform.company, other, number)
        assert caught.value.explained is False


def test_uncommitted_orders_are_listed_changed_and_cancelled(vmi: Vmi, platform: SoapPlatform) -> None:
    order, accepted = placed(vmi, platform, committed=False)
    order_id = accepted.platform_order_id
    first, second, third = (line.sku for line in order.lines)
    listed = {one.platform_order_id: one.status for one in vmi.find(platform.company, window(vmi))}
    assert listed[order_id] is PlatformStatus.PENDING
    assert order_id in {one.platform_order_id for one in vmi.uncommitted_orders(platform.company, order.location)}
    vmi.update_lines(platform.company, order_id, [RequestLine(first, 7, None)])
    vmi.remove_lines(platform.company, order_id, [second])
    vmi.add_lines(platform.company, order_id, [RequestLine(second, 1, Decimal("2.50"))])
    read = vmi.read(platform.company, order_id, order.vendor_invoice_number)
    assert {line.sku: line.quantity_ordered for line in read.lines} == {first: 7, third: 3, second: 1}
    assert {line.sku: line.unit_cost for line in read.lines} == {
        first: Decimal("9.9"),
        third: Decimal("9.9"),
        second: Decimal("2.5"),
    }
    for refused in (
        lambda: vmi.update_lines(platform.company, order_id, [RequestLine("NOT-ON-IT", 1, None)]),
        lambda: vmi.add_lines(platform.company, order_id, [RequestLine(first, 1, None)]),
        lambda: vmi.remove_lines(platform.company, order_id, ["NOT-ON-IT"]),
        lambda: vmi.remove_lines(platform.company, order_id, [first, second, third]),
    ):
        with pytest.raises(RefusedError, match="nothing was sent"):
            refused()
    vmi.cancel(platform.company, order_id)
    with pytest.raises(AbsentError):
        vmi.read(platform.company, order_id, order.vendor_invoice_number)
    assert order_id not in {one.platform_order_id for one in vmi.find(platform.company, window(vmi))}


def test_a_committed_order_is_not_cancelled(vmi: Vmi, platform: SoapPlatform) -> None:
    _, accepted = placed(vmi, platform)
    with pytest.raises(RefusedError):
        vmi.cancel(platform.company, accepted.platform_order_id)


def test_an_order_is_followed_until_it_is_received_and_then_takes_no_change(vmi: Vmi, platform: SoapPlatform) -> None:
    order, accepted = placed(vmi, platform)
    notice = NoticeRequest(
        company=platform.company,
        location=order.location,
        platform_order_id=accepted.platform_order_id,
        platform_order_number=accepted.echo.platform_order_number if accepted.echo else "",
        vendor_invoice_number=order.vendor_invoice_number,
        shipment_number="SHIP-1",
        lines=tuple(NoticeLine(line.sku, 3, tuple(f"{line.sku}-{unit}" for unit in range(3))) for line in order.lines),
    )
    announced = vmi.announce(notice)
    assert (announced.shipment_number, announced.echo) == ("SHIP-1", notice.lines)
    (listed,) = vmi.notices(platform.company, accepted.platform_order_id)
    assert (listed.shipment_number, listed.lines) == ("SHIP-1", notice.lines)
    platform.admin.switch(notice_damaged_share=1.0, lead_time_days=1.0)
    for _ in range(12):
        platform.admin.advance(1)
        read = vmi.read(platform.company, accepted.platform_order_id, order.vendor_invoice_number)
        if read.status is PlatformStatus.COMPLETE:
            break
    platform.admin.switch(notice_damaged_share=0.0)
    assert read.status is PlatformStatus.COMPLETE
    assert all(line.quantity_received == 3 for line in read.lines)
    assert {serial for line in read.lines for serial in line.serial_numbers} == {
        serial for line in notice.lines for serial in line.serial_numbers
    }
    damaged = [serial for line in read.lines for serial in line.damaged_serial_numbers]
    assert len(damaged) >= 1
    assert all(set(line.damaged_serial_numbers) <= set(line.serial_numbers) for line in read.lines)
    with pytest.raises(RefusedError, match="received products"):
        vmi.update_lines(platform.company, accepted.platform_order_id, [RequestLine(order.lines[0].sku, 9, None)])
    completed = vmi.completed_orders(platform.company, order.location, window(vmi))
    assert accepted.platform_order_id in {one.platform_order_id for one in completed}
    receipts = vmi.receiving(platform.company, order.location, window(vmi))
    assert set(receipts.loc[receipts["serial_numbers"].isin(damaged), "serial_numbers"]) == set(damaged)


def test_a_shipment_of_an_unknown_order_is_not_known_to_be_refused(vmi: Vmi, platform: SoapPlatform) -> None:
    notice = NoticeRequest(
        platform.company, stores(vmi, platform)[0], str(uuid.uuid4()), "", "R", "S", (NoticeLine("NA", 1),)
    )
    with pytest.raises(AmbiguousError, match="could not be found"):
        vmi.announce(notice)


def test_orders_are_found_by_the_number_that_the_platform_prints(vmi: Vmi, platform: SoapPlatform) -> None:
    order, accepted = placed(vmi, platform)
    printed = accepted.answer.split()[0]
    assert vmi.find_by_number(platform.company, printed).platform_order_id == accepted.platform_order_id
    with pytest.raises(AbsentError):
        vmi.find_by_number(platform.company, "NOPO999")
    store = order.location
    committed = {one.platform_order_id for one in vmi.committed_orders(platform.company, store)}
    assert accepted.platform_order_id in committed
    assert committed <= {one.platform_order_id for one in vmi.all_orders(platform.company, store)}


def test_orders_made_in_other_stores_and_on_the_last_day_are_listed(vmi: Vmi, platform: SoapPlatform) -> None:
    _, accepted = placed(vmi, platform)
    today: date = vmi.platform_now().date()
    for days in (ReportWindow(today, today), ReportWindow(today - timedelta(days=1), today + timedelta(days=1))):
        assert accepted.platform_order_id in {one.platform_order_id for one in vmi.find(platform.company, days)}


def test_levels_are_set_one_by_one_and_locked_or_unknown_products_are_told(vmi: Vmi, platform: SoapPlatform) -> None:
    store = platform.admin.ids()["locations"][0]
    location = str(store["store_id"])
    first, second = skus(vmi, platform, location, 2)
    platform.admin.set_stock(store["id"], second, min_max_locked=True)
    changes = [LevelChange(first, 2, 19), LevelChange(second, 2, 19), LevelChange("NOT-THERE", 1, 2)]
    outcomes = vmi.set_levels(platform.company, location, changes)
    assert [one.change for one in outcomes] == changes
    assert [one.refusal for one in outcomes] == ["", "locked by the retailer", "not in the location's inventory report"]
    frame = report_of(vmi, platform, location).set_index("sku")
    assert frame.loc[first, ["reorder_point", "order_up_to_level"]].tolist() == [2, 19]
    platform.admin.set_stock(store["id"], second, min_max_locked=False)


def test_after_a_level_whose_fate_is_not_known_no_more_are_sent(vmi: Vmi, platform: SoapPlatform) -> None:
    location = stores(vmi, platform)[0]
    first, second = skus(vmi, platform, location, 2)
    fault = {"operation": "vmi.UpdateMinAndMaxProductQuantities", "fault": "error_503", "count": 1}
    platform.admin.add_faults(fault)
    outcomes = vmi.set_levels(platform.company, location, [LevelChange(first, 1, 2), LevelChange(second, 1, 2)])
    assert ["not known to be set" in outcomes[0].refusal, "not sent after" in outcomes[1].refusal] == [True, True]


def test_stock_lists_and_single_products_are_frames_too(vmi: Vmi, platform: SoapPlatform) -> None:
    store = stores(vmi, platform)[3]
    whole = vmi.inventory_list(platform.company, store)
    assert len(whole) == len(report_of(vmi, platform, store))
    assert len(vmi.updated_inventory_list(platform.company, store)) == 0
    (sku,) = skus(vmi, platform, store, 1)
    only = vmi.inventory_of_sku(platform.company, store, sku, window(vmi))
    assert only["sku"].tolist() == [sku]
    assert len(vmi.inventory_of_sku(platform.company, store, "NOT-THERE", window(vmi))) == 0


def test_the_service_answers_a_ping_and_lists_people_and_units(vmi: Vmi, platform: SoapPlatform) -> None:
    store = stores(vmi, platform)[0]
    assert vmi.ping(platform.company).endswith("database is up (sandbox)!")
    enabled, every = (vmi.employees(platform.company, only_enabled=only) for only in (True, False))
    assert len(enabled) == len(every) - 1
    assert all(person.name and person.role and person.enabled for person in enabled)
    assert {person.location for person in every} <= set(stores(vmi, platform))
    listed = vmi.listed_units(platform.company, store)
    frame = report_of(vmi, platform, store)
    assert {units.place for units in listed} == {vmi.location(platform.company, store).name}
    assert {sku for sku in frame["sku"] if sku in {units.sku for units in listed}} == {units.sku for units in listed}
    assert sum(units.quantity for units in listed) == int(frame["on_hand"].clip(lower=0).sum())


def test_serial_numbers_of_a_product_are_listed_by_its_id(vmi: Vmi, platform: SoapPlatform) -> None:
    store = platform.admin.ids()["locations"][0]
    location = str(store["store_id"])
    phone = next(sku for sku in report_of(vmi, platform, location)["sku"] if str(sku).startswith("PH"))
    platform.admin.set_stock(store["id"], phone, in_stock=3)
    units = [one for one in vmi.listed_units(platform.company, location) if one.sku == phone]
    assert [one.quantity for one in units] == [1, 1, 1]
    (item,) = [one for one in vmi.product_names(platform.company, location) if one.sku == phone]
    assert item.retailer_sku.startswith("RQSK")
    serials = vmi.serial_numbers(platform.company, location, item.product_item)
    assert {one.serial_number for one in serials} == {one.serial_number for one in units}
    assert not any(one.damaged for one in serials)


def test_a_return_goes_its_whole_way(vmi: Vmi, platform: SoapPlatform) -> None:
    company, store = platform.company, stores(vmi, platform)[1]
    frame = report_of(vmi, platform, store).set_index("sku")
    sku = str(frame.index[frame["on_hand"] > 3][0])
    (item,) = [one for one in vmi.product_names(company, store) if one.sku == sku]
    asked = vmi.ask_return(company, store, [ReturnLine(item.retailer_sku, item.product_item, 2)], "recalled", "V-1")
    assert (asked.location, asked.comments, asked.vendor_number, asked.committed) == (store, "recalled", "V-1", False)
    assert asked.printed_number
    assert [(line.retailer_sku, line.quantity) for line in asked.lines] == [(item.retailer_sku, 2)]
    changed = vmi.change_return(company, replace(asked, vendor_number="V-2"))
    assert vmi.returns(company, committed=False, shipped=False) == [changed]
    assert changed == replace(asked, vendor_number="V-2")
    committed = vmi.commit_return(company, changed)
    assert committed == replace(changed, committed=True)
    assert report_of(vmi, platform, store).set_index("sku").loc[sku, "on_return"] == 2
    credit = replace(committed, lines=(replace(committed.lines[0], action="Credit"),), shipped=True)
    assert vmi.change_committed_return(company, credit) == credit
    assert vmi.returns(company, committed=True, shipped=True) == [credit]
    assert vmi.complete_return(company, credit) == replace(credit, completed=True)
    with pytest.raises(AmbiguousError, match="completed"):
        vmi.complete_return(company, credit)


def test_orders_tell_where_they_are_shipped_to_and_their_comments(vmi: Vmi, platform: SoapPlatform) -> None:
    store = stores(vmi, platform)[2]
    listed = vmi.all_orders(platform.company, store)
    assert listed
    assert {order.ship_to for order in listed} == {store}
    assert all(order.comments is not None for order in listed)


@pytest.mark.parametrize(
    ("damage", "kind"),
    [("negative", ReportRefusedError), ("missing_field", ReportRefusedError), ("mistyped_field", ReportRefusedError)],
)
def test_damaged_rows_refuse_their_own_location(
    vmi: Vmi, platform: SoapPlatform, damage: str, kind: type[GatewayError]
) -> None:
    store = stores(vmi, platform)[0]
    platform.admin.add_faults(
        {"operation": "vmi.GetInventoryReport", "fault": damage, "count": 1, "field": "QuantityOnOrder"}
    )
    read = vmi.inventory(platform.company, [store], window(vmi))[store]
    assert type(read) is kind
    assert "QuantityOnOrder" in str(read)


@pytest.mark.parametrize(
    "kind", ["entity_bomb", "dtd", "huge_text_node", "cut_quantity", "truncated_xml", "html_200", "gzip_bomb"]
)
def test_hostile_answers_are_clear_errors(platform: SoapPlatform, kind: str) -> None:
    with platform.vmi(read_attempts=1, max_response_bytes=64 * 1024 * 1024) as vmi:
        store = stores(vmi, platform)[0]
        days = window(vmi)
        platform.admin.add_faults({"operation": "vmi.GetInventoryReport", "fault": kind, "count": 1})
        read = vmi.inventory(platform.company, [store], days)[store]
    assert isinstance(read, UnavailableError | ReportRefusedError), read
    assert f"location {store}" in str(read)
