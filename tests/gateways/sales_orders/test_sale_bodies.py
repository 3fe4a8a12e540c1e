"""What is sent for a sale order, letter by letter and by law."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replenisher.errors import RefusedError
from replenisher.gateways.sales_orders.bodies import sale_body, state_body
from replenisher.purchasing.sale_orders import (
    PlatformSaleState,
    SaleCharge,
    SaleItem,
    SaleOrderRequest,
    SalePayment,
    SaleTax,
)
from tests.gateways.sales_orders.orders_to_send import (
    CUSTOMER,
    PHONE,
    SALE,
    TAX_SERVICE,
    WHOLE_TAX,
    a_full_sale,
    a_sale,
)

KEY = "IqmetrixTaxServiceId"
GOLDEN = (
    b'{"DateCreatedUtc":"2018-01-04T16:00:00Z","LocationId":14192,"CustomerId":"a61ebc5a-b85f-66a3-dec3-260637dd796c",'
    b'"PrintableId":"229045","Items":[{"LineNumber":1,"ItemType":"InStock","Quantity":1,'
    b'"ProductCatalogId":"55c8b270-63b9-a095-d975-9a730b3dacb4","Price":99.98,"SerialNumber":"356938035643809",'
    b'"TaxLineItems":[{"TaxName":"Sales Tax","TaxableAmount":17.99,"Rate":0.0125,"Tax":0.22}]},'
    b'{"LineNumber":2,"ItemType":"Dropship","Quantity":3,"ProductCatalogId":"a183f1a9-c58f-426a-930a-9a6357db52ed",'
    b'"Price":12.50,"CorrelationId":"6716053127","PricingTermId":2,"SupplierEntityId":5123,'
    b'"TaxLineItems":[{"IqmetrixTaxServiceId":"fe73a2fd-1751-42a9-ac3d-d9d10e1317a4"}]}],'
    b'"Payments":[{"Amount":100.20,"AuthCode":"VISA_253189","TransactionNumber":"DSX-39718","Token":"OslkhrXM",'
    b'"CorrelationId":"DSX-87924"},{"Amount":-1.10}],"ExpiryDateUtc":"2018-02-04T16:00:00Z",'
    b'"TaxCalculationResultId":"e4b25c1b-876a-4c13-b562-c3ba1ac33a76",'
    b'"BillingAddressId":"1e93b1bc-ecf7-46f5-8be4-e20284e0df36",'
    b'"ShippingAddressId":"8f49e60a-5714-4fd2-9d68-223114227011",'
    b'"DropshipOrderId":"9dd08bfc-24a0-99ed-64c4-8b5602402f91","UserId":4349,'
    b'"ShippingLineItems":[{"LineNumber":1,"Amount":9.99,"Type":"USPS","CorrelationId":"6716053127",'
    b'"RetailerCatalogId":"a183f1a9-c58f-426a-930a-9a6357db52ed","AssociatedLineItems":[1,2]}],'
    b'"DiscountLineItems":[{"LineNumber":1,"Amount":2.99,"Name":"BOGO 50","DiscountCode":"M5512323DD1",'
    b'"RetailerCatalogId":"a183f1a9-c58f-426a-930a-9a6357db52ed","AssociatedLineItems":[1]}]}'
)
LEAST = (
    b'{"DateCreatedUtc":"2018-01-04T16:00:00Z","LocationId":14192,"CustomerId":"a61ebc5a-b85f-66a3-dec3-260637dd796c",'
    b'"PrintableId":"229045","Items":[{"LineNumber":1,"ItemType":"InStock","Quantity":1,'
    b'"ProductCatalogId":"55c8b270-63b9-a095-d975-9a730b3dacb4","Price":99.98}],"Payments":[]}'
)


def read(body: bytes) -> dict[str, Any]:
    found = json.loads(body, parse_float=str)
    assert isinstance(found, dict)
    return found


def test_everything_that_a_sale_order_can_hold_is_written_as_documented() -> None:
    assert sale_body(a_full_sale(), KEY) == GOLDEN


def test_what_is_not_given_is_left_out_and_the_payments_are_there_though_there_are_none() -> None:
    assert sale_body(a_sale(), KEY) == LEAST


def test_the_invoice_is_a_matter_of_the_address_and_not_of_the_body() -> None:
    assert sale_body(a_sale(invoice=True), KEY) == LEAST


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    made = datetime(2018, 1, 4, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=-6)))
    assert sale_body(a_sale(created_at=made), KEY) == LEAST


def test_a_tax_of_the_tax_service_is_named_as_the_setting_says_and_nothing_else_of_it_is_sent() -> None:
    both = SaleTax("Sales Tax", Decimal(1), Decimal(1), Decimal(1), TAX_SERVICE.upper())
    item = SaleItem(1, PHONE, 1, Decimal(1), taxes=(both,))
    (sent,) = read(sale_body(a_sale(items=(item,)), "IqTaxServiceId"))["Items"]
    assert sent["TaxLineItems"] == [{"IqTaxServiceId": TAX_SERVICE}]


def test_supplier_and_drop_ship_order_are_told_for_drop_ship_items_only() -> None:
    item = SaleItem(1, PHONE, 1, Decimal(1), supplier="5123")
    in_stock = a_full_sale(items=(item,))
    dropped = replace(in_stock, items=(replace(item, drop_ship=True),))
    assert b"DropshipOrderId" not in sale_body(in_stock, KEY)
    assert b"SupplierEntityId" not in sale_body(in_stock, KEY)
    told = read(sale_body(dropped, KEY))
    assert told["DropshipOrderId"] == in_stock.drop_ship_order_id
    assert told["Items"][0]["SupplierEntityId"] == 5123


def test_a_user_or_pricing_term_that_is_0_is_given_and_written() -> None:
    sent = read(sale_body(a_sale(user_id=0, items=(SaleItem(1, PHONE, 1, Decimal(0), pricing_term_id=0),)), KEY))
    assert sent["UserId"] == 0
    assert sent["Items"][0]["PricingTermId"] == 0


amounts = st.decimals(min_value=-999_999, max_value=999_999, allow_nan=False, allow_infinity=False, places=4)
words = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=12)
items = st.builds(
    SaleItem,
    line_number=st.integers(1, 10_000),
    catalog_id=st.uuids().map(str),
    quantity=st.integers(-3, 500).filter(bool),
    price=amounts,
    correlation_id=words,
    drop_ship=st.booleans(),
    supplier=st.sampled_from(["", "5123"]),
    taxes=st.lists(st.builds(SaleTax, name=words, taxable_amount=amounts, rate=amounts, amount=amounts)).map(tuple),
)
payments = st.builds(SalePayment, amount=amounts, auth_code=words, token=words)
charges = st.builds(SaleCharge, line_number=st.integers(1, 99), amount=amounts, name=words)
FORBIDDEN = {"Id", "PaymentMethodId", "CompanyId", "DateInsertedUtc", "DateUpdatedUtc"}


def names_in(document: object) -> set[str]:
    if isinstance(document, dict):
        return set(document) | {name for value in document.values() for name in names_in(value)}
    return {name for value in document for name in names_in(value)} if isinstance(document, list) else set()


@given(
    st.lists(items, max_size=6).map(tuple),
    st.lists(payments, max_size=3).map(tuple),
    st.lists(charges, max_size=3).map(tuple),
)
def test_the_body_holds_every_item_once_in_order_and_all_money_to_the_last_digit(
    sold: tuple[SaleItem, ...], paid: tuple[SalePayment, ...], shipped: tuple[SaleCharge, ...]
) -> None:
    order = a_sale(items=sold, payments=paid, shipping=shipped)
    body = sale_body(order, KEY)
    assert body == sale_body(replace(order), KEY)
    sent = json.loads(body, parse_float=Decimal)
    told = [(one["LineNumber"], one["ProductCatalogId"], one["Quantity"], str(one["Price"])) for one in sent["Items"]]
    assert told == [(one.line_number, one.catalog_id, one.quantity, str(one.price)) for one in sold]
    taxes = [[str(tax["Tax"]) for tax in one.get("TaxLineItems", [])] for one in sent["Items"]]
    assert taxes == [[str(tax.amount) for tax in one.taxes] for one in sold]
    assert [str(one["Amount"]) for one in sent["Payments"]] == [str(one.amount) for one in paid]
    assert [str(one["Amount"]) for one in sent.get("ShippingLineItems", [])] == [str(one.amount) for one in shipped]
    assert names_in(sent) & FORBIDDEN == set()


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0.0000001", "0.0000001"),
        ("1E+2", "100"),
        ("100.20", "100.20"),
        ("-0.5", "-0.5"),
        ("0", "0"),
        ("7E-9", "0.000000007"),
    ],
)
def test_an_amount_is_written_in_plain_digits(amount: str, written: str) -> None:
    body = sale_body(a_sale(payments=(SalePayment(Decimal(amount)),)), KEY)
    assert body.endswith(b'"Payments":[{"Amount":' + written.encode() + b"}]}")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "1E+15", "1E+999999"])
def test_what_is_no_amount_of_money_is_refused_wherever_it_stands(amount: str) -> None:
    odd = Decimal(amount)
    item = SaleItem(1, PHONE, 1, Decimal(1))
    for sale in (
        a_sale(items=(replace(item, price=odd),)),
        a_sale(items=(replace(item, taxes=(replace(WHOLE_TAX, rate=odd),)),)),
        a_sale(payments=(SalePayment(odd),)),
        a_sale(shipping=(SaleCharge(1, odd),)),
        a_sale(discounts=(SaleCharge(1, odd),)),
    ):
        with pytest.raises(RefusedError, match="nothing was sent"):
            sale_body(sale, KEY)


def test_the_largest_amount_below_the_limit_is_written() -> None:
    sale_body(a_sale(payments=(SalePayment(Decimal("999999999999999.99")),)), KEY)


DROPPED = SaleItem(1, PHONE, 1, Decimal(1), drop_ship=True)
REQUIRED: list[Callable[[str], SaleOrderRequest]] = [
    lambda text: a_sale(customer_id=text),
    lambda text: a_sale(location=text),
    lambda text: a_sale(items=(replace(DROPPED, catalog_id=text),)),
]
OPTIONAL: list[Callable[[str], SaleOrderRequest]] = [
    lambda text: a_sale(tax_calculation_id=text),
    lambda text: a_sale(billing_address_id=text),
    lambda text: a_sale(shipping_address_id=text),
    lambda text: a_sale(items=(DROPPED,), drop_ship_order_id=text),
    lambda text: a_sale(items=(replace(DROPPED, supplier=text),)),
    lambda text: a_sale(items=(replace(DROPPED, taxes=(replace(WHOLE_TAX, tax_service_id=text),)),)),
    lambda text: a_sale(shipping=(SaleCharge(1, Decimal(1), catalog_id=text),)),
]


@pytest.mark.parametrize("odd", [" ", "7.0", "{}", CUSTOMER[:-1], "00000000-0000-0000-0000-000000000000", "../7"])
@pytest.mark.parametrize("sale", REQUIRED + OPTIONAL)
def test_an_id_that_is_none_is_refused_wherever_it_stands(sale: Callable[[str], SaleOrderRequest], odd: str) -> None:
    with pytest.raises(RefusedError, match="nothing was sent"):
        sale_body(sale(odd), KEY)


@pytest.mark.parametrize("sale", REQUIRED)
def test_an_id_that_an_order_needs_may_not_be_empty(sale: Callable[[str], SaleOrderRequest]) -> None:
    with pytest.raises(RefusedError, match="nothing was sent"):
        sale_body(sale(""), KEY)


@pytest.mark.parametrize("sale", OPTIONAL)
def test_an_id_that_an_order_does_not_need_may_be_missing(sale: Callable[[str], SaleOrderRequest]) -> None:
    assert read(sale_body(sale(""), KEY))["PrintableId"] == "229045"


@pytest.mark.parametrize("printable_id", ["", "WEB\n1", "WEB\x001", "a\u2028b", "\ud800"])
def test_a_printable_id_that_could_not_be_searched_for_is_refused(printable_id: str) -> None:
    with pytest.raises(RefusedError, match="cannot be searched for"):
        sale_body(a_sale(printable_id=printable_id), KEY)


@pytest.mark.parametrize("printable_id", ["x" * 50, "O'Hara & Søn #7/8", "注文-1"])
def test_any_other_printable_id_is_sent_as_it_is(printable_id: str) -> None:
    assert read(sale_body(a_sale(printable_id=printable_id), KEY))["PrintableId"] == printable_id


def test_a_change_of_state_names_the_order_the_state_and_who_asked_when_that_is_known() -> None:
    completed, cancelled = PlatformSaleState.COMPLETED, PlatformSaleState.CANCELLED
    named = b'{"Id":"' + SALE.encode() + b'","State":"Completed","UpdatedBy":236177}'
    assert state_body(SALE.upper(), completed, 236177) == named
    assert state_body(SALE, cancelled, None) == b'{"Id":"' + SALE.encode() + b'","State":"Cancelled"}'
    assert state_body(SALE, cancelled, 0) == b'{"Id":"' + SALE.encode() + b'","State":"Cancelled","UpdatedBy":0}'


@pytest.mark.parametrize("state", [PlatformSaleState.PENDING, PlatformSaleState.UNKNOWN])
def test_a_state_that_people_cannot_give_is_refused(state: PlatformSaleState) -> None:
    with pytest.raises(RefusedError, match="nothing was sent"):
        state_body(SALE, state, None)


def test_the_day_of_expiry_is_in_utc_too() -> None:
    expires = datetime(2018, 2, 4, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    sent = read(sale_body(a_sale(expires_at=expires), KEY))
    assert sent["ExpiryDateUtc"] == f"{expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" == "2018-02-05T01:30:00Z"
