"""Weights by which our own confirmed orders would count nowhere are refused: every run would order them again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replenisher.config import Settings

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]

LAST = "      unlisted: order"
TOLD = "our own orders stand there once they are confirmed; with another weight every run orders them again"


def weighed(*weights: str, committed: str = "true") -> tuple[tuple[str, str], ...]:
    """The smallest configuration's company with these weights."""
    told = "".join(f"\n        {weight}" for weight in weights)
    return (LAST, f"{LAST}\n      weights:{told}\n    committed: {committed}"), ("    platform: r", "    platform: r")


@pytest.mark.parametrize("weight", ["0", "-1", '"0"'])
def test_orders_at_the_platform_count_in_full(refused: Refused, weight: str) -> None:
    assert refused(*weighed(f"on_order: {weight}")) == [
        f"20: companies[0].planning.weights.on_order: should be 1: {TOLD}"
    ]


@pytest.mark.parametrize("committed", ["false", '"no"', "0"])
def test_uncommitted_orders_count_in_full_when_ours_are_uncommitted(refused: Refused, committed: str) -> None:
    faults = refused(*weighed("allocated: 0", "on_uncommitted_order: 0", committed=committed))
    assert f"21: companies[0].planning.weights.on_uncommitted_order: should be 1: {TOLD}" in faults


def test_every_weight_that_would_order_again_is_told(refused: Refused) -> None:
    faults = refused(*weighed("on_order: 0", "on_uncommitted_order: 0", committed="false"))
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["20", "companies[0].planning.weights.on_order"],
        ["21", "companies[0].planning.weights.on_uncommitted_order"],
    ]


def test_uncommitted_orders_of_others_may_count_for_nothing_when_ours_are_committed(loaded: Loaded) -> None:
    (company,) = loaded(*weighed("on_uncommitted_order: 0", "on_order: 1")).companies
    assert company.planning.weights.on_uncommitted_order == 0


def test_the_other_weights_are_the_planners_choice(loaded: Loaded) -> None:
    chosen = ("transfer_in: 0", "allocated: 0", "backordered: included_in_on_order", "transfer_out: subtract")
    (company,) = loaded(*weighed(*chosen, committed="false")).companies
    assert company.planning.weights.position_weights().backordered == 0
