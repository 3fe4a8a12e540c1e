"""What people and probes ask beside the reports: is the service up, single stores, stock lists, serials, employees."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from replenisher.errors import AbsentError
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.soap.cells import flag, moment, number, signed, text
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, needed
from replenisher.gateways.soap.service import ReportSubject, SoapService
from replenisher.gateways.soap.stores import STORES, location_of
from replenisher.gateways.vmi.identity import Identity, dates, one_store
from replenisher.gateways.vmi.inventory import product_report, store_report
from replenisher.purchasing.listings import Employee, ListedUnits, ProductNames, SerialNumber
from replenisher.purchasing.platform import Location, ReportWindow

PRODUCTS = Rows(
    "ProductInformation",
    {
        "sku": needed("VendorSKU", text),
        "retailer_sku": Cell("ProductSKU", text),
        "product_item": Cell("ProductItemID", number),
    },
    "sku",
)
LISTED = Rows(
    "InventoryListingData",
    {
        "place": Cell("Location", text),
        "sku": Cell("VendorSKU", text),
        "serial_number": Cell("TrackingNumber", text),
        "quantity": needed("Quantity", signed),
    },
    "sku",
)
SERIALS = Rows(
    "ProductSerialNumber",
    {
        "serial_number": needed("SerialNumber", text),
        "damaged": needed("NonSellable", flag),
        "received_at": Cell("DateReceived", moment),
    },
    "serial_number",
)
EMPLOYEES = Rows(
    "EmployeeInformation",
    {
        "first_name": Cell("FirstName", text),
        "last_name": Cell("LastName", text),
        "role": Cell("Role", text),
        "location": Cell("StoreID", number),
        "enabled": needed("Enabled", flag),
    },
    "last_name",
)


class Listings:
    """Operations that no plan needs."""

    _service: SoapService
    _identity: Identity

    def ping(self, company: str) -> str:
        """Ask whether service and company's database are up; returns the platform's sentence, empty for none."""
        return self._service.read("Ping", self._identity.at(company), Reply.text, Subject("ping"))

    def enable_company(self, company: str, *, enabled: bool) -> None:
        """Take up, or give up, the relationship with a company."""
        subject = Subject("enable company" if enabled else "disable company", f"company {company}")
        arguments = {**self._identity.at(company), "isEnabled": enabled}
        self._service.write("EnableCompany", arguments, lambda _reply: None, subject)

    def location(self, company: str, location: str) -> Location:
        """Read one location; AbsentError when there is none."""
        subject = Subject("location", f"location {location}")

        def parse(reply: Reply) -> Location | None:
            single = None if reply.result is None else (STORES.elements(reply.result) or [reply.result])[0]
            return None if single is None else location_of(STORES.one(single), company)

        found = self._service.read("GetStoreInformation", self._identity.at(company, location), parse, subject)
        if found is None:
            raise AbsentError(f"{subject}: there is none", explained=True, operation=subject.operation)
        return found

    def inventory_list(self, company: str, location: str) -> pd.DataFrame:
        """Read a location's stock without sales, as a frame of the `INVENTORY` contract."""
        return self._stock("GetInventoryList", company, location, {}, self._store_report(location))

    def updated_inventory_list(self, company: str, location: str) -> pd.DataFrame:
        """Read what changed since the last call of this or of `inventory_list`, whoever made it.

        The platform remembers one state for all callers: of no use where several processes ask.
        """
        return self._stock("GetUpdatedInventoryList", company, location, {}, self._store_report(location))

    def inventory_of_sku(self, company: str, location: str, sku: str, window: ReportWindow) -> pd.DataFrame:
        """Read one product of a location, as a frame of the `INVENTORY` contract; without a row when it has none."""
        today = self._service.platform_now().date()
        more = {"vendorSku": sku, **dates(window)}
        return self._stock(
            "GetInventoryReportByVendorSku",
            company,
            location,
            more,
            lambda reply: product_report(reply, location, today),
        )

    def _store_report(self, location: str) -> Callable[[Reply], pd.DataFrame]:
        today = self._service.platform_now().date()
        return lambda reply: store_report(reply, location, today)

    def _stock(
        self,
        operation: str,
        company: str,
        location: str,
        more: dict[str, object],
        parse: Callable[[Reply], pd.DataFrame],
    ) -> pd.DataFrame:
        arguments = {**self._identity.at(company, location), **more}
        return self._service.read(operation, arguments, parse, ReportSubject.of("inventory", company, location))

    def product_names(self, company: str, location: str) -> list[ProductNames]:
        """List the products of a location by all their names; those that the platform gives no id are left out."""

        def parse(reply: Reply) -> list[ProductNames]:
            rows = zip(*PRODUCTS.read(reply.result).values(), strict=True)
            return [ProductNames(sku, theirs or "", item) for sku, theirs, item in rows if item]

        today = self._service.platform_now().date()
        # Not the list without sales: asking for that one would change what its list of changes says next.
        arguments = {**self._identity.at(company, location), **dates(ReportWindow(today, today))}
        subject = ReportSubject.of("products", company, location)
        return self._service.read("GetInventoryReport", arguments, parse, subject)

    def listed_units(self, company: str, location: str) -> list[ListedUnits]:
        """List a location's units in stock, one entry for each serial number."""

        def parse(reply: Reply) -> list[ListedUnits]:
            columns = LISTED.read(reply.result)
            rows = zip(*columns.values(), strict=True)
            return [ListedUnits(place or "", sku or "", serial or "", units) for place, sku, serial, units in rows]

        arguments = {**self._identity.at(company, location), **one_store(location)}
        subject = ReportSubject.of("inventory listing", company, location)
        return self._service.read("GetInventoryListingReport", arguments, parse, subject)

    def serial_numbers(self, company: str, location: str, product_item: str) -> list[SerialNumber]:
        """List the serial numbers of a product (the platform's id of it) at a location."""

        def parse(reply: Reply) -> list[SerialNumber]:
            columns = SERIALS.read(reply.result)
            rows = zip(columns["serial_number"], columns["damaged"], strict=True)
            return [SerialNumber(serial, damaged) for serial, damaged in rows]

        arguments = {**self._identity.at(company, location), "RQProductID": int(product_item)}
        subject = Subject("serial numbers", f"product {product_item} at location {location}")
        return self._service.read("GetProductSerialNumbers", arguments, parse, subject)

    def employees(self, company: str, *, only_enabled: bool = True) -> list[Employee]:
        """List the people who work at the company."""

        def parse(reply: Reply) -> list[Employee]:
            rows = zip(*EMPLOYEES.read(reply.result).values(), strict=True)
            return [
                Employee(" ".join(filter(None, (first, last))), role or "", location or "", enabled)
                for first, last, role, location, enabled in rows
            ]

        arguments = {**self._identity.at(company), "onlyEnabled": only_enabled}
        return self._service.read("GetEmployeeList", arguments, parse, Subject("employees", f"company {company}"))
