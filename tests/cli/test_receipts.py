"""The audit of receipts as a person asks for it: a table with amounts, a file for a spreadsheet, data for scripts."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from sqlalchemy import insert, text

from replenisher.config import load
from replenisher.database import companies
from replenisher.database.models import CompanyState
from replenisher.database.session import Database
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import OrderState
from replenisher.services import Services, build
from replenisher.workflows.jobs import ensure_jobs
from tests.cli.conftest import Typed
from tests.database.rows import add_order, add_run
from tests.world import World

COMPANY, LOCATION, ORDER = "14146", "11412", "6e1a9f4c-2f0e-4b5e-9a55-0d6a1a0c7e42"
LINES = (RequestLine("00123", 10, Decimal("2.50")), RequestLine("=A1", 4, None))


@dataclass
class Retailer:
    """A platform on a socket: an account service, one receiving report, and orders in full."""

    url: str
    orders: list[dict[str, Any]] = field(default_factory=list)
    report: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    def answer(self, path: str) -> tuple[int, Any]:
        if "token" in path:
            return 200, {"access_token": "t", "expires_in": 43199, "refresh_token": "r"}
        if "OrderWithDetail" in path:
            return self.status, self.orders
        return 200, self.report


@pytest.fixture
def retailer() -> Iterator[Retailer]:
    """A retailer whose answers a test sets."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = made.answer(self.path)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the server's own word

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Retailer(f"http://127.0.0.1:{server.server_port}/")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def our_order(dark_world: World, retailer: Retailer, database: Database) -> str:
    """A confirmed order of ours, its company on the retailer's platform; gives its vendor invoice number."""
    places = {
        "base_url": f"{retailer.url}vendorinventory/v1/",
        "accounts_url": f"{retailer.url}accounts/v1",
        "purchase_orders": {"base_url": f"{retailer.url}purchaseorder/v1/"},
    }
    dark_world.changes = {"platforms": {"retail": places}}
    (dark_world.folder / "products.csv").write_text("sku,unit_cost\n00123,2.50\n")
    dark_world.write()
    with database.transaction() as session:
        run = add_run(session, company=COMPANY)
        add_order(
            session,
            run,
            state=OrderState.CONFIRMED,
            lines=LINES,
            company=COMPANY,
            location=LOCATION,
            platform_order_id=ORDER,
            confirmed_at=datetime(2026, 3, 2, tzinfo=UTC),
        )
        return str(session.execute(text("SELECT vendor_invoice_number FROM purchase_orders")).scalar_one())


def in_full(reference: str, *received: tuple[str, int], fully: bool = False) -> dict[str, Any]:
    """The order as the service tells it, with what was received of it."""
    now = datetime.now(UTC).isoformat()
    return {
        "Id": ORDER,
        "SupplierInvoiceNumber": reference,
        "SupplierId": 5123,
        "ShipToLocationId": int(LOCATION),
        "State": "Created",
        "CreatedDateUTC": now,
        "FullyReceived": fully,
        "OrderedProducts": [
            {"SupplierSKU": line.sku, "Quantity": line.quantity, "UnitCost": 2.5 if line.unit_cost else 0.1}
            for line in LINES
        ],
        "ReceivedProducts": [
            {"SupplierSKU": sku, "Quantity": units, "UnitCost": 2.5, "ReceivedDateUTC": now} for sku, units in received
        ],
    }


def in_report(*received: tuple[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "ReceivingId": 1,
            "DateReceived": "2026-03-02T12:00:00",
            "LocationId": int(LOCATION),
            "PurchaseOrderId": ORDER,
            "Products": [{"VendorSku": sku, "Quantity": units, "SerialNumbers": []} for sku, units in received],
        }
    ]


def test_orders_that_agree_end_well(typed: Typed, our_order: str, retailer: Retailer) -> None:
    retailer.orders = [in_full(our_order, ("00123", 10))]
    retailer.report = in_report(("00123", 10))
    ended = typed("receipts audit")
    assert ended.code == 0, ended.said
    assert f"company {COMPANY}: orders of the last 35 days" in ended.said
    assert "1 of 1 orders agree in all that was told" in ended.said


def test_differences_are_told_with_units_and_amounts_and_end_with_problems(
    typed: Typed, our_order: str, retailer: Retailer
) -> None:
    retailer.orders = [in_full(our_order, ("00123", 8), ("=A1", 5))]
    retailer.report = in_report(("00123", 10), ("=A1", 5))
    ended = typed("receipts audit")
    assert ended.code == 7, ended.said
    (first,) = [line.split() for line in ended.out.splitlines() if line.startswith(our_order)]
    assert first[1:6] == [LOCATION, "14", "0", "15", "13"]
    assert first[-1] == "5.00"
    assert "00123: 8 received on the order, 10 by the receiving report" in ended.said
    assert "=A1: 5 received of 4 ordered; 1 too many" in ended.said
    assert "2 differences (1 audit_received, 1 audit_over), 7.50 in question" in ended.said
    assert "0 of 1 orders agree" in ended.said
    listed = typed("exceptions list --kind audit_received --json")
    assert [one["subject"] for one in listed.data] == [our_order]


def test_the_file_holds_every_difference_and_no_formula(
    typed: Typed, our_order: str, retailer: Retailer, tmp_path: Path
) -> None:
    retailer.orders = [in_full(our_order, ("=A1", 5))]
    retailer.report = in_report(("=A1", 5))
    ended = typed("receipts audit --csv differences.csv")
    assert (ended.code, "differences.csv: written" in ended.err) == (7, True)
    with (tmp_path / "differences.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "company": COMPANY,
        "kind": "audit_over",
        "vendor_invoice_number": our_order,
        "location": LOCATION,
        "sku": "'=A1",
        "amount": "2.5",
        "difference": "'=A1: 5 received of 4 ordered; 1 too many",
    }
    assert typed("receipts audit --csv nowhere/differences.csv").code == 3


def test_scripts_get_every_order_with_its_differences(typed: Typed, our_order: str, retailer: Retailer) -> None:
    retailer.orders = [in_full(our_order, ("00123", 9), fully=True)]
    retailer.report = in_report(("00123", 9))
    ended = typed(f"receipts audit --company {COMPANY} --days 3 --json")
    assert ended.code == 7
    (result,) = ended.data
    assert (result["company"], result["days"], result["differences"]) == (COMPANY, 3, {"audit_short": 2})
    (order,) = result["orders"]
    assert (order["vendor_invoice_number"], order["ordered"], order["told"], order["received"]) == (our_order, 14, 9, 9)
    assert [(one["sku"], one["amount"]) for one in order["differences"]] == [("00123", "2.5000"), ("=A1", "0.4")]


def test_a_company_that_cannot_be_audited_stops_no_other_and_gives_the_code(
    typed: Typed, our_order: str, retailer: Retailer, dark_world: World, database: Database
) -> None:
    (company,) = dark_world.document()["companies"]
    dark_world.changes["companies"] = [{**company, "id": "9", "name": "Paused"}, company]
    dark_world.write()
    with database.transaction() as session:
        session.execute(insert(CompanyState).values(company="9"))
        companies.pause(session, "9", "wrong password")
    retailer.orders = [in_full(our_order)]
    ended = typed("receipts audit")
    assert ended.code == 6
    assert "company 9: not audited: company 9 is paused: wrong password" in ended.said
    assert "1 of 1 orders agree" in ended.said


def test_a_service_that_does_not_answer_is_told(typed: Typed, our_order: str, retailer: Retailer) -> None:
    assert our_order
    retailer.status = 503
    ended = typed("receipts audit")
    assert (ended.code, "503" in ended.err) == (5, True)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("receipts audit --company nobody", 6, "no company nobody"),
        ("receipts audit --days 0", 2, "--days"),
        ("receipts audit --days 367", 2, "--days"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(typed: Typed, our_order: str, line: str, code: int, said: str) -> None:
    assert our_order
    ended = typed(line)
    assert (ended.code, said in ended.said) == (code, True), ended.said


def test_without_the_service_nothing_can_be_audited(typed: Typed, dark_world: World) -> None:
    dark_world.write()
    ended = typed("receipts audit")
    assert ended.code == 3
    assert "no company's receipts can be audited" in ended.said
    assert typed(f"receipts audit --company {COMPANY}").code == 3


def test_status_shows_when_the_audit_comes_round_and_how_it_ended(
    typed: Typed, our_order: str, dark_world: World, database: Database
) -> None:
    assert our_order
    path = dark_world.write()
    document = yaml.safe_load(path.read_text())
    document["companies"][0]["receipt_audit"] = {"schedule": "30 2 * * *"}
    path.write_text(yaml.safe_dump(document))
    with_services(path, ensure_jobs)
    shown = typed("status").said
    assert "receipt_audit 30 2 * * * (America/Regina); next 20" in shown
    assert "last done never" in shown
    with database.transaction() as session:
        session.execute(text("UPDATE company_jobs SET last_error = 'answered 503', failures = 2"))
    assert "failed 2 in a row: answered 503" in typed("status").said
    (job,) = typed("status --json").data["daemon"]["companies"][0]["jobs"]
    assert (job["job"], job["failures"], job["last_error"]) == ("receipt_audit", 2, "answered 503")


def with_services(path: Path, do: Callable[[Services], None]) -> None:
    services = build(load(path))
    do(services)
    services.close()
