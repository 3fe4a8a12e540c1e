"""The reference table of eight policies on real weekly demand, reproduced with this engine's own steps."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from replenisher.planning.constraints import round_to_case_pack
from replenisher.planning.distributions import poisson_quantile
from replenisher.planning.policies.asking import Rounding, Trigger, is_triggered, missing_to_maximum
from replenisher.planning.policies.levels import whole_up
from tests.planning.policies.reference_simulator import Decide, Real, simulate

FOLDER = os.environ.get("REPLENISHER_REFERENCE_DATA")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="REPLENISHER_REFERENCE_DATA does not name the reference data")


@pytest.fixture(scope="module")
def weekly() -> Real:
    """Units by series and week, Mondays to Sundays from 2011-01-31 on."""
    daily = pd.read_parquet(Path(str(FOLDER)) / "m5_tiny_daily.parquet", columns=["date", "store_id", "item_id", "qty"])
    since = (pd.to_datetime(daily["date"]) - pd.Timestamp("2011-01-31")).dt.days
    inside = daily.assign(week=since // 7)[since >= 0]
    table = inside.pivot_table(index=["store_id", "item_id"], columns="week", values="qty", aggfunc="sum").fillna(0)
    return table.loc[:, :272].to_numpy(dtype=np.float64)


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, float]]:
    with (Path(str(FOLDER)) / "truth_sim_dev_m5weekly.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["policy"]: {name: float(value) for name, value in row.items() if name != "policy"} for row in rows}


def nothing(past: Real, stock: Real, coming: Real) -> Real:
    del past, coming
    return np.zeros_like(stock)


def cover(weeks: float) -> Decide:
    def decide(past: Real, stock: Real, coming: Real) -> Real:
        return np.round(np.maximum(weeks * past.mean(axis=1) - stock - coming.sum(axis=1), 0))

    return decide


def min_max(z: float, pack: int = 1) -> Decide:
    """s = ceil(3 m + z sd sqrt 3), S = s + max(1, ceil(2 m)), at or below s, in whole packs."""

    def decide(past: Real, stock: Real, coming: Real) -> Real:
        mean, sd = past.mean(axis=1), past.std(axis=1, ddof=1)
        low = whole_up(3 * mean + z * sd * np.sqrt(3))
        high = low + np.maximum(1, whole_up(2 * mean))
        position = (stock + coming.sum(axis=1)).astype(np.int64)
        asks = is_triggered(position, low, Trigger.AT_OR_BELOW)
        columns = {
            "case_pack": np.full(low.shape, pack),
            "inventory_position": position[asks],
            "reorder_point": low[asks],
        }
        missing = missing_to_maximum(position[asks], high[asks])
        order = np.zeros_like(low)
        packs = {**columns, "case_pack": columns["case_pack"][asks]}
        order[asks], _ = round_to_case_pack(packs, missing, Rounding.UP, Trigger.AT_OR_BELOW, True)
        return order.astype(np.float64)

    return decide


def projected(share: float) -> Decide:
    """Up to the Poisson level of one week, from the stock projected through what is on its way."""

    def decide(past: Real, stock: Real, coming: Real) -> Real:
        mean, left = past.mean(axis=1), stock
        for arriving in coming.T:
            left = np.maximum(left + arriving - mean, 0)
        return np.round(np.maximum(poisson_quantile(share, mean) - left, 0))

    return decide


POLICIES = {
    "no_orders": nothing,
    "cover3": cover(3),
    "cover4": cover(4),
    "cover5": cover(5),
    "minmax_z1": min_max(1),
    "minmax_z2": min_max(2),
    "minmax_z1_pack6": min_max(1, pack=6),
    "project_poisson_q0.8333": projected(5 / 6),
}


def test_the_table_has_these_policies_and_no_others(table: dict[str, dict[str, float]]) -> None:
    assert list(table) == list(POLICIES)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_figure_of_a_policy_is_reproduced(weekly: Real, table: dict[str, dict[str, float]], policy: str) -> None:
    expected = table[policy]
    found = simulate(weekly, POLICIES[policy]).figures()
    for name, value in found.items():
        assert value == pytest.approx(expected[name], rel=1e-6, abs=1e-6), name
    assert set(expected) - set(found) == {"pack"}
