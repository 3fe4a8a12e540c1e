"""Who takes sale orders: the companies that do, their locations, and the products that they can name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from replenisher.config import CompanySettings
from replenisher.database import companies
from replenisher.errors import (
    CompanyPausedError,
    ConfigurationError,
    CredentialsError,
    ForbiddenError,
    GatewayError,
    ReplenisherError,
)
from replenisher.intake.products import CatalogEntry, read_catalog
from replenisher.purchasing.sale_orders import SaleItem
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform


@dataclass(frozen=True)
class Seller:
    """A company that takes sale orders: its locations, the products that it can name, and their SKUs by catalog id.

    `untold` says why its locations are not known.
    """

    company: CompanySettings
    locations: frozenset[str]
    catalog: dict[str, CatalogEntry]
    skus: dict[str, str]
    untold: ReplenisherError | None = None

    def named(self, item: SaleItem) -> SaleItem:
        """Give an item both its names, as far as the products file tells them."""
        if item.catalog_id:
            return replace(item, sku=item.sku or self.skus.get(item.catalog_id, ""))
        known = self.catalog.get(item.sku)
        return item if known is None else replace(item, catalog_id=known.catalog_id)

    def contradictions(self, items: Iterable[SaleItem]) -> Iterator[str]:
        """Find items whose two names are those of two products: one would be sold, and the other promised."""
        for item in items:
            sku = self.skus.get(item.catalog_id, item.sku)
            if item.sku not in ("", sku):
                yield (
                    f"line {item.line_number}: sku {item.sku} and catalog_id {item.catalog_id} are two products; the"
                    f" products file has the latter as SKU {sku}"
                )


def sellers_of(services: Services, company_id: str | None) -> list[Seller]:
    """Give the companies that take sale orders, or the one that is asked for; errors as those of `import_sale_orders`.

    A company whose locations are not known is asked for them; when they are not told it is given all the same.
    """
    wanted = [services.settings.company(company_id)] if company_id is not None else list(services.settings.companies)
    selling = [company for company in wanted if company.sale_orders.enabled]
    if not selling:
        whose = f"company {company_id}" if company_id is not None else "any company"
        raise ConfigurationError(f"sale_orders.enabled is not set for {whose}; set it where sales may go")
    with services.database.transaction() as session:
        known = {company.id: companies.known_locations(session, company.id) for company in selling}
    found = []
    for company in selling:
        locations, untold = [one.location for one in known[company.id].values() if one.gone_since is None], None
        if not locations:
            locations, untold = _asked(services, company)
        products = services.settings.products_file_of(company)
        catalog = {} if products is None else read_catalog(products)
        skus = {entry.catalog_id: entry.sku for entry in catalog.values() if entry.catalog_id}
        found.append(Seller(company, frozenset(locations), catalog, skus, untold))
    return found


def _asked(services: Services, company: CompanySettings) -> tuple[list[str], ReplenisherError | None]:
    """Ask the platform for a company's locations, or say why they are not known; other companies go on without."""
    with services.database.transaction() as session:
        reason = companies.pause_reason(session, company.id)
    if reason is not None:
        return [], CompanyPausedError(f"company {company.id} is paused: {reason}")
    try:
        return [one.id for one in services.channel(company).locations(company.id)], None
    except GatewayError as error:
        if isinstance(error, CredentialsError | ForbiddenError):
            pause_platform(services, company, error)
        return [], error
