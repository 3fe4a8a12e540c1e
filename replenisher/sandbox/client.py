"""A client for /admin, for the command line and for tests; standard library only."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


class AdminError(Exception):
    """The sandbox refused or did not answer."""


class SandboxAdmin:
    """Drives a running sandbox. Every method gives the decoded answer."""

    def __init__(self, url: str, timeout_seconds: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds

    def advance(self, days: int = 1) -> dict[str, Any]:
        """Let whole days pass; gives what happened in them."""
        answer: dict[str, Any] = self.call("POST", "advance", {"days": days})
        return answer

    def audit(self) -> dict[str, Any]:
        """Every accepted create, by order and by vendor invoice number."""
        answer: dict[str, Any] = self.call("GET", "audit")
        return answer

    def ids(self) -> dict[str, Any]:
        """What SOAP calls the vendor, the companies and the locations, beside their REST ids."""
        answer: dict[str, Any] = self.call("GET", "ids")
        return answer

    def state(self, location: int | None = None) -> dict[str, Any]:
        """Totals of every location, and the rows of one."""
        answer: dict[str, Any] = self.call("GET", "state" if location is None else f"state?location={location}")
        return answer

    def add_faults(self, *faults: dict[str, Any]) -> list[dict[str, Any]]:
        """Script faults."""
        answer: list[dict[str, Any]] = self.call("POST", "faults", list(faults))
        return answer

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force."""
        answer: list[dict[str, Any]] = self.call("GET", "faults")
        return answer

    def clear_faults(self) -> None:
        """Forget every fault."""
        self.call("DELETE", "faults")

    def switch(self, **values: Any) -> dict[str, Any]:
        """Change switches; gives all of them."""
        answer: dict[str, Any] = self.call("POST", "switches", values)
        return answer

    def set_stock(self, location: int, sku: str, **values: Any) -> None:
        """Set fields of one stock row."""
        self.call("POST", "stock", {"location": location, "sku": sku, **values})

    def change_order(self, order_id: str, action: str) -> dict[str, Any]:
        """Do something to an order behind the retailer's back."""
        answer: dict[str, Any] = self.call("POST", f"orders/{order_id}", {"action": action})
        return answer

    def change_detail(self, order_id: str, action: str, values: dict[str, float]) -> dict[str, Any]:
        """Change what the Purchase Order service tells of an order, by SKU."""
        body = {"action": action, "values": values}
        answer: dict[str, Any] = self.call("POST", f"orders/{order_id}/detail", body)
        return answer

    def place_order(self, location: int, *items: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Place a customer's order; items have sku, quantity and type."""
        body = {"location": location, "items": list(items), **values}
        answer: dict[str, Any] = self.call("POST", "retail-orders", body)
        return answer

    def retail_orders(self) -> list[dict[str, Any]]:
        """Every order of the Order service."""
        answer: list[dict[str, Any]] = self.call("GET", "retail-orders")
        return answer

    def change_retail_order(self, order_id: str, action: str) -> dict[str, Any]:
        """Do something to an order of the Order service behind the vendor's back."""
        answer: dict[str, Any] = self.call("POST", f"retail-orders/{order_id}", {"action": action})
        return answer

    def sale_orders(self) -> list[dict[str, Any]]:
        """Every sale order that was accepted."""
        answer: list[dict[str, Any]] = self.call("GET", "sale-orders")
        return answer

    def tell_sale(self, sale_id: str, action: str, details: str) -> None:
        """Add an entry to the status log of a sale order: `succeed` or `fail`."""
        self.call("POST", f"sale-orders/{sale_id}", {"action": action, "details": details})

    def expire_tokens(self) -> None:
        """Make every access token invalid."""
        self.call("POST", "tokens/expire")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request under /admin.

        Raises:
            AdminError: no answer, or an error with its text.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}/admin/{path}", data=data, method=method)  # noqa: S310  # the caller names the address
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_seconds) as response:  # noqa: S310  # same
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                raise AdminError(f"{method} {path}: {error.code} {error.read().decode()}") from error
        except (urllib.error.URLError, OSError) as error:
            raise AdminError(f"no sandbox answers at {self._url}: {error}") from error
