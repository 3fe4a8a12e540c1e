from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from replenisher.planning.reasons import REASON_DTYPE, Effect, Reason, describe, main_reason_codes, reasons_in

DOCUMENT = Path(__file__).parents[2] / "docs" / "planning.md"


def test_the_table_of_the_documentation_lists_every_reason_in_order_with_its_effect_and_sentence() -> None:
    table = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    reasons = [row for row in table if row[0] in {reason.value for reason in Reason}]
    assert reasons == [(reason.value, reason.effect.value, describe(reason)) for reason in Reason]


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_every_reason_is_one_plain_sentence(reason: Reason) -> None:
    sentence = describe(reason)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert sentence.count(".") == 1


def test_a_plan_in_the_archive_is_read_as_it_was_written() -> None:
    bits = {
        "do_not_order": 0,
        "discontinued": 1,
        "not_listed": 2,
        "levels_missing": 3,
        "levels_set_to_zero": 4,
        "levels_inverted": 5,
        "at_or_above_minimum": 6,
        "above_minimum": 7,
        "already_at_maximum": 8,
        "rounded_to_zero": 9,
        "line_maximum_below_case_pack": 10,
        "line_maximum_below_minimum_order": 11,
        "no_room_in_order_lines": 12,
        "no_room_in_order_units": 13,
        "no_room_in_order_value": 14,
        "not_counted": 15,
        "nothing_sold": 16,
        "past_last_order_date": 17,
        "snoozed": 18,
        "not_mapped": 19,
        "no_room_on_shelf": 20,
        "too_small": 21,
        "not_an_order_day": 22,
        "set_to_zero_by_planner": 23,
        "cut_to_order_value": 24,
        "cut_to_order_units": 25,
        "cut_to_line_maximum": 26,
        "cut_to_shelf_capacity": 27,
        "level_beyond": 28,
        "raised_to_minimum_order": 32,
        "topped_up": 33,
        "set_by_planner": 34,
        "sold_since": 35,
        "below_minimum": 36,
        "at_or_below_minimum": 37,
        "rounded_up": 40,
        "rounded_down": 41,
        "rounded_up_to_reach_minimum": 42,
        "negative_on_hand": 48,
        "negative_open_quantity": 49,
        "cost_unknown": 50,
        "order_below_minimum": 51,
        "demand_unknown": 52,
        "breaks_case_pack": 56,
        "beyond_a_limit": 57,
    }
    assert {reason.value: reason.bit for reason in Reason} == {name: 1 << number for name, number in bits.items()}


def test_the_bits_rise_in_the_order_of_importance_and_int64_holds_them() -> None:
    bits = [reason.bit for reason in Reason]
    assert bits == sorted(set(bits))
    assert bits[-1] < 2**62


def test_what_stops_a_row_comes_before_everything_else() -> None:
    # Every number before those of what cuts was taken; an excluded row has nothing that cuts.
    effects = [reason.effect for reason in Reason if reason is not Reason.LEVEL_BEYOND]
    assert effects == sorted(effects, key=lambda effect: effect is not Effect.STOPS)


def test_the_main_reason_is_the_first_of_the_reasons() -> None:
    bits = [list(Reason)[-1].bit | reason.bit for reason in Reason]
    codes = main_reason_codes(np.array(bits, dtype=np.int64))
    assert [REASON_DTYPE.categories[code] for code in codes] == [reason.value for reason in Reason]
    assert [reasons_in(each)[0] for each in bits] == list(Reason)
