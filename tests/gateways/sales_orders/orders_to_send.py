"""A sale order with everything that one can hold, and one with the least."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from replenisher.purchasing.sale_orders import SaleCharge, SaleItem, SaleOrderRequest, SalePayment, SaleTax

CUSTOMER = "a61ebc5a-b85f-66a3-dec3-260637dd796c"
PHONE = "55c8b270-63b9-a095-d975-9a730b3dacb4"
CASE = "a183f1a9-c58f-426a-930a-9a6357db52ed"
TAX_SERVICE = "fe73a2fd-1751-42a9-ac3d-d9d10e1317a4"
DROP_SHIP_ORDER = "9dd08bfc-24a0-99ed-64c4-8b5602402f91"
SALE = "d8daa9df-0e3d-4355-b3f8-451b281b3be5"

WHOLE_TAX = SaleTax("Sales Tax", Decimal("17.99"), Decimal("0.0125"), Decimal("0.22"))
TAX_BY_SERVICE = SaleTax(tax_service_id=TAX_SERVICE)


def a_sale(**changes: Any) -> SaleOrderRequest:
    """The least that a sale order can be."""
    values: dict[str, Any] = {
        "company": "14146",
        "location": "14192",
        "printable_id": "229045",
        "customer_id": CUSTOMER,
        "created_at": datetime(2018, 1, 4, 16, 0, tzinfo=UTC),
        "items": (SaleItem(1, PHONE, 1, Decimal("99.98"), "SKU-1"),),
    }
    return SaleOrderRequest(**(values | changes))


def a_full_sale(**changes: Any) -> SaleOrderRequest:
    """Everything that a sale order can hold."""
    values: dict[str, Any] = {
        "items": (
            SaleItem(1, PHONE, 1, Decimal("99.98"), "SKU-1", serial_number="356938035643809", taxes=(WHOLE_TAX,)),
            SaleItem(
                2,
                CASE.upper(),
                3,
                Decimal("12.50"),
                "SKU-2",
                drop_ship=True,
                supplier="5123",
                correlation_id="6716053127",
                pricing_term_id=2,
                taxes=(TAX_BY_SERVICE,),
            ),
        ),
        "payments": (
            SalePayment(Decimal("100.20"), "VISA_253189", "DSX-39718", "OslkhrXM", "DSX-87924"),
            SalePayment(Decimal("-1.10")),
        ),
        "shipping": (SaleCharge(1, Decimal("9.99"), "USPS", "", "6716053127", CASE, (1, 2)),),
        "discounts": (SaleCharge(1, Decimal("2.99"), "BOGO 50", "M5512323DD1", "", CASE, (1,)),),
        "expires_at": datetime(2018, 2, 4, 16, 0, tzinfo=UTC),
        "tax_calculation_id": "e4b25c1b-876a-4c13-b562-c3ba1ac33a76",
        "billing_address_id": "1e93b1bc-ecf7-46f5-8be4-e20284e0df36",
        "shipping_address_id": "8f49e60a-5714-4fd2-9d68-223114227011",
        "drop_ship_order_id": DROP_SHIP_ORDER,
        "user_id": 4349,
    }
    return a_sale(**(values | changes))
