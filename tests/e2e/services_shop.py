"""A shop whose companies use the further services: a counter for customers, sales of the vendor, other order desks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, update

from replenisher.database.job_models import CompanyJob
from replenisher.database.models import Order
from replenisher.services import build
from replenisher.workflows.approve import approve_order
from tests.workflows.shop import Shop
from tests.workflows.test_fulfilments import Counter
from tests.workflows.test_sale_orders import WebShop

COUNTER, FULL, HEADER_FIRST, HEADER_ONLY = range(4)
"""Companies by their place: the last three have their orders made at an order desk of their own."""
NIGHTLY = "30 2 * * *"


def opened(
    open_shop: Callable[..., Shop], *sandbox: str, company: dict[str, Any] | None = None, **changes: Any
) -> Shop:
    """One platform with four companies, each with settings of its own; the sandbox's ready line tells the ids.

    `company` are settings of every company besides.
    """
    shop = open_shop("--companies", "4", "--locations", "1", "--sale-log-delay", "0.05", *sandbox, **changes)
    customers = [str(one["customers"][0]) for one in shop.world.sandbox["companies"]]
    ours: dict[int, dict[str, Any]] = {
        COUNTER: {
            "fulfilments": {"enabled": True, "every": 0.5},
            "sale_orders": {"enabled": True},
            "receipt_audit": {"schedule": NIGHTLY},
        },
        FULL: {"order_desk": "orders", "orders": {"billing_customer_id": customers[FULL]}},
        HEADER_FIRST: {
            "order_desk": "orders",
            "orders": {"billing_customer_id": customers[HEADER_FIRST], "create_by": "header_then_items"},
        },
        HEADER_ONLY: {"order_desk": "purchase_orders"},
    }
    companies = shop.world.document()["companies"]
    shop.world.changes = {
        **changes,
        "sale_orders": {"drop_folder": str(shop.world.folder / "sales")},
        "companies": [{**one, **ours[place], **(company or {})} for place, one in enumerate(companies)],
    }
    shop.services.close()
    shop.services = build(shop.world.settings())
    return shop


def counter_of(shop: Shop) -> Counter:
    return Counter(shop, shop.world.folder)


def web_shop_of(shop: Shop) -> WebShop:
    return WebShop(shop, shop.world.folder)


def company_at(shop: Shop, place: int) -> str:
    return shop.services.settings.companies[place].id


def orders_at(shop: Shop, place: int) -> list[Order]:
    return shop.orders(company=company_at(shop, place))


def purchases(shop: Shop, *places: int) -> dict[str, list[dict[str, Any]]]:
    """Orders at the Order service with a reference of ours, by that reference."""
    there = shop.world.admin.retail_orders()
    ours = [order.vendor_invoice_number for place in places for order in orders_at(shop, place)]
    return {number: [one for one in there if one.get("TenderId") == number] for number in ours}


def approve_all(shop: Shop) -> None:
    """Say yes to every held order, all at one moment."""
    for order in shop.orders():
        approve_order(shop.services, order.vendor_invoice_number, actor="person:ann")


def make_due(shop: Shop, job: str) -> bool:
    """Make a job of the first company due now, as when its slot has come; False while it is not written yet."""
    with shop.services.database.transaction() as session:
        made = update(CompanyJob).where(CompanyJob.company == shop.company, CompanyJob.job == job)
        found = session.execute(made.values(next_at=func.now(), hinted_at=None).returning(CompanyJob.job))
        return found.first() is not None
