"""The thirteen operations' methods and paths, built from checked ids; both documented spellings where two exist."""

from __future__ import annotations

from replenisher.gateways.http.answers import Subject
from replenisher.gateways.http.client import Call
from replenisher.gateways.http.paths import guid, join, whole_id
from replenisher.purchasing.platform import ReportWindow

INVENTORY_SPELLINGS = (("reports", "inventory"), ("inventoryReport",))
"""The template of the documents, then their sample."""
ADD_LINES_SPELLINGS = ("products", "addProducts")

REPORTS = {
    "sales": ("productSales",),
    "receiving": ("reports", "receiving"),
    "transfers": ("reports", "transfers"),
    "adjustments": ("reports", "adjustments"),
}


class Routes:
    """Calls of one vendor."""

    def __init__(self, vendor: str) -> None:
        self.vendor = whole_id(vendor, "vendor")

    def _company(self, company: str) -> tuple[str, ...]:
        return "vendors", self.vendor, "companies", whole_id(company, "company")

    def _location(self, company: str, location: str) -> tuple[str, ...]:
        return *self._company(company), "locations", whole_id(location, "location")

    def _order(self, company: str, order: str) -> tuple[str, ...]:
        return *self._company(company), "purchaseOrders", guid(order, "purchase order")

    def companies(self) -> Call:
        """List the companies that have enabled the vendor."""
        path = join("vendors", self.vendor, "companyRelationships")
        return Call(Subject("companies"), "GET", path)

    def locations(self, company: str) -> Call:
        """List the enabled locations of a company."""
        path = join("vendors", self.vendor, "companyRelationships", whole_id(company, "company"), "locations")
        return Call(Subject("locations", f"company {company}"), "GET", path)

    def inventory(self, company: str, location: str, window: ReportWindow, spelling: int) -> Call:
        """Read an inventory report by the spelling of this index."""
        path = join(*self._location(company, location), *INVENTORY_SPELLINGS[spelling])
        return Call(Subject("inventory", f"location {location}"), "GET", path, between(window))

    def report(self, name: str, company: str, location: str, window: ReportWindow) -> Call:
        """Read one of the other four reports."""
        path = join(*self._location(company, location), *REPORTS[name])
        return Call(Subject(name, f"location {location}"), "GET", path, between(window))

    def create(self, company: str, location: str, body: bytes, about: str) -> Call:
        """Create a purchase order; it is accepted now and made later."""
        path = join(*self._location(company, location), "purchaseOrders")
        return Call(Subject("create", about), "POST", path, body=body, expected=(200, 201, 202))

    def creation_status(self, company: str, location: str, order: str) -> Call:
        """Ask for the creation's progress at the address that the create answer would name, built by ourselves."""
        base = self._location(company, location)
        path = join(*base, "purchaseOrders", guid(order, "purchase order"), "status")
        return Call(Subject("creation status", f"order {order}"), "GET", path, expected=(200, 202))

    def find(self, company: str, window: ReportWindow, skip: int = 0) -> Call:
        """List the company's purchase orders of a window, without the first `skip`."""
        path = join(*self._company(company), "purchaseOrders")
        query = (*between(window), ("$skip", str(skip))) if skip else between(window)
        return Call(Subject("list of orders", f"company {company}"), "GET", path, query)

    def read(self, company: str, order: str) -> Call:
        """Read one purchase order."""
        return Call(Subject("read", f"order {order}"), "GET", join(*self._order(company, order)))

    def change_lines(self, method: str, company: str, order: str, body: bytes, spelling: str = "products") -> Call:
        """Update (PUT), add (POST) or remove (DELETE) lines of a purchase order."""
        names = {"PUT": "update lines", "POST": "add lines", "DELETE": "remove lines"}
        path = join(*self._order(company, order), spelling)
        subject = Subject(names[method], f"order {order}")
        return Call(subject, method, path, body=body, expected=(200, 201, 202, 204))


def between(window: ReportWindow) -> tuple[tuple[str, str], ...]:
    """Write the window as the documents' samples spell it."""
    return ("StartDate", window.start.isoformat()), ("EndDate", window.end.isoformat())
