"""Every error that zeep or lxml can raise while we write or read an envelope is one of ours when it leaves."""

from __future__ import annotations

import inspect
from datetime import date
from decimal import Decimal

import pytest
import zeep.exceptions
from lxml import etree

from replenisher.errors import RefusedError
from replenisher.gateways.soap import envelopes
from replenisher.gateways.soap.envelopes import IDENTITY, Envelopes

ZEEP_ERRORS = [
    one
    for _, one in inspect.getmembers(zeep.exceptions, inspect.isclass)
    if issubclass(one, Exception) and not issubclass(one, Warning)
]


def test_every_error_of_zeep_descends_from_the_one_that_is_caught() -> None:
    assert len(ZEEP_ERRORS) > 10
    assert [one for one in ZEEP_ERRORS if not issubclass(one, envelopes.ZeepError)] == []


def test_every_error_of_lxml_descends_from_the_one_that_is_caught() -> None:
    classes = inspect.getmembers(etree, inspect.isclass)
    errors = [one for name, one in classes if issubclass(one, Exception) and not name.startswith("_")]
    assert len(errors) > 10
    assert [one for one in errors if not issubclass(one, etree.Error)] == []


@pytest.mark.parametrize(
    ("operation", "element", "value"),
    [
        *(("GetProductSerialNumbers", "RQProductID", value) for value in ("7", 7.0, True, 2**31, [7], object())),
        *(("EnableCompany", "isEnabled", value) for value in (1, "true")),
        *(("CancelUncommittedPurchaseOrder", "purchaseOrderId", value) for value in ("7", 7, "x" * 36)),
        *(("GetPurchaseOrderByBusinessID", "purchaseOrderIdByStore", value) for value in (7, b"A")),
        ("GetCompletedPurchaseOrderList", "startDateReceived", "2026-01-01"),
    ],
)
def test_a_value_that_does_not_fit_its_element_is_refused_by_the_elements_name(
    operation: str, element: str, value: object
) -> None:
    with pytest.raises(RefusedError, match=f"{element} does not take such a value.*nothing was sent"):
        Envelopes("vmi", "u", "p").write(operation, {IDENTITY: {}, element: value})


@pytest.mark.parametrize("cost", [Decimal("NaN"), Decimal("Infinity"), 9.99, "9.99"])
def test_an_amount_that_is_none_is_refused(cost: object) -> None:
    line = {"VendorSKU": "A", "QuantityOrdered": 1, "ProductCost": cost}
    body = {"ProductsOrdered": {"ProductInformation": [line]}}
    with pytest.raises(RefusedError, match="ProductCost"):
        Envelopes("vmi", "u", "p").write("CreatePurchaseOrder", {IDENTITY: {}, "PurchaseOrder": body})


def test_fitting_values_are_accepted() -> None:
    line = {"VendorSKU": "A", "QuantityOrdered": 2**31 - 1, "ProductCost": Decimal("9.99"), "DateEOL": date(2026, 1, 2)}
    body = {
        "PurchaseOrderID": "28890F70-6FC9-4A9B-9458-410A8D08502D",
        "ProductsOrdered": {"ProductInformation": [line]},
    }
    written, _ = Envelopes("vmi", "u", "p").write("CreatePurchaseOrder", {IDENTITY: {}, "PurchaseOrder": body})
    for told in (b">2147483647<", b">9.99<", b">2026-01-02T00:00:00<", b">28890F70-"):
        assert told in written
