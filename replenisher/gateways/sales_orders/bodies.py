"""The body of a sale order: the same bytes for the same order on every try; what is not given is left out."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from replenisher.errors import RefusedError
from replenisher.gateways.http.paths import guid, whole_id
from replenisher.gateways.rest.filters import literal
from replenisher.gateways.rest.values import LARGEST_AMOUNT, moment_text
from replenisher.purchasing.sale_orders import (
    PlatformSaleState,
    SaleCharge,
    SaleItem,
    SaleOrderRequest,
    SalePayment,
    SaleTax,
)

_BY_PEOPLE = frozenset({PlatformSaleState.COMPLETED, PlatformSaleState.CANCELLED})


def sale_body(order: SaleOrderRequest, tax_service_key: str) -> bytes:
    """Write a sale order; ids that the service makes itself are never sent.

    RefusedError, nothing sent, for ids and amounts that are none, and for a printable id that could not be searched
    for afterwards: such an order could not be looked up when its answer is lost.
    """
    literal(order.printable_id)
    drop_ship = any(item.drop_ship for item in order.items)
    required: dict[str, object] = {
        "DateCreatedUtc": moment_text(order.created_at),
        "LocationId": int(whole_id(order.location, "location")),
        "CustomerId": guid(order.customer_id, "customer"),
        "PrintableId": order.printable_id,
        "Items": [_item(item, tax_service_key) for item in order.items],
        "Payments": [_payment(payment) for payment in order.payments],
    }
    optional: dict[str, object] = {
        "ExpiryDateUtc": "" if order.expires_at is None else moment_text(order.expires_at),
        "TaxCalculationResultId": _guid_if_given(order.tax_calculation_id, "tax calculation"),
        "BillingAddressId": _guid_if_given(order.billing_address_id, "billing address"),
        "ShippingAddressId": _guid_if_given(order.shipping_address_id, "shipping address"),
        # The service forbids it beside items that are in stock only, though its own samples have it there.
        "DropshipOrderId": _guid_if_given(order.drop_ship_order_id, "drop-ship order") if drop_ship else "",
        "UserId": order.user_id,
        "ShippingLineItems": [_charge(charge, "Type") for charge in order.shipping],
        "DiscountLineItems": [_charge(charge, "Name") for charge in order.discounts],
    }
    return msgspec.json.encode(required | _given(optional))


def state_body(platform_sale_id: str, state: PlatformSaleState, user_id: int | None) -> bytes:
    """Write a change of state; RefusedError, nothing sent, for a state that nobody can give."""
    if state not in _BY_PEOPLE:
        raise RefusedError(f"a sale order is completed or cancelled, never set {state.value}; nothing was sent")
    wanted = {"Id": guid(platform_sale_id, "sale order"), "State": state.value}
    return msgspec.json.encode(wanted | _given({"UpdatedBy": user_id}))


def _given(optional: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in optional.items() if value is not None and value not in ("", [])}


def _guid_if_given(text: str, what: str) -> str:
    return guid(text, what) if text else ""


def _item(item: SaleItem, tax_service_key: str) -> dict[str, object]:
    supplied = item.drop_ship and item.supplier
    return {
        "LineNumber": item.line_number,
        "ItemType": "Dropship" if item.drop_ship else "InStock",
        "Quantity": item.quantity,
        "ProductCatalogId": guid(item.catalog_id, "catalog"),
        "Price": _exact(item.price),
    } | _given(
        {
            "CorrelationId": item.correlation_id,
            "PricingTermId": item.pricing_term_id,
            "SupplierEntityId": int(whole_id(item.supplier, "supplier")) if supplied else None,
            "SerialNumber": item.serial_number,
            "TaxLineItems": [_tax(tax, tax_service_key) for tax in item.taxes],
        }
    )


def _tax(tax: SaleTax, tax_service_key: str) -> dict[str, object]:
    if tax.tax_service_id:
        return {tax_service_key: guid(tax.tax_service_id, "tax service")}
    amounts = {"TaxableAmount": tax.taxable_amount, "Rate": tax.rate, "Tax": tax.amount}
    return {"TaxName": tax.name} | {name: _exact(amount) for name, amount in amounts.items() if amount is not None}


def _payment(payment: SalePayment) -> dict[str, object]:
    return {"Amount": _exact(payment.amount)} | _given(
        {
            "AuthCode": payment.auth_code,
            "TransactionNumber": payment.transaction_number,
            "Token": payment.token,
            "CorrelationId": payment.correlation_id,
        }
    )


def _charge(charge: SaleCharge, name: str) -> dict[str, object]:
    return {"LineNumber": charge.line_number, "Amount": _exact(charge.amount)} | _given(
        {
            name: charge.name,
            "DiscountCode": charge.code,
            "CorrelationId": charge.correlation_id,
            "RetailerCatalogId": _guid_if_given(charge.catalog_id, "catalog"),
            "AssociatedLineItems": list(charge.of_lines),
        }
    )


def _exact(amount: Decimal) -> msgspec.Raw:
    """Write an amount or a rate, which may be negative, digit for digit; RefusedError for what is no number."""
    if not amount.is_finite() or abs(amount) >= LARGEST_AMOUNT:
        raise RefusedError(f"{amount} is not an amount of money; nothing was sent")
    return msgspec.Raw(f"{amount:f}".encode("ascii"))
