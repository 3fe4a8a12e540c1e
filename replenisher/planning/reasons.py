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
    CUT_TO_ORDER_VALUE = "cut_to_order_value"
    CUT_TO_ORDER_UNITS = "cut_to_order_units"
    CUT_TO_LINE_MAXIMUM = "cut_to_line_maximum"
    RAISED_TO_MINIMUM_ORDER = "raised_to_minimum_order"
    BELOW_MINIMUM = "below_minimum"
    AT_OR_BELOW_MINIMUM = "at_or_below_minimum"
    ROUNDED_UP = "rounded_up"
    ROUNDED_DOWN = "rounded_down"
    ROUNDED_UP_TO_REACH_MINIMUM = "rounded_up_to_reach_minimum"
    NEGATIVE_ON_HAND = "negative_on_hand"
    NEGATIVE_OPEN_QUANTITY = "negative_open_quantity"
    COST_UNKNOWN = "cost_unknown"

    @property
    def bit(self) -> int:
        """The reason's bit in the `reasons` column."""
        return 1 << _POSITIONS[self]

    @property
    def effect(self) -> Effect:
        """What the reason does to a row."""
        return _SENTENCES[self][0]


_SENTENCES: dict[Reason, tuple[Effect, str]] = {
    Reason.DO_NOT_ORDER: (Effect.STOPS, "The retailer marked the product do-not-order."),
    Reason.DISCONTINUED: (Effect.STOPS, "The products file says that the product is discontinued."),
    Reason.NOT_LISTED: (Effect.STOPS, "The products file does not list the product."),
    Reason.LEVELS_MISSING: (Effect.STOPS, "The retailer set neither a minimum nor a maximum."),
    Reason.LEVELS_SET_TO_ZERO: (Effect.STOPS, "The planners set minimum and maximum to 0."),
    Reason.LEVELS_INVERTED: (Effect.STOPS, "The maximum is lower than the minimum."),
    Reason.AT_OR_ABOVE_MINIMUM: (Effect.STOPS, "The inventory position is not below the minimum."),
    Reason.ABOVE_MINIMUM: (Effect.STOPS, "The inventory position is above the minimum."),
    Reason.ALREADY_AT_MAXIMUM: (Effect.STOPS, "Nothing is missing to the maximum, which equals the minimum."),
    Reason.ROUNDED_TO_ZERO: (Effect.STOPS, "Less than a case pack is missing and rounding leaves nothing."),
    Reason.LINE_MAXIMUM_BELOW_CASE_PACK: (Effect.STOPS, "The maximum per line is less than one case pack."),
    Reason.LINE_MAXIMUM_BELOW_MINIMUM_ORDER: (
        Effect.STOPS,
        "The maximum per line is less than the minimum order quantity.",
    ),
    Reason.NO_ROOM_IN_ORDER_LINES: (Effect.STOPS, "Rows in greater need used up the order's maximum of lines."),
    Reason.NO_ROOM_IN_ORDER_UNITS: (Effect.STOPS, "The order's maximum of units leaves no room for the smallest lot."),
    Reason.NO_ROOM_IN_ORDER_VALUE: (Effect.STOPS, "The order's maximum value leaves no room for the smallest lot."),
    Reason.CUT_TO_ORDER_VALUE: (Effect.CUTS, "Cut to the whole case packs that the order's maximum value allows."),
    Reason.CUT_TO_ORDER_UNITS: (Effect.CUTS, "Cut to the whole case packs that the order's maximum of units allows."),
    Reason.CUT_TO_LINE_MAXIMUM: (Effect.CUTS, "Cut to the whole case packs that the maximum per line allows."),
    Reason.RAISED_TO_MINIMUM_ORDER: (
        Effect.RAISES,
        "Raised to the minimum order quantity, in whole case packs.",
    ),
    Reason.BELOW_MINIMUM: (Effect.ORDERS, "The inventory position is below the minimum."),
    Reason.AT_OR_BELOW_MINIMUM: (Effect.ORDERS, "The inventory position is at or below the minimum."),
    Reason.ROUNDED_UP: (Effect.RAISES, "Rounded up to whole case packs."),
    Reason.ROUNDED_DOWN: (Effect.CUTS, "Rounded down to whole case packs."),
    Reason.ROUNDED_UP_TO_REACH_MINIMUM: (
        Effect.RAISES,
        "Rounded up, for the quantity rounded down would have left the position where it asks for goods again.",
    ),
    Reason.NEGATIVE_ON_HAND: (Effect.NOTES, "The report says less than nothing is on hand; planned as 0."),
    Reason.NEGATIVE_OPEN_QUANTITY: (
        Effect.NOTES,
        "The report gives a negative quantity on order, in transfer or allocated; planned as 0.",
    ),
    Reason.COST_UNKNOWN: (Effect.NOTES, "The unit cost is not known, so the line counts in no order value."),
}

_POSITIONS = {reason: position for position, reason in enumerate(Reason)}

REASON_DTYPE = pd.CategoricalDtype([reason.value for reason in Reason])
"""The dtype of the `reason` column; a row's category code is the position of its main reason."""


def describe(reason: Reason) -> str:
    """Say in one plain sentence what the reason means."""
    return _SENTENCES[reason][1]


def reasons_in(bits: int) -> list[Reason]:
    """List the reasons of one row's `reasons` bits, the main one first."""
    return [reason for reason in Reason if int(bits) & reason.bit]


def main_reason_codes(bits: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Find the position of the lowest set bit of each row: the code of its main reason in REASON_DTYPE."""
    # A set bit less one is as many ones as the bit's position: -b & b keeps the lowest set bit of b alone.
    below = -bits
    below &= bits
    below -= 1
    codes: npt.NDArray[np.int8] = np.bitwise_count(below).astype(np.int8)
    return codes
