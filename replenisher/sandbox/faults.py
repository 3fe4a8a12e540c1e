"""Faults that a test may script: which operation goes wrong, how, how often, and where."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass, fields
from random import Random
from typing import Any

from replenisher.sandbox.soap.operations import OPERATION_NAMES as SOAP_OPERATIONS

OPERATIONS = (
    "token",
    "enabled_companies",
    "enabled_locations",
    "inventory_report",
    "create_purchase_order",
    "purchase_order_status",
    "list_purchase_orders",
    "get_purchase_order",
    "update_products",
    "add_products",
    "remove_products",
    "transfers_report",
    "receiving_report",
    "adjustments_report",
    "product_sales",
    "orders.create",
    "orders.list",
    "orders.read",
    "orders.replace",
    "orders.add_item",
    "orders.items",
    "orders.process",
    "orders.create_full",
    "orders.list_full",
    "orders.read_full",
    "orders.replace_full",
    "purchase_orders.list",
    "purchase_orders.create",
    "sales_orders.create_invoice",
    "sales_orders.create",
    "sales_orders.read",
    "sales_orders.search",
    "sales_orders.status",
    "sales_orders.set_status",
    "sales_orders.log",
    "sales_orders.log_entry",
)
ANSWER_FAULTS = {
    "accepted_then_reset": "the work is done, then the connection is reset without an answer",
    "accepted_then_timeout": "the work is done, then nothing is answered for `seconds` (120), then reset",
    "reset_before": "the connection is reset, nothing is done",
    "error_500_before": "500 with an HTML page, nothing is done",
    "error_500_after": "the work is done, then 500 with an HTML page",
    "error_503": "503 with an HTML page, nothing is done",
    "throttled_429": "429 text/plain `rate limit exceeded`, nothing is done",
    "html_202": "the work is done, then 202 with an HTML page",
    "html_200": "200 with an HTML sign-in page, nothing is done",
    "not_found_html": "404 with an HTML page, nothing is done",
    "truncated_json": "the work is done, half of the body is sent; `content_length` true (default): the whole length "
    "is announced, false: no length is",
    "late_acceptance": "nothing is answered; the work is done `seconds` (1) after the client has hung up",
    "accepted_never_created": "a create is answered with 202 and its order never exists; any other operation works",
    "expired_token": "401 text/plain, and the token that was sent is invalid from now on",
    "drip_headers": "the work is done, the answer's headers come one byte every `seconds` (0.5)",
    "drip_body": "the work is done, the headers come at once, the body one byte every `seconds` (0.5)",
    "gzip_bomb": "200 with a small gzip body that unpacks to `megabytes` (64) of spaces",
    "huge_body": "the work is done, its answer is followed by `megabytes` (64) of spaces",
    "truncated_xml": "the same as `truncated_json`",
    "soap_fault": "500 with a soap:Server fault that says `text`, nothing is done",
    "unknown_fault": "the work is done, then 500 with a SOAP fault that no document lists",
    "entity_bomb": "200 with an envelope whose nested entities would unfold to gigabytes, nothing is done",
    "dtd": "the work is done, its answer has a document type before the envelope",
    "huge_text_node": "the work is done, the first text of its answer is `megabytes` (64) longer",
    "cut_quantity": "the work is done, its answer ends within the digits of the first `field` (or QuantityOrdered, "
    "Quantity) of two digits or more; its length is that of what is sent",
}
DAMAGE_FAULTS = {
    "empty": "an empty list instead of the rows",
    "halved": "only the first half of the rows",
    "duplicated_rows": "`rows` (3) rows are there twice",
    "conflicting_rows": "`rows` (3) rows are there twice, the second time with `field` one higher",
    "nan": "`field` is the bare word NaN in `rows` (1) rows",
    "null": "`field` is null in `rows` (1) rows",
    "negative": "`field` is -40 in `rows` (1) rows",
    "huge": "`field` is 1,000,000,000 in `rows` (1) rows",
    "missing_field": "`field` is left out of `rows` (1) rows",
    "mistyped_field": "`field` is a word in `rows` (1) rows",
    "extra_fields": "every row has fields that no document lists",
    "wrong_location": "`rows` (1) rows name another LocationId",
}


@dataclass
class Fault:
    """One scripted fault. Fields left at None match everything, or take the fault's own default."""

    operation: str
    fault: str
    count: int | None = 1
    after: int = 0
    probability: float = 1.0
    company: int | None = None
    location: int | None = None
    seconds: float | None = None
    megabytes: int = 64
    content_length: bool = True
    field: str = "QuantityInStock"
    rows: int | None = None
    sku: str | None = None
    text: str = "The platform has a fault of its own"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    happened: int = 0

    def __post_init__(self) -> None:
        known_operations = ("*", *OPERATIONS, *SOAP_OPERATIONS)
        if self.operation not in known_operations:
            raise ValueError(f"unknown operation {self.operation!r}; known: {', '.join(known_operations)}")
        if self.fault not in ANSWER_FAULTS and self.fault not in DAMAGE_FAULTS:
            known = ", ".join([*ANSWER_FAULTS, *DAMAGE_FAULTS])
            raise ValueError(f"unknown fault {self.fault!r}; known: {known}")

    def concerns(self, operation: str, path: dict[str, Any]) -> bool:
        """Whether the fault is about this operation, company and location, and not used up."""
        return (
            self.operation in ("*", operation)
            and (self.count is None or self.happened < self.count)
            and (self.company is None or path.get("company") == self.company)
            and (self.location is None or path.get("location") == self.location)
        )


class FaultScript:
    """The faults in force, tried in the order in which they were scripted."""

    def __init__(self, seed: int) -> None:
        self._faults: list[Fault] = []
        self._random = Random(f"{seed}/faults")

    def add(self, entries: list[dict[str, Any]]) -> None:
        """Add faults.

        Raises:
            ValueError: an unknown operation, fault or key; then none of them is added.
        """
        known = {entry.name for entry in fields(Fault)} - {"happened"}
        for entry in entries:
            strange = set(entry) - known
            if strange or not {"operation", "fault"} <= set(entry):
                raise ValueError(f"a fault has operation and fault, and may have {', '.join(sorted(known))}: {entry}")
        self._faults.extend([Fault(**entry) for entry in entries])

    def clear(self) -> None:
        """Forget every fault."""
        self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The faults in force, with how often each has happened."""
        return [asdict(fault) for fault in self._faults]

    def take(self, operation: str, path: dict[str, Any]) -> Fault | None:
        """The fault that happens to this request, counted as happened."""
        for fault in self._faults:
            if not fault.concerns(operation, path):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if self._random.random() < fault.probability:
                fault.happened += 1
                return fault
        return None
