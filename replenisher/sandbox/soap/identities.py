"""What the SOAP services call things that have other ids over REST; the same for the same sizes of the world."""

from __future__ import annotations

import unicodedata
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from replenisher.sandbox.catalog import Product
from replenisher.sandbox.ledger import Company, Location
from replenisher.sandbox.numbering import company_ids, location_ids, store_ids
from replenisher.sandbox.switches import Setup

_OURS = uuid5(NAMESPACE_URL, "http://www.iqmetrix.com/sandbox")
_FIRST_PRODUCT_ITEM = 11142
VENDOR_NAME = "Northwind Accessories"


def guid(*parts: object) -> str:
    """The guid of anything that has words of its own."""
    return str(uuid5(_OURS, "/".join(map(str, parts))))


class Identities:
    """Maps between the ids of the ledger and those of the SOAP services."""

    def __init__(self, setup: Setup, catalog: dict[str, Product]) -> None:
        self.vendor_guid = guid("vendor", setup.vendor_id)
        self._companies = {guid("company", company): company for company in company_ids(setup)}
        self._stores: dict[int, int] = {}
        for position in range(setup.companies):
            self._stores |= zip(location_ids(setup, position), store_ids(setup, position), strict=True)
        self._locations = {store: location for location, store in self._stores.items()}
        self._items = {sku: _FIRST_PRODUCT_ITEM + position for position, sku in enumerate(catalog)}
        self._skus = {item: sku for sku, item in self._items.items()}

    def company(self, company_guid: str) -> int | None:
        """The company that a ClientID names."""
        return self._companies.get(company_guid)

    def store(self, location: int) -> int:
        """The StoreID of a location."""
        return self._stores[location]

    def location(self, store: int) -> int | None:
        """The location that a StoreID names."""
        return self._locations.get(store)

    def item(self, sku: str) -> int:
        """The ProductItemID of a SKU."""
        return self._items[sku]

    def sku(self, item: int) -> str | None:
        """The SKU that a ProductItemID names."""
        return self._skus.get(item)

    def listed(self, companies: dict[int, Company], vendor_id: int) -> dict[str, Any]:
        """Every id that has two names."""
        return {
            "vendor_id": vendor_id,
            "vendor_guid": self.vendor_guid,
            "companies": [
                {"id": company.id, "guid": guid("company", company.id), "name": company.name}
                for company in companies.values()
            ],
            "locations": [
                {"company": company.id, "id": location, "store_id": self.store(location)}
                for company in companies.values()
                for location in company.locations
            ],
        }


def abbreviation(location: Location) -> str:
    """The letters that a location's papers begin with, such as REGIN."""
    plain = unicodedata.normalize("NFKD", location.city).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.upper() if letter.isalpha())[:5]


def account_number(location: Location) -> str:
    """The vendor's account number of a location."""
    return f"AC{location.id}"
