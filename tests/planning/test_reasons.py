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


def test_every_reason_has_a_bit_of_its_own_that_int64_holds() -> None:
    bits = [reason.bit for reason in Reason]
    assert len(set(bits)) == len(bits)
    assert sum(bits) < 2**62


def test_what_stops_a_row_comes_before_everything_else() -> None:
    effects = [reason.effect for reason in Reason]
    assert effects == sorted(effects, key=lambda effect: effect is not Effect.STOPS)


def test_the_main_reason_is_the_first_of_the_reasons() -> None:
    bits = [Reason.COST_UNKNOWN.bit | reason.bit for reason in Reason]
    codes = main_reason_codes(np.array(bits, dtype=np.int64))
    assert [REASON_DTYPE.categories[code] for code in codes] == [reason.value for reason in Reason]
    assert [reasons_in(each)[0] for each in bits] == list(Reason)
