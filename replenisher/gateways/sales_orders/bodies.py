"""The body of a sale order: the same bytes for the same order on every try; what is not given is left out."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from replenisher.errors import RefusedError
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.rest.values import moment_text
from replenisher.purchasing.sale_orders import SaleCharge, SaleItem, SaleOrderRequest, SalePayment, SaleTax

ENCODER = msgspec.json.Encoder(decimal_format="number")


def sale_body(order: SaleOrderRequest, tax_service_key: str) -> bytes:
    """Write a sale order; ids that the service makes itself are never sent."""
    required: dict[str, object] = {
        "DateCreatedUtc": moment_text(order.created_at),
        "LocationId": int(whole_id(order.location, "location")),
        "CustomerId": guid(order.customer_id, "customer"),
        "PrintableId": order.printable_id,
        "Items": [_item(item, tax_service_key) for item in order.items],
        "Payments": [_payment(payment) for payment in order.payments],
    }
    optional: dict[str, object | None] = {
        "ExpiryDateUtc": None if order.expires_at is None else moment_text(order.expires_at),
        "TaxCalculationResultId": order.tax_calculation_id or None,
        "BillingAddressId": order.billing_address_id or None,
        "ShippingAddressId": order.shipping_address_id or None,
        "DropshipOrderId": order.drop_ship_order_id or None,
        "UserId": order.user_id,
        "ShippingLineItems": [_charge(charge, "Type") for charge in order.shipping] or None,
        "DiscountLineItems": [_charge(charge, "Name") for charge in order.discounts] or None,
    }
    return ENCODER.encode(required | _given(optional))


def _given(optional: dict[str, object | None]) -> dict[str, object]:
    return {name: value for name, value in optional.items() if value not in (None, "")}


def _item(item: SaleItem, tax_service_key: str) -> dict[str, object]:
    return {
        "LineNumber": item.line_number,
        "ItemType": "Dropship" if item.drop_ship else "InStock",
        "Quantity": item.quantity,
        "ProductCatalogId": guid(item.catalog_id, "catalog"),
        "Price": exact(item.price),
    } | _given(
        {
            "CorrelationId": item.correlation_id,
            "PricingTermId": item.pricing_term_id,
            "SupplierEntityId": int(whole_id(item.supplier, "supplier")) if item.supplier else None,
            "SerialNumber": item.serial_number,
            "TaxLineItems": [_tax(tax, tax_service_key) for tax in item.taxes] or None,
        }
    )


def _tax(tax: SaleTax, tax_service_key: str) -> dict[str, object]:
    if tax.tax_service_id:
        return {tax_service_key: tax.tax_service_id}
    amounts = {"TaxableAmount": tax.taxable_amount, "Rate": tax.rate, "Tax": tax.amount}
    return {"TaxName": tax.name} | {name: exact(amount) for name, amount in amounts.items() if amount is not None}


def _payment(payment: SalePayment) -> dict[str, object]:
    return {"Amount": exact(payment.amount)} | _given(
        {
            "AuthCode": payment.auth_code,
            "TransactionNumber": payment.transaction_number,
            "Token": payment.token,
            "CorrelationId": payment.correlation_id,
        }
    )


def _charge(charge: SaleCharge, name: str) -> dict[str, object]:
    return {"LineNumber": charge.line_number, "Amount": exact(charge.amount)} | _given(
        {
            name: charge.name,
            "DiscountCode": charge.code,
            "CorrelationId": charge.correlation_id,
            "RetailerCatalogId": charge.catalog_id,
            "AssociatedLineItems": list(charge.of_lines) or None,
        }
    )


def exact(amount: Decimal) -> Decimal:
    """Give an amount, which may be negative, so that it is written as plain digits; RefusedError for no number."""
    if not amount.is_finite():
        raise RefusedError(f"{amount} is not an amount of money; nothing was sent")
    return Decimal(f"{amount:f}")
