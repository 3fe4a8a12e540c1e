"""Who asks, and which store is meant: the identity that stands first in every request."""

from __future__ import annotations

from replenisher.gateways.http.paths import ZERO_GUID, guid, whole_id
from replenisher.gateways.soap.envelopes import IDENTITY
from replenisher.purchasing.platform import ReportWindow

EVERY_STORE = -1
UNUSED = -1


class ClientIdentity:
    """The retailer; user name and password are added where the envelope is written."""

    def at(self, company: str, location: str | None = None) -> dict[str, object]:
        """Name the retailer, and one of its stores where the request is about one.

        Raises RefusedError, nothing sent, for ids that are none of this interface.
        """
        store = EVERY_STORE if location is None else int(whole_id(location, "location"))
        return {IDENTITY: {"ClientID": guid(company, "company"), "StoreID": store}}


def sales_days(window: ReportWindow, location: str) -> dict[str, object]:
    """Write the days and the one store of a sales report, both days included."""
    store = int(whole_id(location, "location"))
    days = {"startDate": f"{window.start:%m/%d/%Y}", "endDate": f"{window.end:%m/%d/%Y}"}
    return {**days, "channelId": ZERO_GUID, "regionId": UNUSED, "districtId": UNUSED, "storeId": store}


def receiving_days(window: ReportWindow) -> dict[str, object]:
    """Write the days of a receiving report, both included."""
    return {"StartDate": f"{window.start:%m/%d/%Y}", "EndDate": f"{window.end:%m/%d/%Y}"}
