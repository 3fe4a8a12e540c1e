"""Long files of sale orders: one that no task could import in its time is refused with a word on what to do."""

from __future__ import annotations

from pathlib import Path

from replenisher.intake.sale_orders import MOST_ORDERS
from tests.intake.test_sale_orders import faults, read


def test_a_file_may_have_so_many_orders_and_not_one_more(tmp_path: Path) -> None:
    rows = [f"W{place},11412,ann,2026-11-20,A,1,9.99" for place in range(MOST_ORDERS)]
    found = read(tmp_path, *rows, rows[0].replace("A", "B"))
    assert (len(found.orders), found.faults) == (MOST_ORDERS, ())
    found = read(tmp_path, *rows, "ONE-MORE,11412,ann,2026-11-20,A,1,9.99")
    assert found.orders == ()
    assert faults(found) == ["sales.csv: has 25,001 sale orders; a file has at most 25,000, so split it"]
