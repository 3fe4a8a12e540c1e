"""Setting minima and maxima: one call per product, by the platform's own product id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from replenisher.errors import AmbiguousError, NotSentError, RefusedError, ThrottledError
from replenisher.gateways.http.answers import Subject
from replenisher.gateways.soap.cells import flag, number, text
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Rows, needed
from replenisher.gateways.soap.service import ReportSubject, SoapService
from replenisher.gateways.vmi.identity import Identity, dates
from replenisher.gateways.vmi.order_desk import yes_or_no
from replenisher.purchasing.platform import LevelChange, LevelOutcome, ReportWindow

PRODUCTS = Rows(
    "ProductInformation",
    {"sku": needed("VendorSKU", text), "item": Cell("ProductItemID", number), "locked": needed("MinMaxLocked", flag)},
    "sku",
)
LOCKED = "locked by the retailer"
UNSETTLED = (AmbiguousError, NotSentError, ThrottledError)


class LevelSetter:
    """The level desk of the channel."""

    sets_levels = True

    def __init__(self, service: SoapService, identity: Identity) -> None:
        self._service = service
        self._identity = identity

    def set_levels(self, company: str, location: str, changes: Sequence[LevelChange]) -> list[LevelOutcome]:
        """Set levels one by one; the location's report tells each product's id and whether the retailer locked it.

        Setting twice does no harm: after a call whose fate is not known the rest is not sent, and all may be set again.
        """
        products = self._products(company, location)
        outcomes: list[LevelOutcome] = []
        trouble = ""
        for change in changes:
            if trouble:
                outcomes.append(LevelOutcome(change, f"not sent after {trouble}"))
                continue
            try:
                outcomes.append(LevelOutcome(change, self._set(company, location, change, products)))
            except UNSETTLED as error:
                trouble = f"the call for {change.sku} failed"
                outcomes.append(LevelOutcome(change, f"not known to be set: {error}"))
        return outcomes

    def _set(
        self, company: str, location: str, change: LevelChange, products: dict[str, tuple[str | None, bool]]
    ) -> str:
        item, locked = products.get(change.sku, (None, False))
        if change.sku not in products:
            return "not in the location's inventory report"
        if locked:
            return LOCKED
        if item is None:
            return "the platform tells no product id"
        subject = Subject("set levels", f"{change.sku} at location {location}")
        arguments = {
            **self._identity.at(company, location),
            "productItemID": int(item),
            "minQuantity": change.minimum,
            "maxQuantity": change.maximum,
        }
        try:
            done = self._service.write("UpdateMinAndMaxProductQuantities", arguments, yes_or_no, subject)
        except RefusedError as error:
            return str(error)
        return "" if done else "refused by the platform"

    def _products(self, company: str, location: str) -> dict[str, tuple[str | None, bool]]:
        def parse(reply: Reply) -> dict[str, tuple[str | None, bool]]:
            columns = PRODUCTS.read(reply.result)
            return {sku: (item, locked) for sku, item, locked in zip(*columns.values(), strict=True)}

        today = self._service.platform_now().date()
        window = ReportWindow(today - timedelta(days=1), today)
        arguments = {**self._identity.at(company, location), **dates(window)}
        return self._service.read(
            "GetInventoryReport", arguments, parse, ReportSubject.of("inventory", company, location)
        )
