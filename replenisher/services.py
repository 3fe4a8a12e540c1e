"""The only wiring: settings become a database, an archive and a channel per platform, once per process.

Build it after a fork, never before: connection pools and HTTP clients must not be shared between processes.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, cast

from pydantic import SecretStr

from replenisher.archive import Archive
from replenisher.channels import (
    channel_key,
    make_channel,
    make_customer_orders,
    make_order_details,
    make_sale_desk,
)
from replenisher.config import CompanySettings, Settings
from replenisher.database.session import Database
from replenisher.database.stock_book import KeptStockBook, RehearsedStockBook
from replenisher.embedded import embedded_servers
from replenisher.errors import ConfigurationError
from replenisher.gateways.channel import Channel, CustomerOrders, OrderDetails, SaleDesk
from replenisher.logs import add_secret

DATABASE_VARIABLE = "REPLENISHER_DATABASE_URL"
BROKER_VARIABLE = "REPLENISHER_BROKER_URL"
"""Set by whoever owns the embedded servers for the worker, beat and Flower it starts: these get URLs only."""

Made = TypeVar("Made", bound=CustomerOrders | OrderDetails | SaleDesk)


@dataclass
class Services:
    """What workflows work with: settings, database, archive, and a channel per company."""

    settings: Settings
    database: Database
    archive: Archive
    actor: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    _channels: dict[str, Channel] = field(default_factory=dict)
    _services: dict[str, CustomerOrders | OrderDetails | SaleDesk] = field(default_factory=dict)
    _rehearsing: bool = False

    def rehearse(self, company: CompanySettings) -> None:
        """Keep what is read for the company from now on out of its book of derived stock."""
        if company.channel == "cmi" and not self._rehearsing:
            self._rehearsing = True
            self.forget_channel(company)

    def channel(self, company: CompanySettings) -> Channel:
        """Give the channel that serves the company; companies on one platform share its client and its token."""
        key = channel_key(company)
        if key not in self._channels:
            book = RehearsedStockBook(self.database) if self._rehearsing else KeptStockBook(self.database)
            self._channels[key] = make_channel(self.settings, company, book)
        return self._channels[key]

    def forget_channel(self, company: CompanySettings) -> None:
        """Drop what serves the company's platform, which remembers refused credentials; the next use starts afresh."""
        channel = self._channels.pop(channel_key(company), None)
        if channel is not None:
            channel.close()
        for key in [key for key in self._services if key.split("/")[1] == company.platform]:
            self._services.pop(key).close()

    def customer_orders(self, company: CompanySettings) -> CustomerOrders:
        """Give the Order service of the company; ConfigurationError when its platform names none."""
        return self._service("orders", company, make_customer_orders)

    def order_details(self, company: CompanySettings) -> OrderDetails:
        """Give the Purchase Order service of the company; ConfigurationError when its platform names none."""
        return self._service("purchase_orders", company, make_order_details)

    def sale_desk(self, company: CompanySettings) -> SaleDesk:
        """Give the Sales Order service of the company; ConfigurationError when its platform names none."""
        return self._service("sales_orders", company, make_sale_desk)

    def _service(self, name: str, company: CompanySettings, make: Callable[[Settings, CompanySettings], Made]) -> Made:
        key = f"{name}/{company.platform}/{company.id if name == 'orders' else ''}"
        if key not in self._services:
            self._services[key] = make(self.settings, company)
        return cast(Made, self._services[key])

    def close(self) -> None:
        """Give back every connection."""
        for channel in self._channels.values():
            channel.close()
        for service in self._services.values():
            service.close()
        self.database.close()


def _revealed(url: SecretStr | None) -> str | None:
    return None if url is None else url.get_secret_value()


def _given(variable: str) -> str | None:
    """Read a URL from the environment, and never let it into a log."""
    url = os.environ.get(variable)
    if url:
        add_secret(url)
    return url


def database_url(settings: Settings) -> str | None:
    """Give the database to use: the configured one, else the one of whoever started this process, else None."""
    return _revealed(settings.database_url) or _given(DATABASE_VARIABLE)


def broker_url(settings: Settings) -> str | None:
    """Give the broker to use, found as `database_url` is."""
    return _revealed(settings.broker_url) or _given(BROKER_VARIABLE)


def build(settings: Settings) -> Services:
    """Build the services from URLs alone; ConfigurationError when no database is named."""
    url = database_url(settings)
    if url is None:
        raise ConfigurationError(
            f"no database: set database_url in the configuration or {DATABASE_VARIABLE}, or start with `replenisher up`"
        )
    return Services(settings, Database(url), Archive(settings.archive_address()))


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """Give services for one command, on the configured servers or on the data folder's embedded ones."""
    with servers(settings):
        services = build(settings)
        try:
            yield services
        finally:
            services.close()


@contextmanager
def servers(settings: Settings) -> Iterator[None]:
    """Keep the servers up for the length of the block, and let this process and its children find them."""
    if database_url(settings) and broker_url(settings):
        yield
        return
    with embedded_servers(settings.data_folder) as embedded:
        given = {DATABASE_VARIABLE: embedded.database_url, BROKER_VARIABLE: embedded.broker_url}
        added = {name: url for name, url in given.items() if name not in os.environ}
        os.environ.update(added)
        try:
            yield
        finally:
            for name in added:
                os.environ.pop(name, None)
