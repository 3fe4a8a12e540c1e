"""Sale orders on which a person, a late platform and a second import cross: none goes twice, none is stuck."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, text, update

from replenisher.database import companies, sales
from replenisher.database.sale_models import SaleOrder
from replenisher.errors import AbsentError, IllegalMoveError
from replenisher.purchasing.sale_orders import PlatformSaleState
from replenisher.workflows.sell.by_hand import cancel_sale, end_sale, resend_sale
from replenisher.workflows.sell.follow import follow_sale
from replenisher.workflows.sell.importing import import_sale_orders
from replenisher.workflows.sell.submit import submit_sale
from tests.workflows.shop import Shop
from tests.workflows.test_sale_orders import HEADER, SELLING, WebShop

OpenShop = Callable[..., Shop]


@pytest.fixture
def web(open_shop: OpenShop, tmp_path: Path) -> WebShop:
    return WebShop(open_shop("--locations", "1", "--sale-log-delay", "0.05", company=SELLING), tmp_path)


def alter(web: WebShop, number: str, **values: Any) -> None:
    """Lead a sale order where hours of waiting would."""
    sale_id = web.sold(number).id
    with web.shop.services.database.transaction() as session:
        session.execute(update(SaleOrder).where(SaleOrder.id == sale_id).values(**values))


def due_now(web: WebShop, number: str) -> None:
    alter(web, number, next_at=func.clock_timestamp())


def test_a_number_given_up_while_its_fate_was_open_is_searched_for_before_it_goes_again(web: WebShop) -> None:
    web.shop.world.admin.add_faults({"operation": "sales_orders.create", "fault": "accepted_then_reset"})
    row = web.row("WEB-1", web.skus()[0])
    web.sell(row)
    submit_sale(web.shop.services, web.sold("WEB-1").id)
    alter(web, "WEB-1", state="needs_person")
    cancel_sale(web.shop.services, "WEB-1", actor="person:ann", reason="they say it is not there")
    assert web.sell(row).counts()["imported"] == 1
    web.until("WEB-1", "succeeded")
    assert web.names("WEB-1")[:3] == ["imported", "claimed", "found"]
    assert len(web.there("WEB-1")) == 1


def test_a_number_given_up_before_it_ever_left_is_sent_without_a_search(web: WebShop) -> None:
    row = web.row("WEB-1", web.skus()[0])
    web.sell(row)
    cancel_sale(web.shop.services, "WEB-1", actor="person:ann", reason="a slip")
    web.sell(row)
    web.until("WEB-1", "succeeded")
    assert (len(web.there("WEB-1")), web.shop.calls("sales_orders.search")) == (1, 0)


def test_one_that_the_platform_no_longer_has_can_be_cancelled_and_promises_nothing(web: WebShop) -> None:
    sku = web.skus()[0]
    web.shop.world.admin.switch(sale_log_delay=60.0)
    web.sell(web.row("WEB-1", sku, 3))
    web.until("WEB-1", "accepted")
    alter(web, "WEB-1", platform_sale_id=str(uuid4()))
    with pytest.raises(AbsentError):
        end_sale(web.shop.services, "WEB-1", PlatformSaleState.COMPLETED, actor="person:ann", reason="fetched")
    assert web.promised() == {sku: 3}
    cancel_sale(web.shop.services, "WEB-1", actor="person:ann", reason="they have lost it")
    assert (web.sold("WEB-1").state, web.promised()) == ("cancelled", {})
    assert "not there" in web.events("WEB-1")[-1].evidence["message"]


def test_a_page_instead_of_an_answer_cancels_nothing(web: WebShop) -> None:
    web.shop.world.admin.switch(sale_log_delay=60.0)
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "accepted")
    fault = {"operation": "sales_orders.status", "fault": "not_found_html", "count": 9}
    web.shop.world.admin.add_faults(fault)
    with pytest.raises(Exception, match="page instead of data"):
        cancel_sale(web.shop.services, "WEB-1", actor="person:ann", reason="gone")
    assert web.sold("WEB-1").state == "accepted"


def test_a_number_that_two_companies_have_is_never_guessed(open_shop: OpenShop, tmp_path: Path) -> None:
    web = WebShop(open_shop("--locations", "1", company=SELLING), tmp_path)
    web.sell(web.row("WEB-1", web.skus()[0]))
    with web.shop.services.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO sale_orders (company, location, printable_id, customer_id, invoice, state, content,"
                " content_sha256, source) VALUES ('other', '1', 'WEB-1', '', false, 'ready', '{}', '', 'x.csv')"
            )
        )
    with pytest.raises(IllegalMoveError, match=r"names 2 sale orders: .*of company other"):
        cancel_sale(web.shop.services, "WEB-1", actor="person:ann", reason="a slip")
    with web.shop.services.database.transaction() as session:
        assert sales.counts_by_state(session, "other") == {"ready": 1}
        assert sales.counts_by_state(session, web.shop.company) == {"ready": 1}
        mine = sales.listed(session, company=web.shop.company)[0].id
    assert cancel_sale(web.shop.services, f"id:{mine}", actor="person:ann", reason="a slip").state == "cancelled"


def test_a_number_that_is_also_the_id_of_another_sale_order_is_never_guessed(web: WebShop) -> None:
    sku = web.skus()[0]
    web.sell(web.row("WEB-1", sku))
    first = web.sold("WEB-1")
    number = str(first.id)
    web.sell(web.row(number, sku))
    with pytest.raises(IllegalMoveError, match=rf"names 2 sale orders: .*id:{first.id} \(WEB-1"):
        cancel_sale(web.shop.services, number, actor="person:ann", reason="a slip")
    cancelled = cancel_sale(web.shop.services, f"id:{first.id}", actor="person:ann", reason="a slip")
    assert (cancelled.printable_id, cancelled.state) == ("WEB-1", "cancelled")


def test_what_was_paid_with_is_not_kept_with_the_platforms_answer(web: WebShop) -> None:
    header = f"{HEADER},payment_amount,auth_code,transaction_number,payment_token"
    row = web.row("WEB-1", web.skus()[0])
    for number, fault in (("WEB-1", None), ("WEB-2", "truncated_json")):
        if fault is not None:
            cut = {"operation": "sales_orders.create", "fault": fault, "content_length": False}
            web.shop.world.admin.add_faults(cut)
        web.sell(f"{row.replace('WEB-1', number)},9.99,AUTH-77,TX-4711,tok-secret-42", header=header)
        web.until(number, "succeeded")
        (theirs,) = web.there(number)
        assert theirs["request"]["Payments"][0]["Token"] == "tok-secret-42"
        kept = str([event.evidence for event in web.events(number)])
        assert "PrintableId" in kept
        assert not [secret for secret in ("AUTH-77", "TX-4711", "tok-secret-42") if secret in kept]


def test_looks_that_were_answered_do_not_count_as_failed_ones(web: WebShop) -> None:
    web.shop.world.admin.switch(sale_log_delay=60.0)
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "accepted")
    for _ in range(9):
        due_now(web, "WEB-1")
        follow_sale(web.shop.services, web.sold("WEB-1").id)
    web.shop.world.admin.add_faults({"operation": "sales_orders.log", "fault": "error_503", "count": 16})
    due_now(web, "WEB-1")
    follow_sale(web.shop.services, web.sold("WEB-1").id)
    assert web.shop.matters("sale_order_not_read") == []
    for _ in range(7):
        due_now(web, "WEB-1")
        follow_sale(web.shop.services, web.sold("WEB-1").id)
    (matter,) = web.shop.matters("sale_order_not_read")
    assert "8 looks in a row failed" in matter.message
    due_now(web, "WEB-1")
    follow_sale(web.shop.services, web.sold("WEB-1").id)
    assert web.shop.matters("sale_order_not_read") == []


def test_of_several_failures_a_person_reads_the_latest(web: WebShop) -> None:
    web.shop.world.admin.switch(sale_outcome="failure", sale_failure_text="Product 17 is not sellable here")
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "failed")
    (theirs,) = web.there("WEB-1")
    web.shop.world.admin.tell_sale(theirs["id"], "fail", "The customer is blocked")
    web.shop.work(lambda: web.sold("WEB-1").log_status == "The customer is blocked")
    (matter,) = web.shop.matters("sale_order_failed")
    assert "The customer is blocked" in matter.message
    times = matter.times_seen
    due_now(web, "WEB-1")
    follow_sale(web.shop.services, web.sold("WEB-1").id)
    assert web.shop.matters("sale_order_failed")[0].times_seen == times


def test_nothing_stays_open_of_one_that_the_point_of_sale_has(web: WebShop) -> None:
    """An answer that came after we had given up waiting is told, and the matter ends with the order's Success."""
    from replenisher.database import exceptions
    from replenisher.workflows.sell.matters import sale_matter

    web.shop.world.admin.switch(sale_log_delay=60.0)
    web.sell(f"{web.row('WEB-1', web.skus()[0])},yes", header=f"{HEADER},invoice")
    sale = web.until("WEB-1", "accepted")
    with web.shop.services.database.transaction() as session:
        exceptions.raise_matter(session, sale_matter(sale, "sale_order_unknown", "the platform took it late"))
    web.shop.world.admin.tell_sale(web.there("WEB-1")[0]["id"], "succeed", "Sent to POS")
    web.until("WEB-1", "succeeded")
    assert web.shop.matters("sale_order_unknown") == []


def test_a_sku_and_a_catalog_id_of_two_products_are_refused(web: WebShop) -> None:
    from replenisher.intake.products import read_catalog

    first, second = web.skus()[:2]
    catalog = read_catalog(web.shop.world.folder / "products.csv")
    header = f"{HEADER},catalog_id"
    told = web.sell(f"{web.row('WEB-1', first)},{catalog[second].catalog_id}", header=header)
    (fault,) = told.faults
    assert f"line 1: sku {first} and catalog_id {catalog[second].catalog_id} are two products" in fault
    assert f"SKU {second}" in fault
    assert web.sell(f"{web.row('WEB-1', first)},{catalog[first].catalog_id}", header=header).faults == ()


def test_a_company_of_which_no_location_can_be_read_stops_no_other(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = open_shop("--locations", "1")
    shop.world.changes["companies"] = [one | SELLING for one in shop.world.document()["companies"]]
    shop.services.settings = shop.world.settings()  # type: ignore[misc]
    web = WebShop(shop, tmp_path)
    shop.plan()
    shop.world.admin.add_faults({"operation": "enabled_locations", "fault": "error_503", "count": 9})
    row = f"{web.row('WEB-1', web.skus()[0])},{shop.company}"
    told = import_sale_orders(
        shop.services, web.write(row, header=f"{HEADER},company"), keep_good=False, actor="person:ann"
    )
    assert told.counts()["imported"] == 1


def test_a_paused_company_is_not_asked_for_its_locations(web: WebShop) -> None:
    with web.shop.services.database.transaction() as session:
        companies.pause(session, web.shop.company, "wrong password")
    with pytest.raises(Exception, match="is paused: wrong password"):
        web.sell(web.row("WEB-1", web.skus()[0]))
    assert web.shop.calls("enabled_locations") == 0


def test_a_refused_sale_that_another_file_replaced_is_not_resent_beside_it(web: WebShop) -> None:
    web.shop.world.admin.switch(sale_line_number="above_one")
    row = web.row("WEB-1", web.skus()[0])
    web.sell(row)
    refused = web.until("WEB-1", "refused")
    web.sell(f"{row},2", header=f"{HEADER},line")
    with pytest.raises(Exception, match="its number belongs to sale order"):
        resend_sale(web.shop.services, f"id:{refused.id}", actor="person:ann", reason="again")


def test_a_log_that_told_once_and_is_empty_now_is_not_called_silent(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = open_shop("--locations", "1", "--sale-outcome", "silent", company=SELLING)
    shop.world.changes["times"] = {**shop.world.document()["times"], "status_log_limit": 0.1}
    shop.services.settings = shop.world.settings()  # type: ignore[misc]
    web = WebShop(shop, tmp_path)
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "accepted")
    alter(web, "WEB-1", state="failed", state_since=func.clock_timestamp() - timedelta(hours=1))
    told_before = [matter.times_seen for matter in shop.matters("sale_order_silent")]
    due_now(web, "WEB-1")
    follow_sale(shop.services, web.sold("WEB-1").id)
    assert [matter.times_seen for matter in shop.matters("sale_order_silent")] == told_before
    assert web.sold("WEB-1").state == "failed"


def test_an_answer_that_comes_after_a_person_gave_the_order_up_is_told_as_what_it_is(web: WebShop) -> None:
    slow = {"operation": "sales_orders.create", "fault": "drip_headers", "seconds": 0.004}
    web.shop.world.admin.add_faults(slow)
    web.sell(web.row("WEB-1", web.skus()[0]))
    with ThreadPoolExecutor(max_workers=1) as pool:
        sending = pool.submit(submit_sale, web.shop.services, web.sold("WEB-1").id)
        while not web.there("WEB-1"):
            assert not sending.done()
        for state in ("unknown", "needs_person"):
            alter(web, "WEB-1", state=state)
        cancel_sale(web.shop.services, "WEB-1", actor="person:ann", reason="they say it is not there")
        sending.result()
    assert (web.sold("WEB-1").state, web.names("WEB-1")[-1]) == ("cancelled", "late_accepted")
    (matter,) = web.shop.matters("sale_order_unknown")
    assert f"took it after we had given up waiting: {web.there('WEB-1')[0]['id']}" in matter.message
    assert "we hold it as cancelled; have it cancelled there" in matter.message
