"""What only some channels can do: small protocols, so that a workflow can ask a channel what it offers.

`isinstance(order_part(channel), CommentDesk)` asks; `gateways.composed` says which part of a channel has its orders.
Errors are those of `gateways.channel`: reads are retried inside the gateway, writes are sent exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import pandas as pd

from replenisher.purchasing.listings import Employee, ListedUnits, ProductNames, SerialNumber
from replenisher.purchasing.platform import Company, Location, PlatformOrder, ReportWindow
from replenisher.purchasing.vendor_returns import Return, ReturnLine


@runtime_checkable
class CommentDesk(Protocol):
    """An order desk whose orders can be given another comment."""

    def update_comments(self, company: str, platform_order_id: str, comments: str) -> None:
        """Write another comment on an order, exactly once."""
        ...


@runtime_checkable
class MoveDesk(Protocol):
    """An order desk whose orders can be shipped to another location."""

    def move_to_location(self, company: str, platform_order_id: str, location: str) -> None:
        """Have an order shipped to another of the company's locations, exactly once."""
        ...


@runtime_checkable
class FindsByNumber(Protocol):
    """An interface that finds an order by the number that the platform prints on it."""

    def find_by_number(self, company: str, printed_number: str) -> PlatformOrder:
        """Read an order by its printed number; AbsentError when there is none."""
        ...


@runtime_checkable
class Pinged(Protocol):
    """An interface that says whether it is up."""

    def ping(self, company: str) -> str:
        """Ask whether service and company's database are up; gives the platform's sentence, empty for none."""
        ...


@runtime_checkable
class CompanyLists(Protocol):
    """An interface with a list of companies beside those that tell how each stands."""

    def company_list(self) -> list[Company]:
        """List the companies, without how they stand."""
        ...


@runtime_checkable
class RelationshipDesk(Protocol):
    """An interface by which the vendor takes up, or gives up, the relationship with a company."""

    def enable_company(self, company: str, *, enabled: bool) -> None:
        """Take up, or give up, the relationship, exactly once."""
        ...


@runtime_checkable
class StockLists(Protocol):
    """An interface that tells single locations and their stock beside the reports; frames are of `INVENTORY`."""

    def location(self, company: str, location: str) -> Location:
        """Read one location; AbsentError when there is none."""
        ...

    def inventory_list(self, company: str, location: str) -> pd.DataFrame:
        """Read a location's stock without sales."""
        ...

    def updated_inventory_list(self, company: str, location: str) -> pd.DataFrame:
        """Read what changed since the last call of this or of `inventory_list`, whoever made it."""
        ...

    def inventory_of_sku(self, company: str, location: str, sku: str, window: ReportWindow) -> pd.DataFrame:
        """Read one product of a location; without a row when it has none."""
        ...


@runtime_checkable
class Listings(Protocol):
    """An interface that lists products, units, serial numbers and people."""

    def product_names(self, company: str, location: str) -> list[ProductNames]:
        """List the products of a location by all their names; those that the platform gives no id are left out."""
        ...

    def listed_units(self, company: str, location: str) -> list[ListedUnits]:
        """List a location's units in stock, one entry for each serial number."""
        ...

    def serial_numbers(self, company: str, location: str, product_item: str) -> list[SerialNumber]:
        """List the serial numbers of a product (the platform's id of it) at a location."""
        ...

    def employees(self, company: str, *, only_enabled: bool = True) -> list[Employee]:
        """List the people who work at the company."""
        ...


@runtime_checkable
class LocationOrders(Protocol):
    """An interface that lists a location's orders by their standing, ours and others'."""

    def committed_orders(self, company: str, location: str) -> list[PlatformOrder]:
        """List a location's committed orders."""
        ...

    def uncommitted_orders(self, company: str, location: str) -> list[PlatformOrder]:
        """List a location's orders that wait to be committed."""
        ...

    def completed_orders(self, company: str, location: str, window: ReportWindow) -> list[PlatformOrder]:
        """List a location's orders that were completed in the window."""
        ...

    def all_orders(self, company: str, location: str) -> list[PlatformOrder]:
        """List a location's orders of any standing, which this list does not tell."""
        ...


@runtime_checkable
class ReturnsDesk(Protocol):
    """An interface by which a vendor asks for goods back; every write is sent exactly once and gives what was read."""

    def returns(self, company: str, *, committed: bool, shipped: bool) -> list[Return]:
        """List the company's returns that are, or are not, committed and shipped."""
        ...

    def ask_return(
        self, company: str, location: str, lines: Sequence[ReturnLine], comments: str, vendor_number: str = ""
    ) -> Return:
        """Ask a location to send products back; it decides."""
        ...

    def change_return(self, company: str, change: Return) -> Return:
        """Change comments, vendor's number and lines of a return that is not committed."""
        ...

    def change_committed_return(self, company: str, change: Return) -> Return:
        """Change a committed return: the vendor's number, and what was done with each product."""
        ...

    def commit_return(self, company: str, change: Return) -> Return:
        """Commit a return."""
        ...

    def complete_return(self, company: str, change: Return) -> Return:
        """Settle a committed return."""
        ...


ABILITIES: dict[str, tuple[type, tuple[str, ...]]] = {
    "give an order another comment": (CommentDesk, ("cmi",)),
    "ship an order to another location": (MoveDesk, ("cmi",)),
    "find an order by its printed number": (FindsByNumber, ("cmi", "vmi")),
    "say whether it is up": (Pinged, ("vmi",)),
    "list companies without how they stand": (CompanyLists, ("vmi",)),
    "take up or give up a company": (RelationshipDesk, ("vmi",)),
    "tell a location and its stock beside the reports": (StockLists, ("vmi",)),
    "list products, units, serial numbers and employees": (Listings, ("vmi",)),
    "list a location's orders": (LocationOrders, ("vmi",)),
    "ask for goods back": (ReturnsDesk, ("vmi",)),
}
"""Each ability in words, and the channels that have it; a test holds this against the channels themselves."""


def channels_with(ability: type) -> tuple[str, str]:
    """Give an ability in words, and the channels that have it."""
    words, channels = next((words, names) for words, (kind, names) in ABILITIES.items() if kind is ability)
    return words, " and ".join(channels)
