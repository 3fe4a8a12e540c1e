"""What rows of one order share, read pack by pack in plain Python: its maximums, then its minimum."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from replenisher.planning.proposal import Rules

Row = dict[str, Any]


def share(rows: list[Row], rules: Rules) -> None:
    """Give the rows their places, units and value one after the other, in order of need."""
    rows.sort(key=lambda row: (-_need(row), row["sku"]))
    for row in rows:
        row["lot"] = max(-(-row["minimum_order_quantity"] // row["case_pack"]), 1) * row["case_pack"]
        row["cost"] = row["unit_cost"] if row["cost_known"] else 0
    lines, units, value = rules.maximum_order_lines, rules.maximum_order_units, rules.maximum_order_value
    if lines is not None:
        for row in rows:
            if (units is None or row["lot"] <= units) and (value is None or row["lot"] * row["cost"] <= value):
                lines -= 1
                row["quantity"] *= lines >= 0
    for limit, worth in ((units, lambda _: 1), (value, lambda row: row["cost"])):
        room = limit
        for row in rows if room is not None else []:
            fitting = row["quantity"]
            if fitting * worth(row) > room:
                fitting = room // (row["case_pack"] * worth(row)) * row["case_pack"]
            row["quantity"] = fitting if fitting >= row["lot"] else 0
            room -= row["quantity"] * worth(row)


def _need(row: Row) -> Fraction:
    return Fraction(row["reorder_point"] - row["position"], max(row["reorder_point"], 1))


def reach_minimum(rows: list[Row], rules: Rules) -> None:
    """Add the pack that is needed soonest, again and again, until the order is large enough; nothing if it never is."""
    least = (rules.minimum_order_units or 0, rules.minimum_order_value or 0)
    if rules.below_order_minimum != "top_up" or not rows:
        return
    before = [row["quantity"] for row in rows]
    waiting = [row for row in rows if _rate(row) > 0 and (row["cost"] > 0 or rules.minimum_order_value is None)]
    while waiting and any(total < wanted for total, wanted in zip(_totals(rows), least, strict=True)):
        row = min(waiting, key=lambda row: ((row["position"] + row["quantity"]) / _rate(row), row["sku"]))
        row["quantity"] += row["case_pack"]
        if _passes(row, rows, rules):
            row["quantity"] -= row["case_pack"]
            waiting.remove(row)
    if any(total < wanted for total, wanted in zip(_totals(rows), least, strict=True)):
        for row, quantity in zip(rows, before, strict=True):
            row["quantity"] = quantity


def _rate(row: Row) -> float:
    return float(row.get("rate_per_day", row["order_up_to_level"]))


def _totals(rows: list[Row]) -> tuple[int, int]:
    return sum(row["quantity"] for row in rows), sum(row["quantity"] * row["cost"] for row in rows)


def _passes(row: Row, rows: list[Row], rules: Rules) -> bool:
    most = (rules.maximum_order_units, rules.maximum_order_value)
    over = any(limit is not None and total > limit for total, limit in zip(_totals(rows), most, strict=True))
    return over or (row["most"] is not None and row["quantity"] > row["most"])
