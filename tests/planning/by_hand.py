"""The rules read row by row in plain Python: slow, obvious, and written apart from the program, to compare with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.position import TERMS
from replenisher.planning.proposal import Rules
from tests.planning.by_hand_orders import reach_minimum, share

Row = dict[str, Any]


def quantities_by_hand(snapshot: pd.DataFrame, rules: Rules) -> list[int]:
    """Plan every row, then let each location's rows share what one order may hold."""
    rows: list[Row] = snapshot.astype({"location": "str", "sku": "str"}).to_dict("records")
    for row in rows:
        row["position"] = sum(int(row[name]) * getattr(rules.weights, name) for name in TERMS)
        row["quantity"] = _wanted(row, rules)
    for location in {row["location"] for row in rows}:
        share([row for row in rows if row["location"] == location and row["quantity"]], rules)
        reach_minimum([row for row in rows if row["location"] == location and row["quantity"]], rules)
    return [row["quantity"] for row in rows]


def _asks(position: int, minimum: int, trigger: Trigger) -> bool:
    return position < minimum or (trigger is Trigger.AT_OR_BELOW and position == minimum)


def _wanted(row: Row, rules: Rules) -> int:
    minimum, maximum, pack = row["reorder_point"], row["order_up_to_level"], row["case_pack"]
    unlisted = rules.unlisted == "exclude" and not row["listed"]
    no_levels = minimum <= 0 and maximum <= 0
    if row["do_not_order"] or row["discontinued"] or unlisted or no_levels or maximum < minimum or _barred(row, rules):
        return 0
    if not _asks(row["position"], minimum, rules.trigger):
        return 0
    packs = _packs(row, maximum - row["position"], rules)
    if packs == 0:
        return 0
    least = -(-row["minimum_order_quantity"] // pack)
    packs = max(packs, least)
    row["most"] = min([limit for limit in _limits(row, rules) if limit is not None], default=None)
    if row["most"] is not None:
        packs = min(packs, row["most"] // pack)
    quantity = packs * pack if packs >= least else 0
    return 0 if _too_small(row, quantity, rules) else quantity


def _barred(row: Row, rules: Rules) -> bool:
    late = 0 < row.get("last_order_date", 0) < row.get("business_date", 0)
    early = row.get("business_date", 0) < row.get("snoozed_until", 0)
    return late or early or (rules.unmapped == "exclude" and not row.get("mapped", True))


def _limits(row: Row, rules: Rules) -> list[int | None]:
    coming = sum(int(row[name]) for name in TERMS if getattr(rules.weights, name) > 0)
    capacity = row.get("shelf_capacity", 0)
    room = max(capacity - coming, 0) if capacity else None
    return [row["maximum_line_quantity"] or None, rules.maximum_line_quantity, room]


def _too_small(row: Row, quantity: int, rules: Rules) -> bool:
    damping = rules.damping
    if row["position"] < Fraction(damping.floor_percent, 100) * row["reorder_point"]:
        return False
    by_level = quantity < Fraction(damping.level_percent, 100) * row["order_up_to_level"]
    by_value = row["cost_known"] and quantity * row["unit_cost"] < damping.value
    return bool(quantity < damping.units or by_level or by_value)


def _packs(row: Row, missing: int, rules: Rules) -> int:
    exact = Fraction(missing, row["case_pack"])
    up, down = -(-exact.numerator // exact.denominator), exact.numerator // exact.denominator
    packs = {
        Rounding.UP: up,
        Rounding.DOWN: down,
        Rounding.NEAREST: up if exact - down >= Fraction(1, 2) else down,
        Rounding.THRESHOLD: up if exact - down >= Fraction(rules.rounding_threshold_percent, 100) else down,
    }[rules.rounding]
    after = row["position"] + packs * row["case_pack"]
    if rules.never_to_zero and packs < exact and _asks(after, row["reorder_point"], rules.trigger):
        return up
    return packs
