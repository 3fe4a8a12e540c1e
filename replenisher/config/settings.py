"""All settings of the program, frozen; `replenisher.config.load` makes them from a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from replenisher.config.checks import cross_faults
from replenisher.config.company import CompanySettings
from replenisher.config.history import HistorySettings
from replenisher.config.kinds import (
    ArchiveUrl,
    BrokerUrl,
    DatabaseUrl,
    Folder,
    PlannersFile,
    PlatformName,
    Section,
    disagreement,
    nearest,
)
from replenisher.config.platform import Platform, Vendor
from replenisher.config.running import FlowerSettings, LogSettings, SaleOrders, Shipments, Times, Work
from replenisher.errors import NotFoundError


class Settings(Section):
    """The whole configuration."""

    vendor: Vendor = Field(description="Who we are on the platform.")
    data_folder: Folder = Field(
        default=Path("var"),
        validate_default=True,
        description="Where the embedded servers and the archive keep their files.",
        examples=["./var"],
    )
    database_url: DatabaseUrl | None = Field(
        default=None,
        description="PostgreSQL, by reference if it holds a password; nothing = the embedded one.",
        examples=["${env:REPLENISHER_DATABASE_URL}"],
    )
    broker_url: BrokerUrl | None = Field(
        default=None,
        description="Redis, Valkey or RabbitMQ, by reference if it holds a password; nothing = the embedded Valkey.",
        examples=["${env:REPLENISHER_BROKER_URL}"],
    )
    archive_url: ArchiveUrl | None = Field(
        default=None,
        description="fsspec URL of what was read and decided; nothing = `archive` in the data folder.",
        examples=["s3://acme-replenisher/archive"],
    )
    products_file: PlannersFile | None = Field(
        default=None, description="The vendor's products (CSV).", examples=["products.csv"]
    )
    levels_file: PlannersFile | None = Field(
        default=None, description="Planners' own minima and maxima (CSV).", examples=["levels.csv"]
    )
    rules_file: PlannersFile | None = Field(
        default=None, description="Planners' rules: which rows are planned by which policy.", examples=["rules.yaml"]
    )
    vendor_stock_file: PlannersFile | None = Field(
        default=None,
        description="What the vendor can ship now (CSV); companies with the same file share it. Nothing = no limit.",
        examples=["stock.csv"],
    )
    platforms: dict[PlatformName, Platform] = Field(
        min_length=1, description="The retail platforms, each under a name of your choice.", examples=[{"retail": "…"}]
    )
    companies: tuple[CompanySettings, ...] = Field(
        min_length=1, description="The retailers' companies to serve.", examples=[[{"id": "14146"}]]
    )
    times: Times = Field(default=Times(), description="Every wait of the daemon.")
    work: Work = Field(default=Work(), description="How much is done at once.")
    shipments: Shipments = Field(default=Shipments(), description="Where files of shipments come from.")
    sale_orders: SaleOrders = Field(default=SaleOrders(), description="Where files of sale orders come from.")
    history: HistorySettings = Field(default=HistorySettings(), description="How long the sales history is kept.")
    logs: LogSettings = Field(default=LogSettings(), description="What the log looks like.")
    flower: FlowerSettings = Field(default=FlowerSettings(), description="The web monitor.")

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        faults = cross_faults(self.model_dump())
        if faults:
            details = [InitErrorDetails(type=disagreement(f.message), loc=f.place, input=None) for f in faults]
            raise ValidationError.from_exception_data("Settings", details, hide_input=True)
        return self

    def company(self, company_id: str) -> CompanySettings:
        """Find a company by its id; raise NotFoundError naming the nearest one."""
        for company in self.companies:
            if company.id == company_id:
                return company
        known = {company.id: company for company in self.companies}
        meant = nearest(company_id, known)
        hint = f"nearest: {meant} ({known[meant].name})" if meant else f"configured: {', '.join(known)}"
        raise NotFoundError(f"no company {company_id} in the configuration; {hint}")

    def platform_of(self, company: CompanySettings) -> Platform:
        """Give the platform that a company of these settings is on."""
        return self.platforms[company.platform]

    def products_file_of(self, company: CompanySettings) -> Path | None:
        """Give the products file that counts for a company: its own, else the common one."""
        return company.products_file or self.products_file

    def levels_file_of(self, company: CompanySettings) -> Path | None:
        """Give the levels file that counts for a company: its own, else the common one."""
        return company.levels_file or self.levels_file

    def rules_file_of(self, company: CompanySettings) -> Path | None:
        """Give the rules file that counts for a company: its own, else the common one."""
        return company.rules_file or self.rules_file

    def vendor_stock_file_of(self, company: CompanySettings) -> Path | None:
        """Give the file of the vendor's stock that limits a company: its own, else the common one."""
        return company.vendor_stock_file or self.vendor_stock_file

    def companies_beside(self, company: CompanySettings) -> list[str]:
        """List the configured companies whose orders take nothing from the vendor's stock that limits this one."""
        shared = self.vendor_stock_file_of(company)
        return [one.id for one in self.companies if self.vendor_stock_file_of(one) != shared]

    def archive_address(self) -> str:
        """Give the fsspec URL of the archive."""
        return self.archive_url or (self.data_folder.absolute() / "archive").as_uri()

    def secrets(self) -> tuple[str, ...]:
        """List every secret value, and the passwords inside URLs: what logs must never show."""
        urls = [url.get_secret_value() for url in (self.database_url, self.broker_url) if url is not None]
        passwords = [_password(url) for url in (*urls, self.archive_url or "")]
        found = [*_secrets_in(self), *passwords, *(unquote(password) for password in passwords)]
        return tuple(dict.fromkeys(secret for secret in found if secret))


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


def _secrets_in(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for _, item in value:
            yield from _secrets_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets_in(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _secrets_in(item)
