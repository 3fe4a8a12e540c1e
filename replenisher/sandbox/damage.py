"""Reports that are well-formed answers and still wrong: halved, doubled, with fields missing or mistyped."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from replenisher.sandbox.faults import Fault
from replenisher.sandbox.replies import Reply

Rows = list[dict[str, Any]]


def damaged(reply: Reply, fault: Fault) -> Reply:
    """The answer with its rows damaged; an answer that is no list of objects stays as it is."""
    if reply.status != 200:
        return reply
    rows = json.loads(reply.body)
    if not isinstance(rows, list):
        return reply
    text = json.dumps(damaged_rows(rows, fault), ensure_ascii=False)
    return Reply(reply.status, text.encode(), reply.content_type, reply.headers)


def damaged_rows(rows: Rows, fault: Fault) -> Rows:
    """The rows damaged as the fault says."""
    return _DAMAGES[fault.fault](rows, fault)


def _chosen(rows: Rows, fault: Fault, default: int) -> Rows:
    if fault.sku is not None:
        return [row for row in rows if fault.sku in (row.get("VendorSku"), row.get("VendorSKU"))]
    return rows[: fault.rows if fault.rows is not None else default]


def _with_value(value: Any) -> Callable[[Rows, Fault], Rows]:
    def write(rows: Rows, fault: Fault) -> Rows:
        for row in _chosen(rows, fault, 1):
            row[fault.field] = value
        return rows

    return write


def _without_field(rows: Rows, fault: Fault) -> Rows:
    for row in _chosen(rows, fault, 1):
        row.pop(fault.field, None)
    return rows


def _conflicting(rows: Rows, fault: Fault) -> Rows:
    return rows + [{**row, fault.field: (row.get(fault.field) or 0) + 1} for row in _chosen(rows, fault, 3)]


def _with_extras(rows: Rows, _: Fault) -> Rows:
    return [{**row, "ReorderHint": None, "Extensions": {"Bins": ["A1"]}, "quantityInstock": "n/a"} for row in rows]


def _elsewhere(rows: Rows, fault: Fault) -> Rows:
    for row in _chosen(rows, fault, 1):
        name = next((name for name in ("LocationId", "StoreID", "ShipToStoreID") if name in row), "LocationId")
        row[name] = int(row.get(name, 0)) + 1
    return rows


_DAMAGES: dict[str, Callable[[Rows, Fault], Rows]] = {
    "empty": lambda _rows, _fault: [],
    "halved": lambda rows, _fault: rows[: len(rows) // 2],
    "duplicated_rows": lambda rows, fault: rows + _chosen(rows, fault, 3),
    "conflicting_rows": _conflicting,
    "nan": _with_value(float("nan")),
    "null": _with_value(None),
    "negative": _with_value(-40),
    "huge": _with_value(1_000_000_000),
    "missing_field": _without_field,
    "mistyped_field": _with_value("plenty"),
    "extra_fields": _with_extras,
    "wrong_location": _elsewhere,
}
