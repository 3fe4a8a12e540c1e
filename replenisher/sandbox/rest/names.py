"""What the further REST services call things: dates of .NET, customers, products of the catalog, places."""

from __future__ import annotations

from datetime import datetime

from replenisher.sandbox.ledger import Company, Location
from replenisher.sandbox.replies import RefusalError, Request, message
from replenisher.sandbox.soap.identities import guid
from replenisher.sandbox.world import World

UNSET = "0001-01-01T00:00:00"
NOT_RELATED = "Entity is not related to company"
CUSTOMERS_PER_COMPANY = 2


def dotnet(moment: datetime) -> str:
    """A moment (UTC) with seven digits and an offset."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0+00:00"


def customers(company: int) -> list[str]:
    """The customers of a company."""
    return [guid("customer", company, number) for number in range(1, CUSTOMERS_PER_COMPANY + 1)]


def catalog_id(sku: str) -> str:
    """The guid of a product in the catalog."""
    return guid("product", sku)


def sku_of(world: World, product: str) -> str | None:
    """The SKU of a product's guid."""
    return next((sku for sku in world.catalog if catalog_id(sku) == product.lower()), None)


def company_of(world: World, request: Request) -> Company:
    """The company of the path; 404 for another, 403 for one that has not enabled the vendor."""
    company = world.companies.get(request.path["company"])
    if company is None:
        raise RefusalError(message(404, f"Company {request.path['company']} was not found."))
    if not company.enabled:
        raise RefusalError(message(403, "Forbidden"))
    return company


def location_of(company: Company, entity: object) -> Location:
    """The company's location; 400 for an entity that is not the company's."""
    found = company.locations.get(entity) if isinstance(entity, int) and not isinstance(entity, bool) else None
    if found is None:
        raise RefusalError(message(400, NOT_RELATED))
    return found
