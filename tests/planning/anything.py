"""Strategies: any snapshot a report, files and our own orders may make, and any rules."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from replenisher.planning.policies.asking import Rounding, Trigger
from replenisher.planning.position import PositionWeights
from replenisher.planning.proposal import Rules
from tests.planning.shelves import Row, flying, known, override, product, shelf

SKUS = ("00123", "123", "NA", "a", "É")
LOCATIONS = ("L1", "L2", "L10")


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
        unlisted=draw(st.sampled_from(["exclude", "order"])),
        **(caps if capped else {}),
    )


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
    return [
        product(
            sku,
            pack=draw(st.integers(1, 12)),
            least=draw(st.sampled_from([0, 0, 5, 20])),
            most=draw(st.sampled_from([0, 0, 7, 40])) if capped else 0,
            cost=draw(st.none() | st.integers(0, 20)),
            discontinued=draw(st.integers(0, 9)) == 0,
        )
        for sku in listed
    ]


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
    return known(rows, draw(products(capped=capped)), levels, in_flight)
