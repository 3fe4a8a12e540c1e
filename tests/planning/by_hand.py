"""The rules read row by row in plain Python: slow, obvious, and written apart from the program, to compare with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.position import TERMS
from replenisher.planning.proposal import Rules

Row = dict[str, Any]


def quantities_by_hand(snapshot: pd.DataFrame, rules: Rules) -> list[int]:
    """Plan every row, then let each location's rows share what one order may hold."""
    rows: list[Row] = snapshot.astype({"location": "str", "sku": "str"}).to_dict("records")
    for row in rows:
        row["position"] = sum(int(row[name]) * getattr(rules.weights, name) for name in TERMS)
        row["quantity"] = _wanted(row, rules)
    for location in {row["location"] for row in rows}:
        _share([row for row in rows if row["location"] == location and row["quantity"]], rules)
    return [row["quantity"] for row in rows]


def _asks(position: int, minimum: int, trigger: Trigger) -> bool:
    return position < minimum or (trigger is Trigger.AT_OR_BELOW and position == minimum)


def _wanted(row: Row, rules: Rules) -> int:
    minimum, maximum, pack = row["reorder_point"], row["order_up_to_level"], row["case_pack"]
    unlisted = rules.unlisted == "exclude" and not row["listed"]
    no_levels = minimum <= 0 and maximum <= 0
    if row["do_not_order"] or row["discontinued"] or unlisted or no_levels or maximum < minimum:
        return 0
    if not _asks(row["position"], minimum, rules.trigger):
        return 0
    packs = _packs(row, maximum - row["position"], rules)
    if packs == 0:
        return 0
    least = -(-row["minimum_order_quantity"] // pack)
    packs = max(packs, least)
    limits = [limit for limit in (row["maximum_line_quantity"], rules.maximum_line_quantity) if limit]
    if limits:
        packs = min(packs, min(limits) // pack)
    return packs * pack if packs >= least else 0


def _packs(row: Row, missing: int, rules: Rules) -> int:
    exact = Fraction(missing, row["case_pack"])
    up, down = -(-exact.numerator // exact.denominator), exact.numerator // exact.denominator
    packs = {
        Rounding.UP: up,
        Rounding.DOWN: down,
        Rounding.NEAREST: up if exact - down >= Fraction(1, 2) else down,
    }[rules.rounding]
    after = row["position"] + packs * row["case_pack"]
    if rules.never_to_zero and packs < exact and _asks(after, row["reorder_point"], rules.trigger):
        return up
    return packs


def _share(rows: list[Row], rules: Rules) -> None:
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
