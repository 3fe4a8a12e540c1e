"""One call as the operations see it: who asks, for which company and store, with which parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from replenisher.sandbox.ledger import Company, Location
from replenisher.sandbox.replies import Request
from replenisher.sandbox.soap.identities import account_number
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.world import World


@dataclass(frozen=True)
class Caller:
    """The identity of a call as it was sent; whether it is a good one is another question."""

    username: str | None
    password: str | None
    vendor_guid: str
    company_guid: str
    store: int
    account: str


@dataclass(frozen=True)
class Call:
    """A call whose credentials are good; `arguments` are the parameters after the identity."""

    world: World
    channel: str
    caller: Caller
    arguments: dict[str, Any]
    request: Request

    @property
    def company(self) -> Company:
        """The company that is meant, if it has enabled the vendor.

        Raises:
            FaultError: unknown or not enabled.
        """
        company = self.any_company
        if not company.enabled:
            raise server_fault(self.world.switches.soap_disabled_text)
        return company

    @property
    def any_company(self) -> Company:
        """The company that is meant, enabled or not.

        Raises:
            FaultError: unknown.
        """
        company_id = self.world.identities.company(self.caller.company_guid)
        if company_id is None:
            raise server_fault(f"Company [{self.caller.company_guid}] could not be found")
        return self.world.companies[company_id]

    @property
    def own_store(self) -> Location | None:
        """The store of the identity; None where it names none (-1 or nothing).

        Raises:
            FaultError: the company has no such store.
        """
        if self.caller.store <= 0 and not self.caller.account:
            return None
        return self.find_store(self.caller.store, self.caller.account)

    @property
    def one_store(self) -> Location:
        """The store of the identity.

        Raises:
            FaultError: the identity names none, or one that the company does not have.
        """
        store = self.own_store
        if store is None:
            raise server_fault("StoreID must be > 0 or VendorAccountNumber must be supplied")
        return store

    @property
    def stores(self) -> list[Location]:
        """The store of the identity, or every enabled store of the company."""
        own = self.own_store
        return [own] if own else [store for store in self.company.locations.values() if store.enabled]

    def find_store(self, store: int, account: str | None) -> Location:
        """The store of the company with that StoreID, else with that account number.

        Raises:
            FaultError: no such store, or not enabled.
        """
        for location in self.company.locations.values():
            named = (
                self.world.identities.store(location.id) == store if store > 0 else account_number(location) == account
            )
            if named and location.enabled:
                return location
        raise server_fault(f"Store [{store if store > 0 else account}] could not be found")


Handler = Callable[[Call], Any]
