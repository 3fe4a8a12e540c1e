"""The lists of companies and locations that have enabled the vendor."""

from __future__ import annotations

import msgspec

from replenisher.errors import UnavailableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import WHOLE_ID
from replenisher.purchasing.platform import Company, Location


class CompanyRow(msgspec.Struct, rename="pascal"):
    """A company as the platform writes it."""

    id: int
    name: str | None = None


class LocationRow(msgspec.Struct, rename="pascal"):
    """A location as the platform writes it; its company is the one asked for, whatever the row says."""

    location_id: int
    bill_to_store: int | None = None
    ship_to_store: int | None = None
    name: str | None = None
    address: str | None = None
    city: str | None = None
    province_state: str | None = None
    postal_zip_code: str | None = None
    country: str | None = None
    phone_number: str | None = None


def parse_companies(answer: Answer) -> list[Company]:
    """Read the list of companies; raise UnavailableError when it cannot be read."""
    try:
        rows = msgspec.json.decode(answer.body, type=list[CompanyRow])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnavailableError(f"companies: {error}", operation="companies") from error
    return [Company(_id(row.id, "companies"), row.name or "") for row in rows]


def parse_locations(answer: Answer, company: str) -> list[Location]:
    """Read a company's locations; a location billed or shipped nowhere else is billed and shipped to itself."""
    try:
        rows = msgspec.json.decode(answer.body, type=list[LocationRow])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnavailableError(f"locations of company {company}: {error}", operation="locations") from error
    return [_location(row, company) for row in rows]


def _location(row: LocationRow, company: str) -> Location:
    own = _id(row.location_id, "locations")
    return Location(
        company=company,
        id=own,
        name=row.name or "",
        bill_to=_store(row.bill_to_store, own),
        ship_to=_store(row.ship_to_store, own),
        address=row.address or "",
        city=row.city or "",
        region=row.province_state or "",
        postal_code=row.postal_zip_code or "",
        country=row.country or "",
        phone_number=row.phone_number or "",
    )


def _store(number: int | None, own: str) -> str:
    """Return the store's id; 0, -1 and nothing are the platform's ways to say `none`."""
    return own if number is None or number <= 0 else _id(number, "locations")


def _id(number: int, operation: str) -> str:
    if not WHOLE_ID.fullmatch(str(number)):
        raise UnavailableError(f"{operation}: {number} is not an id", operation=operation)
    return str(number)
