"""Why a row orders what it orders: one bit per reason, one plain sentence per reason.

The order of the enum is the order of importance. A row's main reason is the first of its reasons in this order:
what stops a row comes before what cuts or raises it, and that before why it orders at all. So every row has a
main reason, and a row that orders nothing always has one that stops.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt
import pandas as pd


class Effect(Enum):
    """What a reason does to a row."""

    STOPS = "orders nothing"
    CUTS = "lowers the quantity"
    RAISES = "raises the quantity"
    ORDERS = "orders"
    NOTES = "changes nothing, worth a look"


class Reason(Enum):
    """Each reason that planning can give; the value is its code in frames, files and tables."""

    DO_NOT_ORDER = "do_not_order"
    DISCONTINUED = "discontinued"
    NOT_LISTED = "not_listed"
    LEVELS_MISSING = "levels_missing"
    LEVELS_SET_TO_ZERO = "levels_set_to_zero"
    LEVELS_INVERTED = "levels_inverted"
    AT_OR_ABOVE_MINIMUM = "at_or_above_minimum"
    ABOVE_MINIMUM = "above_minimum"
    ALREADY_AT_MAXIMUM = "already_at_maximum"
    ROUNDED_TO_ZERO = "rounded_to_zero"
    LINE_MAXIMUM_BELOW_CASE_PACK = "line_maximum_below_case_pack"
    LINE_MAXIMUM_BELOW_MINIMUM_ORDER = "line_maximum_below_minimum_order"
    NO_ROOM_IN_ORDER_LINES = "no_room_in_order_lines"
    NO_ROOM_IN_ORDER_UNITS = "no_room_in_order_units"
    NO_ROOM_IN_ORDER_VALUE = "no_room_in_order_value"
    NOT_COUNTED = "not_counted"
    NOTHING_SOLD = "nothing_sold"
    PAST_LAST_ORDER_DATE = "past_last_order_date"
    SNOOZED = "snoozed"
    NOT_MAPPED = "not_mapped"
    NO_ROOM_ON_SHELF = "no_room_on_shelf"
    TOO_SMALL = "too_small"
    NOT_AN_ORDER_DAY = "not_an_order_day"
    SET_TO_ZERO_BY_PLANNER = "set_to_zero_by_planner"
    CUT_TO_ORDER_VALUE = "cut_to_order_value"
    CUT_TO_ORDER_UNITS = "cut_to_order_units"
    CUT_TO_LINE_MAXIMUM = "cut_to_line_maximum"
    CUT_TO_SHELF_CAPACITY = "cut_to_shelf_capacity"
    LEVEL_BEYOND = "level_beyond"
    RAISED_TO_MINIMUM_ORDER = "raised_to_minimum_order"
    TOPPED_UP = "topped_up"
    SET_BY_PLANNER = "set_by_planner"
    SOLD_SINCE = "sold_since"
    BELOW_MINIMUM = "below_minimum"
    AT_OR_BELOW_MINIMUM = "at_or_below_minimum"
    ROUNDED_UP = "rounded_up"
    ROUNDED_DOWN = "rounded_down"
    ROUNDED_UP_TO_REACH_MINIMUM = "rounded_up_to_reach_minimum"
    NEGATIVE_ON_HAND = "negative_on_hand"
    NEGATIVE_OPEN_QUANTITY = "negative_open_quantity"
    COST_UNKNOWN = "cost_unknown"
    ORDER_BELOW_MINIMUM = "order_below_minimum"
    DEMAND_UNKNOWN = "demand_unknown"
    BREAKS_CASE_PACK = "breaks_case_pack"
    BEYOND_A_LIMIT = "beyond_a_limit"

    @property
    def bit(self) -> int:
        """The reason's bit in the `reasons` column."""
        return 1 << _MEANINGS[self][0]

    @property
    def effect(self) -> Effect:
        """What the reason does to a row."""
        return _MEANINGS[self][1]


_MEANINGS: dict[Reason, tuple[int, Effect, str]] = {
    Reason.DO_NOT_ORDER: (0, Effect.STOPS, "The retailer marked the product do-not-order."),
    Reason.DISCONTINUED: (1, Effect.STOPS, "The products file says that the product is discontinued."),
    Reason.NOT_LISTED: (2, Effect.STOPS, "The products file does not list the product."),
    Reason.LEVELS_MISSING: (3, Effect.STOPS, "The retailer set neither a minimum nor a maximum."),
    Reason.LEVELS_SET_TO_ZERO: (4, Effect.STOPS, "The planners set minimum and maximum to 0."),
    Reason.LEVELS_INVERTED: (5, Effect.STOPS, "The maximum is lower than the minimum."),
    Reason.AT_OR_ABOVE_MINIMUM: (6, Effect.STOPS, "The inventory position is not below the minimum."),
    Reason.ABOVE_MINIMUM: (7, Effect.STOPS, "The inventory position is above the minimum."),
    Reason.ALREADY_AT_MAXIMUM: (8, Effect.STOPS, "Nothing is missing to the maximum, which equals the minimum."),
    Reason.ROUNDED_TO_ZERO: (9, Effect.STOPS, "Less than a case pack is missing and rounding leaves nothing."),
    Reason.LINE_MAXIMUM_BELOW_CASE_PACK: (10, Effect.STOPS, "The maximum per line is less than one case pack."),
    Reason.LINE_MAXIMUM_BELOW_MINIMUM_ORDER: (
        11,
        Effect.STOPS,
        "The maximum per line is less than the minimum order quantity.",
    ),
    Reason.NO_ROOM_IN_ORDER_LINES: (12, Effect.STOPS, "Rows in greater need used up the order's maximum of lines."),
    Reason.NO_ROOM_IN_ORDER_UNITS: (
        13,
        Effect.STOPS,
        "The order's maximum of units leaves no room for the smallest lot.",
    ),
    Reason.NO_ROOM_IN_ORDER_VALUE: (14, Effect.STOPS, "The order's maximum value leaves no room for the smallest lot."),
    Reason.NOT_COUNTED: (15, Effect.STOPS, "What is on hand is not known: no count of it has been imported."),
    Reason.NOTHING_SOLD: (16, Effect.STOPS, "Nothing was sold that is not ordered again already."),
    Reason.PAST_LAST_ORDER_DATE: (17, Effect.STOPS, "The last date on which the product is ordered has passed."),
    Reason.SNOOZED: (18, Effect.STOPS, "The planners let the product rest until a later date."),
    Reason.NOT_MAPPED: (19, Effect.STOPS, "The products file has no id of the platform's catalog for the product."),
    Reason.NO_ROOM_ON_SHELF: (20, Effect.STOPS, "The shelf has no room for the smallest lot."),
    Reason.TOO_SMALL: (21, Effect.STOPS, "So small an order is not worth its handling yet."),
    Reason.NOT_AN_ORDER_DAY: (22, Effect.STOPS, "The location's calendar has no order on this date."),
    Reason.SET_TO_ZERO_BY_PLANNER: (23, Effect.STOPS, "The planners set this run's quantity to 0."),
    Reason.CUT_TO_ORDER_VALUE: (24, Effect.CUTS, "Cut to the whole case packs that the order's maximum value allows."),
    Reason.CUT_TO_ORDER_UNITS: (
        25,
        Effect.CUTS,
        "Cut to the whole case packs that the order's maximum of units allows.",
    ),
    Reason.CUT_TO_LINE_MAXIMUM: (26, Effect.CUTS, "Cut to the whole case packs that the maximum per line allows."),
    Reason.CUT_TO_SHELF_CAPACITY: (27, Effect.CUTS, "Cut to the whole case packs that the shelf has room for."),
    Reason.LEVEL_BEYOND: (
        28,
        Effect.STOPS,
        "The policy of the row's rule leads to a level of more than 10,000,000 units, which no shelf holds.",
    ),
    Reason.RAISED_TO_MINIMUM_ORDER: (
        32,
        Effect.RAISES,
        "Raised to the minimum order quantity, in whole case packs.",
    ),
    Reason.TOPPED_UP: (33, Effect.RAISES, "Raised by whole case packs until the order reaches its minimum."),
    Reason.SET_BY_PLANNER: (34, Effect.ORDERS, "The planners set this run's quantity, and it is taken as written."),
    Reason.SOLD_SINCE: (35, Effect.ORDERS, "Units were sold that are not ordered again yet."),
    Reason.BELOW_MINIMUM: (36, Effect.ORDERS, "The inventory position is below the minimum."),
    Reason.AT_OR_BELOW_MINIMUM: (37, Effect.ORDERS, "The inventory position is at or below the minimum."),
    Reason.ROUNDED_UP: (40, Effect.RAISES, "Rounded up to whole case packs."),
    Reason.ROUNDED_DOWN: (41, Effect.CUTS, "Rounded down to whole case packs."),
    Reason.ROUNDED_UP_TO_REACH_MINIMUM: (
        42,
        Effect.RAISES,
        "Rounded up, for the quantity rounded down would have left the position where it asks for goods again.",
    ),
    Reason.NEGATIVE_ON_HAND: (48, Effect.NOTES, "The report says less than nothing is on hand; planned as 0."),
    Reason.NEGATIVE_OPEN_QUANTITY: (
        49,
        Effect.NOTES,
        "The report gives a negative quantity on order, in transfer or allocated; planned as 0.",
    ),
    Reason.COST_UNKNOWN: (50, Effect.NOTES, "The unit cost is not known, so the line counts in no order value."),
    Reason.ORDER_BELOW_MINIMUM: (51, Effect.NOTES, "The location's order is below its minimum and waits for a person."),
    Reason.DEMAND_UNKNOWN: (
        52,
        Effect.NOTES,
        "Sales of too few days are known to go by demand, so the row keeps its minimum and maximum.",
    ),
    Reason.BREAKS_CASE_PACK: (56, Effect.NOTES, "The planners' quantity is not in whole case packs."),
    Reason.BEYOND_A_LIMIT: (
        57,
        Effect.NOTES,
        "The planners' quantity is beyond a limit of the product, the line, the shelf or the order.",
    ),
}
"""Each reason's bit number, effect and sentence. Plans in the archive hold the bits: a number is never used again for
something else, and new reasons take free numbers where they belong in importance."""

REASON_DTYPE = pd.CategoricalDtype([reason.value for reason in Reason])
"""The dtype of the `reason` column: the categories in the order of the enum."""

_CODES = np.full(64, -1, dtype=np.int8)
_CODES[[meaning[0] for meaning in _MEANINGS.values()]] = [list(Reason).index(reason) for reason in _MEANINGS]


def describe(reason: Reason) -> str:
    """Say in one plain sentence what the reason means."""
    return _MEANINGS[reason][2]


def reasons_in(bits: int) -> list[Reason]:
    """List the reasons of one row's `reasons` bits, the main one first."""
    return [reason for reason in Reason if int(bits) & reason.bit]


def main_reason_codes(bits: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Find the code in REASON_DTYPE of each row's main reason, its lowest set bit; every row has one."""
    # A set bit less one is as many ones as the bit's position: -b & b keeps the lowest set bit of b alone.
    below = -bits
    below &= bits
    below -= 1
    codes: npt.NDArray[np.int8] = _CODES[np.bitwise_count(below)]
    return codes
