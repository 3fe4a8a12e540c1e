"""A sandbox process for a test, and a small client that speaks to it as a vendor's program does."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from replenisher.sandbox.client import SandboxAdmin


class Vendor:
    """The vendor's side of one running sandbox, with its first company and location at hand."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.admin = SandboxAdmin(ready["url"])
        self.http = httpx.Client(timeout=5.0, trust_env=False)
        self.company: int = ready["companies"][0]["id"]
        self.location: int = ready["companies"][0]["locations"][0]
        self.token = ""
        self.sign_in()

    def token_form(self, **changes: str) -> dict[str, str]:
        names = ("username", "password", "client_id", "client_secret")
        return {"grant_type": "password", **{name: self.ready[name] for name in names}, **changes}

    def ask_token(self, **changes: str) -> httpx.Response:
        return self.http.post(f"{self.ready['accounts_url']}/oauth2/token", data=self.token_form(**changes))

    def sign_in(self) -> None:
        self.token = self.ask_token().json()["access_token"]

    def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self.ready['vendor_inventory_url']}vendors/{self.ready['vendor_id']}/{path}"
        return self.http.request(method, url, headers=headers, **arguments)

    def service(self, method: str, url: str, path: str, **arguments: Any) -> httpx.Response:
        """Call one of the further REST services, by the ready line's name of its address."""
        headers = {"Authorization": f"Bearer {self.token}", **arguments.pop("headers", {})}
        place = f"{self.ready[url]}Companies({self.company})/{path}"
        return self.http.request(method, place, headers=headers, **arguments)

    def now(self) -> datetime:
        return parsedate_to_datetime(self.http.get(f"{self.ready['admin_url']}/health").headers["Date"])

    def window(self, days: int = 40) -> dict[str, str]:
        now = self.now()
        return {"StartDate": f"{now - timedelta(days=days):%Y-%m-%d}", "EndDate": f"{now:%Y-%m-%d}"}

    def report(self, name: str, location: int | None = None, query: dict[str, str] | None = None) -> httpx.Response:
        path = f"companies/{self.company}/locations/{location or self.location}/{name}"
        return self.call("GET", path, params=query or self.window())

    def inventory(self, location: int | None = None) -> dict[str, dict[str, Any]]:
        return {row["VendorSku"]: row for row in self.report("reports/inventory", location).json()}

    def order_body(self, number: str, **changes: Any) -> dict[str, Any]:
        return {
            "VendorEntityId": self.ready["vendor_id"],
            "BillToStore": self.location,
            "ShipToStore": self.location,
            "EstimatedArrivalDate": f"{self.now() + timedelta(days=3):%Y-%m-%d}",
            "VendorInvoiceNumber": number,
            "Comments": "",
            "ShippingMethod": "UPS",
            "ShippingCost": 12.91,
            "Committed": True,
            "Products": [{"VendorSku": "00123", "Quantity": 10, "Cost": 9.99}],
            **changes,
        }

    def create(self, number: str, **changes: Any) -> httpx.Response:
        path = f"companies/{self.company}/locations/{self.location}/purchaseOrders"
        return self.call("POST", path, json=self.order_body(number, **changes))

    def created(self, number: str, **changes: Any) -> str:
        """The id of an order that exists by now."""
        answer = self.create(number, **changes)
        assert answer.status_code == 202, answer.text
        order = str(answer.json()["purchaseOrderId"])
        until = time.monotonic() + 5
        while self.order(order).status_code == 404:
            assert time.monotonic() < until, "the order never came to exist"
            time.sleep(0.02)
        return order

    def order(self, order: str) -> httpx.Response:
        return self.call("GET", f"companies/{self.company}/purchaseOrders/{order}")

    def status(self, order: str) -> httpx.Response:
        path = f"companies/{self.company}/locations/{self.location}/purchaseOrders/{order}/status"
        return self.call("GET", path)

    def listed(self) -> dict[str, dict[str, Any]]:
        answer = self.call("GET", f"companies/{self.company}/purchaseOrders", params=self.window())
        return {entry["PurchaseOrderGuid"]: entry for entry in answer.json()}

    def edit(self, method: str, order: str, body: Any, route: str = "products") -> httpx.Response:
        return self.call(method, f"companies/{self.company}/purchaseOrders/{order}/{route}", json=body)

    def accepted(self, number: str) -> list[dict[str, Any]]:
        entries = self.admin.audit()["accepted"]
        return [entry for entry in entries if entry["vendor_invoice_number"] == number]


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """A serving process and its ready line; ended when the block ends."""
    command = [sys.executable, "-m", "replenisher.sandbox", "serve", "--exit-with-parent", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            yield server, json.loads(server.stdout.readline())
        finally:
            server.terminate()
            server.wait(timeout=10)


@contextlib.contextmanager
def vendor(*arguments: str) -> Iterator[Vendor]:
    """A vendor of a small sandbox of its own."""
    small = ("--companies", "2", "--locations", "2", "--skus", "40", "--creation-delay", "0.05")
    with process(*small, *arguments) as (_, ready):
        speaking = Vendor(ready)
        try:
            yield speaking
        finally:
            speaking.http.close()
