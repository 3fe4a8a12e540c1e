"""A company's channel: one word of its configuration becomes the gateway that serves it, made after the fork."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from replenisher.config import CompanySettings, Settings
from replenisher.config.platform import Platform, SoapAccount
from replenisher.errors import ConfigurationError
from replenisher.gateways.channel import Channel
from replenisher.gateways.cmi import Cmi
from replenisher.gateways.composed import WithOrderDesk
from replenisher.gateways.http.connection import Connection
from replenisher.gateways.orders import DeskOptions, Orders
from replenisher.gateways.purchase_orders import PurchaseOrders
from replenisher.gateways.sales_orders import SalesOrders
from replenisher.gateways.soap.service import SoapConnection
from replenisher.gateways.stock_book import StockBook
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.gateways.vmi import Vmi
from replenisher.purchasing.platform import ReportWindow
from replenisher.purchasing.stock import Movement, Standing

Given = TypeVar("Given")


def channel_key(company: CompanySettings) -> str:
    """Name the channel; companies on one platform, interface and order desk share its connections and its account."""
    if company.order_desk == "channel":
        return f"{company.channel}/{company.platform}"
    # A desk knows by whom its orders are billed, which is a company's own.
    return f"{company.channel}/{company.platform}/{company.order_desk}/{company.id}"


class NoBook:
    """Stands in for the book of derived stock where there is no database: whoever looks for stock is told."""

    def window(self, company: str, location: str, asked: ReportWindow) -> ReportWindow:  # noqa: ARG002
        """Raise ConfigurationError: there is no book."""
        raise ConfigurationError("deriving stock takes a database; this command uses none")

    def post(
        self,
        company: str,
        location: str,
        window: ReportWindow,
        movements: Sequence[Movement],  # noqa: ARG002
    ) -> None:
        """Raise ConfigurationError: there is no book."""
        self.window(company, location, window)

    def standings(self, company: str, location: str) -> list[Standing]:  # noqa: ARG002
        """Raise ConfigurationError: there is no book."""
        raise ConfigurationError("deriving stock takes a database; this command uses none")


def make_channel(settings: Settings, company: CompanySettings, book: StockBook | None = None) -> Channel:
    """Make the gateway that serves a company; `book` keeps the stock of companies whose interface reports none.

    Raises ConfigurationError when its platform lacks what the channel needs, which the check of the configuration has
    said before.
    """
    channel = _make_own_channel(settings, company, book)
    if company.order_desk == "orders":
        return WithOrderDesk(channel, make_customer_orders(settings, company))
    if company.order_desk == "purchase_orders":
        return WithOrderDesk(channel, make_order_details(settings, company))
    return channel


def make_customer_orders(settings: Settings, company: CompanySettings) -> Orders:
    """Make the gateway of the Order service; ConfigurationError when the platform names none."""

    platform = settings.platform_of(company)
    service = _named(company, platform.orders, "orders")
    own = company.orders
    options = DeskOptions(
        create_by=own.create_by, billing_customer_id=own.billing_customer_id, expiry_hours=own.expiry_hours
    )
    connection = _rest(settings, company, platform, service.base_url)
    return Orders(connection, service.supplier_id or settings.vendor.id, options)


def make_order_details(settings: Settings, company: CompanySettings) -> PurchaseOrders:
    """Make the gateway of the Purchase Order service; ConfigurationError when the platform names none."""

    platform = settings.platform_of(company)
    service = _named(company, platform.purchase_orders, "purchase_orders")
    connection = _rest(settings, company, platform, service.base_url)
    return PurchaseOrders(connection, service.supplier_id or settings.vendor.id)


def make_sale_desk(settings: Settings, company: CompanySettings) -> SalesOrders:
    """Make the gateway of the Sales Order service; ConfigurationError when the platform names none."""

    platform = settings.platform_of(company)
    service = _named(company, platform.sales_orders, "sales_orders")
    connection = _rest(settings, company, platform, service.base_url)
    return SalesOrders(connection, tax_service_key=service.tax_service_key)


def _make_own_channel(settings: Settings, company: CompanySettings, book: StockBook | None) -> Channel:
    platform = settings.platform_of(company)
    if company.channel == "vmi":
        vmi = _given(company, platform.vmi)
        return Vmi(_soap(settings, platform, vmi), vmi.vendor_id, vmi.stores_per_report)
    if company.channel == "cmi":
        cmi = _given(company, platform.cmi)
        here = [one.id for one in settings.companies if channel_key(one) == channel_key(company)]
        return Cmi(_soap(settings, platform, cmi), cmi.vendor_id, here, book or NoBook())
    return VendorInventory(_rest(settings, company, platform, _given(company, platform.base_url)))


def _named(company: CompanySettings, service: Given | None, name: str) -> Given:
    if service is None:
        raise ConfigurationError(f"platform {company.platform} of company {company.id} names no {name} service")
    return service


def _rest(settings: Settings, company: CompanySettings, platform: Platform, base_url: str) -> Connection:
    return Connection(
        base_url=base_url,
        accounts_url=_given(company, platform.accounts_url),
        username=_given(company, platform.username),
        password=_given(company, platform.password).get_secret_value(),
        client_id=_given(company, platform.client_id),
        client_secret=_given(company, platform.client_secret).get_secret_value(),
        vendor_id=settings.vendor.id,
        threads=platform.threads,
        **_network(settings, platform),
    )


def _soap(settings: Settings, platform: Platform, account: SoapAccount) -> SoapConnection:
    return SoapConnection(
        url=account.url,
        username=account.username,
        password=account.password.get_secret_value(),
        **_network(settings, platform),
    )


def _network(settings: Settings, platform: Platform) -> dict[str, Any]:
    return {
        "deadline_seconds": platform.deadline_seconds,
        "connect_seconds": platform.connect_seconds,
        "read_seconds": platform.read_seconds,
        "max_response_bytes": platform.maximum_response_megabytes * 1024 * 1024,
        "read_attempts": platform.read_attempts,
        "read_total_seconds": platform.read_total_seconds,
        "verify": platform.verify_tls,
        "send_within_seconds": settings.times.send_guard,
    }


def _given(company: CompanySettings, setting: Given | None) -> Given:
    if setting is None:
        raise ConfigurationError(f"platform {company.platform} lacks what channel {company.channel} needs")
    return setting
