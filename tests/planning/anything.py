"""Strategies: any snapshot a report, files and our own orders may make, and any rules."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import strategies as st

from replenisher.planning.constraints import Damping
from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.position import PositionWeights
from replenisher.planning.proposal import Rules
from tests.planning.shelves import Row, flying, known, override, product, shelf

SKUS = ("00123", "123", "NA", "a", "É")
LOCATIONS = ("L1", "L2", "L10")
TODAY = date(2026, 11, 27).toordinal()


def limits(largest: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(1, largest)


@st.composite
def rules(draw: st.DrawFn, *, capped: bool = True) -> Rules:
    any_weight = st.integers(-1, 2)
    caps = {
        "maximum_line_quantity": draw(limits(60)),
        "maximum_order_lines": draw(limits(4)),
        "maximum_order_units": draw(limits(120)),
        "maximum_order_value": draw(limits(400)),
    }
    return Rules(
        weights=PositionWeights(backordered=draw(any_weight), transfer_out=draw(st.integers(-1, 0))),
        trigger=draw(st.sampled_from(Trigger)),
        rounding=draw(st.sampled_from(Rounding)),
        never_to_zero=draw(st.booleans()),
        rounding_threshold_percent=draw(st.integers(1, 100)),
        damping=draw(dampings()),
        **_minimums(draw, caps if capped else {}),
        below_order_minimum=draw(st.sampled_from(["hold", "top_up"])),
        unlisted=draw(st.sampled_from(["exclude", "order"])),
        unmapped=draw(st.sampled_from(["exclude", "order"])),
        **(caps if capped else {}),
    )


def _minimums(draw: st.DrawFn, caps: dict[str, int | None]) -> dict[str, int | None]:
    """Draw minimums per order that the maximums leave possible."""
    largest = {what: caps.get(f"maximum_order_{what}") or most for what, most in (("units", 120), ("value", 400))}
    return {f"minimum_order_{what}": draw(limits(most)) for what, most in largest.items()}


@st.composite
def dampings(draw: st.DrawFn) -> Damping:
    if draw(st.booleans()):
        return Damping()
    some = st.sampled_from([0, 0, 3, 20])
    return Damping(draw(some), draw(some), draw(some), draw(st.sampled_from([0, 50, 100])))


@st.composite
def shelves(draw: st.DrawFn) -> list[Row]:
    pairs = draw(st.lists(st.tuples(st.sampled_from(LOCATIONS), st.sampled_from(SKUS)), unique=True, max_size=12))
    return [draw(one_shelf(sku, location)) for location, sku in pairs]


@st.composite
def one_shelf(draw: st.DrawFn, sku: str, location: str) -> Row:
    minimum = draw(st.integers(0, 20))
    few = st.integers(-1, 4)
    return shelf(
        sku,
        location=location,
        minimum=minimum,
        maximum=max(0, minimum + draw(st.integers(-1, 30))),
        do_not_order=draw(st.integers(0, 9)) == 0,
        on_hand=draw(st.integers(-3, 25)),
        on_order=draw(few),
        backordered=draw(few),
        transfer_out=draw(few),
        allocated=draw(few),
    )


@st.composite
def products(draw: st.DrawFn, *, capped: bool = True) -> list[Row] | None:
    if draw(st.integers(0, 4)) == 0:
        return None
    listed = draw(st.lists(st.sampled_from(SKUS), unique=True, min_size=3))
    limited = draw(st.booleans())
    return [
        product(
            sku,
            pack=draw(st.integers(1, 12)),
            least=draw(st.sampled_from([0, 0, 5, 20])),
            most=draw(st.sampled_from([0, 0, 7, 40])) if capped else 0,
            cost=draw(st.none() | st.integers(0, 20)),
            discontinued=draw(st.integers(0, 9)) == 0,
            **(draw(product_limits()) if limited else {}),
        )
        for sku in listed
    ]


@st.composite
def product_limits(draw: st.DrawFn) -> Row:
    return {
        "shelf_capacity": draw(st.sampled_from([0, 0, 10, 30])),
        "last_order_date": draw(st.sampled_from([0, 0, 0, TODAY - 1, TODAY])),
        "snoozed_until": draw(st.sampled_from([0, 0, 0, TODAY, TODAY + 1])),
        "mapped": draw(st.integers(0, 9)) > 0,
    }


@st.composite
def snapshots(draw: st.DrawFn, *, capped: bool = True) -> pd.DataFrame:
    rows = draw(shelves())
    levels = [
        override(
            row["sku"], location=row["location"], minimum=draw(st.integers(0, 9)), maximum=draw(st.integers(0, 20))
        )
        for row in rows
        if draw(st.integers(0, 4)) == 0
    ]
    in_flight = [
        flying(row["sku"], draw(st.integers(0, 9)), location=row["location"])
        for row in rows
        if draw(st.integers(0, 2)) == 0
    ]
    snapshot = known(rows, draw(products(capped=capped)), levels, in_flight).assign(business_date=TODAY)
    if draw(st.booleans()):
        return snapshot
    rates = st.sampled_from([0.0, float("nan"), 0.25, 1 / 3, 1.0, 7.5])
    return snapshot.assign(rate_per_day=pd.Series([draw(rates) for _ in rows], dtype="float64"))
