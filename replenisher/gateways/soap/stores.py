"""Stores as locations, in the shape that both SOAP services share."""

from __future__ import annotations

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
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return [
        Location(
            company=company,
            id=row["id"],
            name=row["name"] or "",
            bill_to=row["bill_to"] or row["id"],
            ship_to=row["ship_to"] or row["id"],
            address=row["address"] or "",
            city=row["city"] or "",
            region=row["region"] or "",
            postal_code=row["postal_code"] or "",
            country=row["country"] or "",
            phone_number=row["phone_number"] or "",
        )
        for row in rows
    ]
