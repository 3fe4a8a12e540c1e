"""Sales, receipts, transfers and adjustments over SOAP: one row per line of the wire, every documented date form."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from replenisher.gateways.soap.movements import receiving_of, sales_of
from replenisher.gateways.soap.rows import UnreadableRowError
from replenisher.gateways.vmi.movements import adjustments_of, transfers_of
from replenisher.purchasing.platform import ReportWindow
from tests.gateways.soap.envelopes_of import reply, saved_reply

WINDOW = ReportWindow(date(2016, 1, 1), date(2016, 1, 31))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_sales_of_a_location_are_read_whatever_the_order_of_elements_and_the_form_of_dates() -> None:
    frame = sales_of(saved_reply("sales.xml", "GetProductSalesReport"), "36")
    wanted = ["invoice_id", "line", "sku", "quantity", "action", "serial_number", "list_price", "sold_at"]
    assert frame[wanted].to_dict("records") == [
        {
            "invoice_id": "BDP123",
            "line": 1,
            "sku": "WMGCMSSL12",
            "quantity": 1,
            "action": "sold",
            "serial_number": "12345",
            "list_price": 999_900,
            "sold_at": pd.Timestamp("2016-01-21T16:58:24"),
        },
        {
            "invoice_id": "BDP123",
            "line": 2,
            "sku": "00123",
            "quantity": -1,
            "action": "refunded",
            "serial_number": "",
            "list_price": 199_950,
            "sold_at": pd.Timestamp("2016-01-21T16:58:24.73"),
        },
    ]


def test_a_sale_with_a_date_in_no_documented_form_refuses_the_report() -> None:
    row = (
        "<ProductSalesReportData><RqInvoiceIdByStore>I1</RqInvoiceIdByStore><VendorSKU>A</VendorSKU>"
        "<StoreID>36</StoreID><SoldOn>21.01.2016</SoldOn><Quantity>1</Quantity><Refund>false</Refund>"
        "</ProductSalesReportData>"
    )
    with pytest.raises(UnreadableRowError, match="SoldOn"):
        sales_of(reply("GetProductSalesReport", row), "36")


def test_receipts_carry_the_printed_order_number_and_rows_without_our_sku_are_left_out() -> None:
    frame = receiving_of(saved_reply("receiving.xml", "GetReceivingInfo"), "1")
    assert frame.to_dict("records") == [
        {
            "location": "1",
            "receiving_id": "CORNWRE6058",
            "line": 1,
            "platform_order_id": "CORNWPO3573",
            "sku": "WMGCMSSL12",
            "quantity": 1,
            "serial_numbers": "97000012",
            "received_at": pd.Timestamp("2016-07-22T00:05:00"),
        }
    ]


def test_transfers_are_a_row_of_what_left_and_a_row_of_what_came() -> None:
    cells = "<ShippedOut>3</ShippedOut><ReceivedOut>1</ReceivedOut><ShippedIn>0</ShippedIn><ReceivedIn>2</ReceivedIn>"
    row = f"<TransferCount><StoreID>36</StoreID><VendorSku>A</VendorSku>{cells}</TransferCount>"
    frame = transfers_of(reply("GetTransferCounts", row), "36", WINDOW)
    wanted = ["from_location", "to_location", "sku", "quantity", "shipped", "received", "line"]
    assert frame[wanted].to_numpy().tolist() == [["36", "", "A", 3, 3, 1, 1], ["", "36", "A", 2, 0, 2, 1]]
    again = transfers_of(reply("GetTransferCounts", row), "36", WINDOW)
    assert frame["transfer_id"].tolist() == again["transfer_id"].tolist()
    assert frame["shipped_at"].isna().all()


def test_a_product_that_did_not_move_is_no_transfer() -> None:
    cells = "".join(f"<{name}>0</{name}>" for name in ("ShippedOut", "ReceivedOut", "ShippedIn", "ReceivedIn"))
    row = f"<TransferCount><StoreID>36</StoreID><VendorSku>A</VendorSku>{cells}</TransferCount>"
    assert len(transfers_of(reply("GetTransferCounts", row), "36", WINDOW)) == 0


def test_adjustments_of_minus_one_are_numbers_and_lines_count_within_a_sku() -> None:
    def row(sku: str, quantity: int, store: int = 36) -> str:
        return (
            f"<Adjustment><StoreID>{store}</StoreID><ProductItemID>1</ProductItemID><VendorSku>{sku}</VendorSku>"
            f"<Quantity>{quantity}</Quantity><Reason>Shrinkage</Reason></Adjustment>"
        )

    answer = reply("GetAdjustmentReport", row("A", -1) + row("B", 4) + row("A", -1) + row("A", -9, store=37))
    frame = adjustments_of(answer, "36", WINDOW)
    assert frame[["sku", "quantity", "line", "reason"]].to_numpy().tolist() == [
        ["A", -1, 1, "Shrinkage"],
        ["B", 4, 1, "Shrinkage"],
        ["A", -1, 2, "Shrinkage"],
    ]
