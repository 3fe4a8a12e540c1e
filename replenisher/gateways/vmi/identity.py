"""Who asks, and which company or store is meant: the identity that stands first in every request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from replenisher.gateways.http.paths import ZERO_GUID, guid, whole_id
from replenisher.gateways.soap.envelopes import IDENTITY
from replenisher.purchasing.platform import ReportWindow

EVERY_STORE = -1
UNUSED = -1
"""The word for a region, district or store that does not choose the level of a report."""

Arguments = Mapping[str, object]


class Identity:
    """The vendor; user name and password are added where the envelope is written."""

    def __init__(self, vendor_id: str) -> None:
        self._vendor = guid(vendor_id, "vendor")

    def alone(self) -> dict[str, object]:
        """Name the vendor without a company."""
        return {IDENTITY: {"VendorID": self._vendor}}

    def at(self, company: str, location: str | None = None) -> dict[str, object]:
        """Name the vendor at a company, and at one of its stores where the request is about one.

        Raises RefusedError, nothing sent, for ids that are none of this interface.
        """
        store = EVERY_STORE if location is None else int(whole_id(location, "location"))
        client = {"ClientID": guid(company, "company"), "StoreID": store}
        return {IDENTITY: {"VendorID": self._vendor, "Client": client}}


def american(day: date) -> str:
    """Write a date as the reports take it, `MM/dd/yyyy`."""
    return f"{day:%m/%d/%Y}"


def dates(window: ReportWindow) -> dict[str, object]:
    """Write the days of a report, both included."""
    return {"StartDate": american(window.start), "EndDate": american(window.end)}


def one_store(location: str) -> dict[str, object]:
    """Choose a single store for a report that may cover an area."""
    store = int(whole_id(location, "location"))
    return {"channelId": ZERO_GUID, "regionId": UNUSED, "districtId": UNUSED, "storeId": store}
