"""What holds for every snapshot and every rules, whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from replenisher.planning.explain_quantities import CHANGES
from replenisher.planning.frames import SNAPSHOT, check
from replenisher.planning.policies.asking import Rounding
from replenisher.planning.position import TERMS
from replenisher.planning.proposal import STEPS, Rules, plan
from replenisher.planning.quantities import coming_terms
from replenisher.planning.reasons import Effect, Reason, reasons_in
from replenisher.planning.snapshot import snapshot as snapshot_of
from tests.bench.bench_planning import inputs
from tests.planning import anything
from tests.planning.by_hand import quantities_by_hand

# All that the thorough profile asks for takes a law minutes on a busy machine.
pytestmark = pytest.mark.timeout(1800)

_EVERY_STEP = (*STEPS, "order_quantity")


@given(anything.snapshots(), anything.rules())
def test_the_plan_is_what_the_rules_say_row_by_row(snapshot: pd.DataFrame, rules: Rules) -> None:
    assert plan(snapshot, rules)["order_quantity"].tolist() == quantities_by_hand(snapshot, rules)


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize(("lines", "units", "value"), [(None, None, None), (90, 700, 20_000_000), (500, 300, None)])
def test_a_large_plan_is_what_the_rules_say_row_by_row(
    rounding: Rounding, lines: int | None, units: int | None, value: int | None
) -> None:
    rules = Rules(rounding=rounding, maximum_order_lines=lines, maximum_order_units=units, maximum_order_value=value)
    known = snapshot_of(**inputs(2_000))
    assert plan(known, rules)["order_quantity"].tolist() == quantities_by_hand(known, rules)


@given(anything.snapshots().filter(len), anything.rules(), st.data())
def test_more_of_any_supply_never_means_a_larger_order(
    snapshot: pd.DataFrame, rules: Rules, data: st.DataObject
) -> None:
    term = data.draw(st.sampled_from(TERMS))
    row, more = data.draw(st.integers(0, len(snapshot) - 1)), data.draw(st.integers(1, 9))
    weight = getattr(rules.weights, term)
    assume(weight)
    richer = snapshot.assign(**{term: snapshot[term] + more * (np.arange(len(snapshot)) == row)})
    before, after = (int(plan(frame, rules)["order_quantity"].iloc[row]) for frame in (snapshot, richer))
    assert (after <= before) if weight > 0 else (after >= before)


@given(anything.snapshots(capped=False), anything.rules(capped=False))
def test_a_second_run_on_unchanged_input_orders_nothing(snapshot: pd.DataFrame, rules: Rules) -> None:
    first = plan(snapshot, rules)
    second = plan(snapshot.assign(in_flight=snapshot["in_flight"] + first["order_quantity"]), rules)
    assert not second["order_quantity"].any()


@given(anything.snapshots(), anything.rules())
def test_quantities_are_whole_packs_within_every_limit(snapshot: pd.DataFrame, rules: Rules) -> None:
    proposal = plan(snapshot, rules)
    ordered = proposal.loc[proposal["order_quantity"] > 0]
    quantity = ordered["order_quantity"]
    assert all(proposal[name].dtype == np.int64 for name in (*_EVERY_STEP, "inventory_position", "reasons"))
    assert (proposal["order_quantity"] >= 0).all()
    assert (quantity % ordered["case_pack"] == 0).all()
    assert (quantity >= ordered["minimum_order_quantity"]).all()
    assert ((quantity <= ordered["maximum_line_quantity"]) | (ordered["maximum_line_quantity"] == 0)).all()
    assert quantity.max() <= (rules.maximum_line_quantity or quantity.max()) or ordered.empty
    value = (quantity * ordered["unit_cost"]).where(ordered["cost_known"], 0)
    for limit, counted in (
        (rules.maximum_order_lines, quantity > 0),
        (rules.maximum_order_units, quantity),
        (rules.maximum_order_value, value),
    ):
        sums = counted.groupby(ordered["location"].astype("str")).sum()
        assert limit is None or (sums <= limit).all()


@given(anything.snapshots(), anything.rules())
def test_every_row_that_orders_nothing_says_why_and_no_other_row_is_stopped(
    snapshot: pd.DataFrame, rules: Rules
) -> None:
    for row in plan(snapshot, rules)[["order_quantity", "reasons", "reason"]].to_dict("records"):
        found = reasons_in(row["reasons"])
        assert found[0].value == row["reason"]
        stopped = [reason for reason in found if reason.effect is Effect.STOPS]
        assert bool(stopped) is (row["order_quantity"] == 0)


@given(anything.snapshots(), anything.rules())
def test_every_change_between_two_steps_has_a_reason_of_its_own(snapshot: pd.DataFrame, rules: Rules) -> None:
    given_by = CHANGES | {"after_case_pack": (Reason.ROUNDED_UP, Reason.ROUNDED_DOWN)}
    proposal = plan(snapshot, rules)
    for before, after in pairwise(STEPS):
        changed = (proposal[before] != proposal[after]).tolist()
        told = [any(reason in reasons_in(bits) for reason in given_by[after]) for bits in proposal["reasons"]]
        assert told == changed, after


@given(anything.snapshots().filter(len), anything.rules(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(snapshot: pd.DataFrame, rules: Rules, random: st.DataObject) -> None:
    order = list(range(len(snapshot)))
    random.shuffle(order)
    shuffled = plan(snapshot.iloc[order], rules)
    pd.testing.assert_frame_equal(shuffled.sort_index(), plan(snapshot, rules))


@given(anything.snapshots().filter(len), anything.rules())
def test_a_location_planned_alone_orders_what_it_orders_among_many(snapshot: pd.DataFrame, rules: Rules) -> None:
    together = plan(snapshot, rules)
    for location in set(snapshot["location"].astype("str")):
        here = (snapshot["location"] == location).to_numpy()
        alone = plan(snapshot.loc[here], rules)
        pd.testing.assert_frame_equal(alone, together.loc[here])


@given(anything.snapshots(), anything.rules())
def test_the_snapshot_is_kept_in_the_plan_and_not_written_to(snapshot: pd.DataFrame, rules: Rules) -> None:
    before = snapshot.copy(deep=True)
    proposal = plan(snapshot, rules)
    pd.testing.assert_frame_equal(snapshot, before)
    pd.testing.assert_frame_equal(proposal[snapshot.columns.tolist()], before)
    check(proposal, SNAPSHOT)


@given(anything.snapshots(), anything.rules(capped=False))
def test_a_minimum_order_quantity_never_creates_an_order(snapshot: pd.DataFrame, rules: Rules) -> None:
    without = plan(snapshot.assign(minimum_order_quantity=np.int64(0)), rules)
    ordered_only_with_it = (plan(snapshot, rules)["order_quantity"] > 0) & (without["order_quantity"] == 0)
    # What is too small to be worth it is judged last: a need that the minimum has raised may be worth it again.
    too_small = (without["reasons"] & Reason.TOO_SMALL.bit != 0) & (without["after_shelf_capacity"] > 0)
    assert not (ordered_only_with_it & ~too_small).any()


@given(anything.snapshots(capped=False), anything.rules(capped=False), st.sampled_from([2, 4, 8]))
def test_larger_units_scale_every_order(snapshot: pd.DataFrame, rules: Rules, factor: int) -> None:
    units = ["on_hand", "in_flight", *TERMS, "reorder_point", "order_up_to_level", "case_pack"]
    units += ["minimum_order_quantity", "maximum_line_quantity", "shelf_capacity", "rate_per_day"]
    larger = snapshot.assign(**{name: snapshot[name] * factor for name in units if name in snapshot})
    limits = ("maximum_line_quantity", "minimum_order_units", "minimum_order_value")
    scaled = {name: None if getattr(rules, name) is None else getattr(rules, name) * factor for name in limits}
    damping = replace(rules.damping, units=rules.damping.units * factor, value=rules.damping.value * factor)
    before = plan(snapshot, rules)
    after = plan(larger, replace(rules, damping=damping, **scaled))
    assert (after["order_quantity"] == factor * before["order_quantity"]).all()
    assert after["reasons"].equals(before["reasons"])


@given(anything.snapshots(), anything.rules())
def test_a_minimum_per_order_never_creates_a_line_and_holds_exactly_the_orders_below_it(
    snapshot: pd.DataFrame, rules: Rules
) -> None:
    proposal = plan(snapshot, rules)
    before, after = proposal["after_maximum_order_value"], proposal["order_quantity"]
    assert ((before > 0) == (after > 0)).all()
    value = (after * proposal["unit_cost"]).where(proposal["cost_known"], 0)
    here = proposal["location"].astype("str")
    short = after.groupby(here).transform("sum") < (rules.minimum_order_units or 0)
    short |= value.groupby(here).transform("sum") < (rules.minimum_order_value or 0)
    held = proposal["reasons"] & Reason.ORDER_BELOW_MINIMUM.bit > 0
    assert held.tolist() == ((after > 0) & short).tolist()


@given(anything.snapshots(), anything.rules())
def test_no_order_passes_the_capacity_of_its_shelf(snapshot: pd.DataFrame, rules: Rules) -> None:
    proposal = plan(snapshot, rules)
    ordered = proposal.loc[proposal["order_quantity"] > 0]
    if "shelf_capacity" in ordered:
        coming = sum(ordered[name] for name in coming_terms(rules.weights))
        fits = coming + ordered["order_quantity"] <= ordered["shelf_capacity"]
        assert (fits | (ordered["shelf_capacity"] == 0)).all()
