"""Sale orders from the file to the status log, against the platform's own service."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from replenisher.database import sales
from replenisher.database.promises import promised
from replenisher.database.sale_models import SaleEvent, SaleOrder
from replenisher.errors import ConfigurationError, GatewayError, IllegalMoveError, NotFoundError
from replenisher.intake.products import read_catalog
from replenisher.purchasing.sale_orders import PlatformSaleState
from replenisher.services import build
from replenisher.workflows.sell.by_hand import cancel_sale, end_sale, resend_sale
from replenisher.workflows.sell.drop_folder import import_dropped_sales
from replenisher.workflows.sell.importing import ImportedSales, import_sale_orders
from replenisher.workflows.sell.submit import submit_sale
from tests.workflows.shop import Shop

OpenShop = Callable[..., Shop]
HEADER = "printable_id,location,customer_id,created_at,sku,quantity,price"
SELLING = {"sale_orders": {"enabled": True}}


@dataclass
class WebShop:
    """The vendor's own shop: it exports files, and asks what became of its orders."""

    shop: Shop
    folder: Path

    @property
    def customer(self) -> str:
        return str(self.shop.world.sandbox["companies"][0]["customers"][0])

    @property
    def location(self) -> str:
        return self.shop.locations[0]

    def skus(self) -> list[str]:
        """Products that are at the location and in the vendor's file."""
        (place,) = self.shop.world.admin.state(int(self.location))["locations"]
        return sorted(set(place["rows"]) & set(read_catalog(self.shop.world.folder / "products.csv")))

    def row(self, number: str, sku: str, quantity: int = 1, price: str = "9.99") -> str:
        return f"{number},{self.location},{self.customer},2026-11-20T10:00,{sku},{quantity},{price}"

    def write(self, *rows: str, header: str = HEADER, name: str = "sales.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join((header, *rows)) + "\n")
        return path

    def sell(self, *rows: str, keep_good: bool = False, header: str = HEADER) -> ImportedSales:
        path = self.write(*rows, header=header)
        return import_sale_orders(self.shop.services, path, keep_good=keep_good, actor="person:ann")

    def sold(self, number: str) -> SaleOrder:
        with self.shop.services.database.transaction() as session:
            (found,) = sales.named(session, number)
        return found

    def events(self, number: str) -> list[SaleEvent]:
        with self.shop.services.database.transaction() as session:
            return list(sales.events_of(session, self.sold(number).id))

    def names(self, number: str) -> list[str]:
        return [event.name for event in self.events(number)]

    def there(self, number: str) -> list[dict[str, Any]]:
        """What the platform has under this number."""
        return [sale for sale in self.shop.world.admin.audit()["sale_orders"] if sale["printable_id"] == number]

    def until(self, number: str, *states: str) -> SaleOrder:
        self.shop.work(lambda: self.sold(number).state in states)
        return self.sold(number)

    def promised(self, *, instead: bool = False) -> dict[str, int]:
        with self.shop.services.database.transaction() as session:
            found = promised(session, self.shop.company, [self.location], instead_of_report=instead)
        return dict(zip(found.sku, found.units, strict=True))


@pytest.fixture
def web(open_shop: OpenShop, tmp_path: Path) -> WebShop:
    shop = open_shop("--locations", "1", "--sale-log-delay", "0.05", company=SELLING)
    return WebShop(shop, tmp_path)


def test_a_sale_is_sent_once_and_succeeds_when_the_log_says_so(web: WebShop) -> None:
    first, second = web.skus()[:2]
    imported = web.sell(web.row("WEB-1", first, 2), web.row("WEB-1", second))
    assert imported.counts() == {"imported": 1, "already_there": 0, "refused": 0, "not_taken": 0}
    sale = web.until("WEB-1", "succeeded")
    (theirs,) = web.there("WEB-1")
    assert sale.platform_sale_id == theirs["id"]
    assert sale.log_status == "Sent to POS"
    assert [item["Quantity"] for item in theirs["request"]["Items"]] == [2, 1]
    assert web.names("WEB-1") == ["imported", "claimed", "accepted", "succeeded"]
    assert web.shop.calls("sales_orders.create") == 1


def test_importing_the_same_file_again_changes_nothing(web: WebShop) -> None:
    row = web.row("WEB-1", web.skus()[0])
    web.sell(row)
    assert web.sell(row).counts()["already_there"] == 1
    web.until("WEB-1", "succeeded")
    assert web.sell(row).entries[0].state == "succeeded"
    assert len(web.there("WEB-1")) == 1


def test_a_number_that_is_there_with_other_content_is_refused(web: WebShop) -> None:
    sku = web.skus()[0]
    web.sell(web.row("WEB-1", sku))
    (fault,) = web.sell(web.row("WEB-1", sku, 5)).faults
    assert fault.startswith("sales.csv:2: sale order WEB-1: duplicate printable_id: WEB-1 is ready with other content")


def test_a_number_with_a_quote_is_found_again(web: WebShop) -> None:
    web.shop.world.admin.add_faults({"operation": "sales_orders.create", "fault": "accepted_then_reset"})
    web.sell(web.row("O'Hara-1", web.skus()[0]))
    web.until("O'Hara-1", "succeeded")
    assert len(web.there("O'Hara-1")) == 1


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "truncated_json", "html_202"])
def test_a_lost_answer_is_looked_up_and_never_sent_again(web: WebShop, fault: str) -> None:
    web.shop.world.admin.add_faults({"operation": "sales_orders.create", "fault": fault})
    web.sell(web.row("WEB-1", web.skus()[0]))
    sale = web.until("WEB-1", "succeeded")
    assert web.names("WEB-1")[:4] == ["imported", "claimed", "ambiguous", "found"]
    assert (sale.attempts, len(web.there("WEB-1"))) == (1, 1)


def test_what_was_surely_not_sent_is_searched_for_before_it_is_sent_again(web: WebShop) -> None:
    web.shop.world.admin.add_faults({"operation": "sales_orders.create", "fault": "expired_token"})
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "succeeded")
    assert web.shop.calls("sales_orders.search") == 1
    assert web.names("WEB-1") == ["imported", "claimed", "unauthorised", "claimed", "accepted", "succeeded"]
    assert len(web.there("WEB-1")) == 1


def test_one_that_the_platform_had_all_along_is_found_instead_of_sent(web: WebShop) -> None:
    web.shop.world.admin.add_faults({"operation": "sales_orders.create", "fault": "accepted_then_reset"})
    web.sell(web.row("WEB-1", web.skus()[0]))
    sale = web.sold("WEB-1")
    submit_sale(web.shop.services, sale.id)
    alter(web, sale.id, "UPDATE sale_orders SET state = 'needs_person'", "unknown", "needs_person")
    resend_sale(web.shop.services, "WEB-1", actor="person:ann", reason="they say it is not there")
    web.until("WEB-1", "succeeded")
    assert "found" in web.names("WEB-1")
    assert len(web.there("WEB-1")) == 1


def alter(web: WebShop, sale_id: int, statement: str, was: str, becomes: str) -> None:
    """Lead a sale order where hours of waiting would."""
    from sqlalchemy import text

    assert web.sold(str(sale_id)).state == was
    with web.shop.services.database.transaction() as session:
        session.execute(text(f"{statement} WHERE id = {sale_id}"))
    assert web.sold(str(sale_id)).state == becomes


def test_a_failure_in_the_log_is_an_exception_with_the_logs_text(web: WebShop) -> None:
    web.shop.world.admin.switch(sale_outcome="failure", sale_failure_text="Product 17 is not sellable here")
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "failed")
    (matter,) = web.shop.matters("sale_order_failed")
    assert matter.subject == "WEB-1"
    assert "could not take it into its point of sale: Product 17 is not sellable here" in matter.message
    (theirs,) = web.there("WEB-1")
    web.shop.world.admin.tell_sale(theirs["id"], "succeed", "Manually convert to invoice")
    web.until("WEB-1", "succeeded")
    assert web.shop.matters("sale_order_failed") == []


def test_a_log_that_stays_silent_is_told_with_what_may_be_the_cause(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = open_shop("--locations", "1", "--sale-outcome", "silent", company=SELLING)
    shop.world.changes["times"] = {**shop.world.document()["times"], "status_log_limit": 0.4}
    shop.services.settings = shop.world.settings()  # type: ignore[misc]
    web = WebShop(shop, tmp_path)
    web.sell(web.row("WEB-1", web.skus()[0]))
    shop.work(lambda: bool(shop.matters("sale_order_silent")))
    (matter,) = shop.matters("sale_order_silent")
    assert "CRM synchronisation" in matter.message
    assert web.sold("WEB-1").state == "accepted"
    (theirs,) = web.there("WEB-1")
    shop.world.admin.tell_sale(theirs["id"], "succeed", "Sent to POS")
    web.until("WEB-1", "succeeded")
    assert shop.matters("sale_order_silent") == []


def test_the_platforms_no_is_an_exception_in_its_words_and_frees_the_number(web: WebShop) -> None:
    web.shop.world.admin.switch(sale_line_number="above_one")
    row = web.row("WEB-1", web.skus()[0])
    web.sell(row)
    web.until("WEB-1", "refused")
    (matter,) = web.shop.matters("sale_order_refused")
    assert "LineNumber must be greater than 1" in matter.message
    assert "correct its rows and import them again" in matter.message
    assert web.promised() == {}
    with_line = f"{HEADER},line"
    web.sell(f"{row},2", header=with_line)
    web.until("WEB-1", "succeeded")
    assert len(web.there("WEB-1")) == 1


def test_units_are_promised_until_the_point_of_sale_has_them_or_until_the_end(web: WebShop) -> None:
    sku = web.skus()[0]
    web.shop.world.admin.switch(sale_log_delay=60.0)
    web.sell(web.row("WEB-1", sku, 3))
    assert web.promised() == {sku: 3}
    web.until("WEB-1", "accepted")
    assert web.promised() == {sku: 3}
    (theirs,) = web.there("WEB-1")
    web.shop.world.admin.tell_sale(theirs["id"], "succeed", "Sent to POS")
    web.until("WEB-1", "succeeded")
    assert web.promised() == {}
    assert web.promised(instead=True) == {sku: 3}
    end_sale(web.shop.services, "WEB-1", PlatformSaleState.COMPLETED, actor="person:ann", reason="picked up")
    assert web.promised(instead=True) == {}
    assert web.there("WEB-1")[0]["state"] == "Completed"


def test_an_invoice_ends_the_promise_and_nothing_more_is_asked(web: WebShop) -> None:
    sku = web.skus()[0]
    web.sell(f"{web.row('WEB-1', sku, 2)},yes", header=f"{HEADER},invoice")
    sale = web.until("WEB-1", "succeeded")
    assert (sale.invoice, sale.next_at) == (True, None)
    assert web.promised(instead=True) == {}
    assert web.there("WEB-1")[0]["invoice"]


def test_people_at_the_retailer_end_a_sale_order_too(web: WebShop) -> None:
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "succeeded")
    desk = web.shop.services.sale_desk(web.shop.services.settings.companies[0])
    desk.set_state(web.shop.company, web.sold("WEB-1").platform_sale_id or "", PlatformSaleState.CANCELLED)
    web.until("WEB-1", "cancelled")
    assert web.names("WEB-1")[-1] == "cancelled_there"


def test_a_person_cancels_one_that_never_left_and_one_that_is_there(web: WebShop) -> None:
    sku = web.skus()[0]
    web.sell(web.row("HERE", sku), web.row("THERE", sku))
    cancel_sale(web.shop.services, "HERE", actor="person:ann", reason="the customer changed her mind")
    assert (web.sold("HERE").state, web.there("HERE")) == ("cancelled", [])
    web.until("THERE", "succeeded")
    cancel_sale(web.shop.services, "THERE", actor="person:ann", reason="the same")
    assert web.sold("THERE").state == "cancelled"
    assert web.there("THERE")[0]["state"] == "Cancelled"
    with pytest.raises(IllegalMoveError, match="sale order THERE is cancelled"):
        end_sale(web.shop.services, "THERE", PlatformSaleState.COMPLETED, actor="person:ann", reason="no")
    with pytest.raises(NotFoundError, match="no sale order"):
        cancel_sale(web.shop.services, "NOWHERE", actor="person:ann", reason="no")


def test_a_change_of_state_that_is_lost_on_the_way_is_made_up_for_by_the_next_try(web: WebShop) -> None:
    web.sell(web.row("WEB-1", web.skus()[0]))
    web.until("WEB-1", "succeeded")
    web.shop.world.admin.add_faults({"operation": "sales_orders.set_status", "fault": "accepted_then_reset"})
    with pytest.raises(GatewayError, match="change of state"):
        end_sale(web.shop.services, "WEB-1", PlatformSaleState.COMPLETED, actor="person:ann", reason="picked up")
    end_sale(web.shop.services, "WEB-1", PlatformSaleState.COMPLETED, actor="person:ann", reason="picked up")
    assert web.sold("WEB-1").state == "completed"
    assert web.shop.calls("sales_orders.set_status") == 1


BAD_ROWS = {
    "a number of 51 characters": ("x" * 51, {}, "printable_id has 51 characters"),
    "a location of another company": ("WEB-1", {"location": "99"}, "location 99 is not one of company"),
    "a customer who is none": ("WEB-1", {"customer_id": "ann"}, "customer_id 'ann' is not an id of a customer"),
    "a product without a catalog id": ("WEB-1", {"sku": "NO-SUCH"}, "SKU NO-SUCH has no catalog id"),
}


@pytest.mark.parametrize(("number", "changes", "words"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_sale_is_refused_before_anything_is_written(
    web: WebShop, number: str, changes: dict[str, str], words: str
) -> None:
    cells = dict(zip(HEADER.split(","), web.row(number, web.skus()[0]).split(","), strict=True))
    imported = web.sell(",".join((cells | changes).values()), web.row("GOOD", web.skus()[0]))
    (fault,) = imported.faults
    assert fault.startswith("sales.csv:2: sale order")
    assert words in fault
    assert imported.counts()["not_taken"] == 1
    kept = web.sell(",".join((cells | changes).values()), web.row("GOOD", web.skus()[0]), keep_good=True)
    assert (kept.counts()["imported"], kept.counts()["refused"]) == (1, 1)


def test_taxes_are_given_one_way(web: WebShop) -> None:
    header = f"{HEADER},tax_name,taxable_amount,tax_rate,tax,tax_service_id"
    row = web.row("WEB-1", web.skus()[0])
    both = web.sell(f"{row},GST,9.99,0.05,0.50,437ccff6-09c6-4356-8190-7ca1e999fefb", header=header)
    assert "line 1: tax 'GST' is given both whole and by tax_service_id" in both.faults[0]
    web.sell(f"{row},GST,9.99,0.05,0.50,", header=header)
    web.until("WEB-1", "succeeded")
    assert web.there("WEB-1")[0]["request"]["Items"][0]["TaxLineItems"] == [
        {"TaxName": "GST", "TaxableAmount": 9.99, "Rate": 0.05, "Tax": 0.5}
    ]


def test_no_company_takes_sales_unless_it_says_so(open_shop: OpenShop, tmp_path: Path) -> None:
    web = WebShop(open_shop("--locations", "1"), tmp_path)
    with pytest.raises(ConfigurationError, match=r"sale_orders\.enabled is not set for any company"):
        web.sell(web.row("WEB-1", "A"))


def test_a_dropped_file_is_imported_and_a_bad_one_is_told_until_it_is_corrected(
    open_shop: OpenShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replenisher.workflows.dropped_files.QUIET_SECONDS", -1.0)
    drop = tmp_path / "drop"
    drop.mkdir()
    shop = open_shop("--locations", "1", company=SELLING, sale_orders={"drop_folder": str(drop)})
    web = WebShop(shop, drop)
    good = web.row("WEB-1", web.skus()[0])
    web.write(good, web.row("x" * 51, web.skus()[0]), name="monday.csv")
    (refused,) = import_dropped_sales(shop.services)
    assert not refused.taken
    assert "sale orders: 1 refused, 1 not taken" in (drop / "refused" / "monday.txt").read_text()
    (matter,) = shop.matters("sale_order_file")
    assert "printable_id has 51 characters" in matter.message
    web.write(good, name="monday.csv")
    (taken,) = import_dropped_sales(shop.services)
    assert taken.counts()["imported"] == 1
    assert shop.matters("sale_order_file") == []
    assert (drop / "done" / "monday.csv").is_file()


def test_what_is_sold_lowers_the_position_until_the_report_shows_it(web: WebShop) -> None:
    """The plan counts a promise once: ours at first, the report's as soon as the platform has it."""
    sku = web.skus()[0]
    shop = web.shop
    (place,) = shop.world.admin.state(int(web.location))["locations"]
    levels = place["rows"][sku]
    shop.world.admin.set_stock(int(web.location), sku, in_stock=levels["maximum"] + 50, allocated=0)
    shop.world.admin.switch(sale_log_delay=60.0)
    web.sell(web.row("WEB-1", sku, 4))
    web.until("WEB-1", "accepted")
    first = allocated(web, shop.plan(), sku)
    (theirs,) = web.there("WEB-1")
    shop.world.admin.tell_sale(theirs["id"], "succeed", "Sent to POS")
    web.until("WEB-1", "succeeded")
    assert first == allocated(web, shop.plan(), sku) == 4


def allocated(web: WebShop, run: int, sku: str) -> int:
    """The promised units that a run counted."""
    from replenisher.workflows.explain import explain

    told = explain(web.shop.services, web.location, sku, run_id=run)
    return int(told.row["allocated"])


def test_the_tax_service_is_named_as_the_platforms_setting_says(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = open_shop("--locations", "1", "--sale-log-delay", "0.05", company=SELLING)
    spelled = {"tax_service_key": "IqTaxServiceId"}
    platform = shop.world.document()["platforms"]["retail"]
    shop.world.changes["platforms"] = {"retail": {"sales_orders": platform["sales_orders"] | spelled}}
    with contextlib.closing(build(shop.world.settings())) as services:
        web = WebShop(Shop(shop.world, services), tmp_path)
        service = "7f6d2a50-58a8-4c0c-9b35-3f5bbd0c3f4e"
        row = f"{web.row('WEB-1', web.skus()[0])},{service}"
        web.sell(row, header=f"{HEADER},tax_service_id")
        web.until("WEB-1", "succeeded")
    (theirs,) = web.there("WEB-1")
    assert theirs["request"]["Items"][0]["TaxLineItems"] == [{"IqTaxServiceId": service}]
