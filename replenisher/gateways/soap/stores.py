"""Stores as locations, in the shape that both SOAP services share."""

from __future__ import annotations

from collections.abc import Mapping

from replenisher.gateways.soap.cells import number, text
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, needed
from replenisher.purchasing.platform import Location

STORES = Rows(
    "StoreInformation",
    {
        "id": needed("StoreID", number),
        "name": Cell("Name", text),
        "address": Cell("Address", text),
        "city": Cell("City", text),
        "region": Cell("ProvinceState", text),
        "postal_code": Cell("PostalZipCode", text),
        "country": Cell("Country", text),
        "phone_number": Cell("PhoneNumber", text),
        "ship_to": Cell("ShipToStoreID", number),
        "bill_to": Cell("BillToStoreID", number),
    },
    "id",
)


def locations_of(reply: Reply, company: str) -> list[Location]:
    """Read a list of stores; one that is billed or shipped nowhere else is billed and shipped to itself."""
    columns = STORES.read(reply.result)
    rows = zip(*columns.values(), strict=True)
    return [location_of(dict(zip(columns, row, strict=True)), company) for row in rows]


def location_of(row: Mapping[str, str | None], company: str) -> Location:
    """Turn a store into a location."""
    told = {name: value or "" for name, value in row.items()}
    own = told["id"]
    return Location(company=company, **told | {"ship_to": told["ship_to"] or own, "bill_to": told["bill_to"] or own})
