"""Overrides in the daemon: frozen when a run starts, used by the run that plans their location, told when they miss."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from replenisher.database import overrides, run_batches
from replenisher.errors import IllegalMoveError, NotFoundError, PlannerFileError
from replenisher.planning.policies.asking import Policy
from replenisher.purchasing.overrides import NewOverride
from replenisher.workflows.explain import Explanation, explain
from replenisher.workflows.overrides import (
    OverridesSet,
    import_overrides,
    set_override,
    today_of,
    withdraw_override,
)
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.rehearse import rehearse
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.replay import replay
from replenisher.workflows.why_not import why_not
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop, advance_run

SKU = "00123"
ANNA = "person:anna"


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop whose orders wait for a person, so that each run plans as if it were the first; 00123 needs goods."""
    shop = open_shop("--locations", "2", company=HELD)
    for location in shop.locations:
        stock = {"in_stock": 0, "minimum": 50, "maximum": 90, "do_not_order": False, "allocated": 0}
        shop.world.admin.set_stock(int(location), SKU, **stock)
    shop.plan()
    return shop


def today(shop: Shop) -> date:
    with shop.services.database.transaction() as session:
        return today_of(session, shop.services.settings.companies[0])


def new(shop: Shop, *, sku: str = SKU, location: str | None = None, days: int = 7, **sets: int) -> NewOverride:
    levels = (sets.get("minimum"), sets.get("maximum"), sets.get("quantity"))
    until = today(shop) + timedelta(days=days)
    return NewOverride(location or shop.locations[0], sku, *levels, until, "opening weekend")


def put(shop: Shop, one: NewOverride, run: int | None = None) -> int:
    company = shop.services.settings.companies[0]
    return set_override(shop.services, company, one, actor=ANNA, for_run=run).rows[0].id


def told(shop: Shop, run: int) -> Explanation:
    return explain(shop.services, shop.locations[0], SKU, run_id=run)


def ordered(shop: Shop, run: int) -> dict[str, int]:
    """Units of 00123 that a run ordered, by location."""
    lines = [(order.location, line) for order in shop.orders(run) for line in shop.lines(order)]
    return {location: line.quantity for location, line in lines if line.sku == SKU}


def state(shop: Shop, override: int) -> str:
    with shop.services.database.transaction() as session:
        found = overrides.of_id(session, override, today(shop))
    assert found is not None
    return found.state.value


def test_a_quantity_waits_for_an_order_day_of_the_location(shop: Shop) -> None:
    """Only the first location's calendar is closed today; what is set for it is not used up by today's run."""
    here, there = shop.locations
    weekday = {"lead_time_days": 1, "holidays": [str(today(shop))], "on_holiday": "skip"}
    week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    first, *others = shop.world.document()["companies"]
    calendar = {"name": "stocktaking", "locations": [here], "weekdays": week, **weekday}
    shop.world.changes |= {"companies": [{**first, **HELD, "calendars": [calendar]}, *others]}
    shop.services.settings = shop.world.settings()
    kept, used = put(shop, new(shop, quantity=7)), put(shop, new(shop, location=there, quantity=8))
    closed = shop.plan()
    assert (ordered(shop, closed), told(shop, closed).reason) == ({there: 8}, "not_an_order_day")
    assert (state(shop, kept), state(shop, used)) == ("in_force", "used")
    shop.world.changes |= {"companies": [{**first, **HELD}, *others]}
    shop.services.settings = shop.world.settings()
    opened = shop.plan()
    assert ordered(shop, opened)[here] == 7
    assert state(shop, kept) == "used"


def test_a_quantity_is_ordered_once_and_never_comes_back(shop: Shop) -> None:
    one = put(shop, new(shop, quantity=7))
    first, second = shop.plan(), shop.plan()
    here, beside = shop.locations
    assert ordered(shop, first)[here] == 7
    assert ordered(shop, first)[beside] == ordered(shop, second)[beside] > 50
    assert ordered(shop, second)[here] > 50
    assert state(shop, one) == "used"
    assert told(shop, second).overrides == []
    (sentence,) = told(shop, first).overrides
    assert sentence.startswith(f"override {one}: quantity 7 for run {first} and no other, valid until ")
    assert sentence.endswith(f"set by {ANNA}: opening weekend")


def test_a_quantity_of_zero_orders_nothing_once_and_is_a_reason_of_its_own(shop: Shop) -> None:
    put(shop, new(shop, quantity=0))
    first, second = shop.plan(), shop.plan()
    assert set(ordered(shop, first)) == {shop.locations[1]}
    assert set(ordered(shop, second)) == set(shop.locations)
    found = why_not(shop.services, shop.services.settings.companies[0], run_id=first, reason="set_to_zero_by_planner")
    (group,) = found.reasons
    assert (group.rows, group.units > 50) == (1, True)


def test_levels_hold_for_every_run_until_they_are_withdrawn(shop: Shop) -> None:
    one = put(shop, new(shop, minimum=0, maximum=0))
    first, second = shop.plan(), shop.plan()
    withdraw_override(shop.services, one, actor=ANNA)
    third = shop.plan()
    here = shop.locations[0]
    assert [here in ordered(shop, run) for run in (first, second, third)] == [False, False, True]
    assert (told(shop, first).reason, told(shop, first).levels_source) == ("levels_set_to_zero", "override")
    assert told(shop, second).overrides[0].startswith(f"override {one}: minimum 0 and maximum 0 until ")
    assert told(shop, third).levels_source == "retailer"


def test_a_quantity_whose_location_was_refused_waits_for_the_next_run(shop: Shop) -> None:
    one = put(shop, new(shop, quantity=7))
    shop.fault("inventory_report", "empty", shop.locations[0])
    refused = shop.plan()
    assert (shop.places(refused)[shop.locations[0]], state(shop, one)) == ("refused", "in_force")
    after = shop.plan()
    assert (ordered(shop, after)[shop.locations[0]], state(shop, one)) == (7, "used")


def test_what_is_set_after_a_run_has_started_is_for_the_next_one(shop: Shop) -> None:
    run = shop.open()
    start_run(shop.services, run)
    one = put(shop, new(shop, quantity=7))
    shop.work(lambda: shop.run(run).state == "closed")
    assert ordered(shop, run)[shop.locations[0]] > 50
    assert state(shop, one) == "in_force"
    assert ordered(shop, shop.plan())[shop.locations[0]] == 7


def test_what_is_withdrawn_after_a_run_has_started_still_holds_for_it_and_the_person_is_told(shop: Shop) -> None:
    one = put(shop, new(shop, quantity=7))
    run = shop.open()
    start_run(shop.services, run)
    sentence = withdraw_override(shop.services, one, actor=ANNA)
    assert f"run {run} had begun before" in sentence
    shop.work(lambda: shop.run(run).state == "closed")
    assert (ordered(shop, run)[shop.locations[0]], state(shop, one)) == (7, "used")


def test_a_quantity_for_a_named_run_waits_for_that_run(shop: Shop) -> None:
    run = shop.open()
    one = put(shop, new(shop, quantity=7), run)
    shop.work(lambda: shop.run(run).state == "closed")
    assert (ordered(shop, run)[shop.locations[0]], state(shop, one)) == (7, "used")
    with pytest.raises(IllegalMoveError, match=f"run {run} is closed and has read its overrides"):
        put(shop, new(shop, quantity=8), run)
    with pytest.raises(NotFoundError, match="has no run 987654"):
        put(shop, new(shop, quantity=8), 987654)
    with pytest.raises(IllegalMoveError, match="only a quantity is bound to a run"):
        put(shop, new(shop, minimum=1, maximum=2), run)


def test_a_run_of_another_location_does_not_use_it_up(shop: Shop) -> None:
    one = put(shop, new(shop, quantity=7))
    shop.plan([shop.locations[1]])
    assert state(shop, one) == "in_force"
    assert ordered(shop, shop.plan([shop.locations[0]]))[shop.locations[0]] == 7


def test_an_override_whose_sku_the_report_lacks_is_told_until_none_is_left(shop: Shop) -> None:
    here = shop.locations[0]
    with shop.services.database.transaction() as session:
        rows = [new(shop, sku="GONE", quantity=7), new(shop, sku="GONE TOO", minimum=1, maximum=2)]
        one, two = (row.id for row in overrides.add(session, shop.company, rows, actor=ANNA))
    run = shop.plan()
    matter = shop.matter("overrides_unmatched", here)
    assert f"override {one} (GONE), override {two} (GONE TOO)" in matter.message
    assert (matter.run_id, state(shop, one), state(shop, two)) == (run, "used", "in_force")
    assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
    withdraw_override(shop.services, two, actor=ANNA)
    shop.plan()
    assert shop.matters("overrides_unmatched") == []


def test_a_run_with_overrides_is_replayed_bit_for_bit(shop: Shop) -> None:
    put(shop, new(shop, quantity=7))
    put(shop, new(shop, location=shop.locations[1], minimum=1, maximum=2))
    run = shop.plan()
    shop.plan()
    found = replay(shop.services, run)
    assert (found.same, found.differing) == (True, [])


def test_a_dry_run_takes_overrides_up_and_uses_none_of_them(shop: Shop) -> None:
    one = put(shop, new(shop, quantity=7))
    rehearsed = rehearse(shop.services, shop.services.settings.companies[0], None, lambda _done, _of: None)
    (row,) = [
        row
        for frame in rehearsed.frames
        for row in frame.to_dict("records")
        if (row["location"], row["sku"]) == (shop.locations[0], SKU)
    ]
    assert (row["order_quantity"], row["reason"]) == (7, "set_by_planner")
    assert state(shop, one) == "in_force"


def test_a_batch_that_a_killed_worker_left_behind_sees_the_same_overrides(shop: Shop) -> None:
    run = shop.open()
    put(shop, new(shop, quantity=7))
    start_run(shop.services, run)
    with shop.services.database.transaction() as session:
        assert run_batches.claim_batch(session, run, 0, lease=0.0) is not None
    put(shop, new(shop, quantity=8))
    shop.work(lambda: shop.run(run).state == "closed")
    assert ordered(shop, run)[shop.locations[0]] == 7
    close_run(shop.services, run)
    advance_run(shop.services, run)
    assert ordered(shop, shop.plan())[shop.locations[0]] == 8


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"location": "999999"}, "location: company {company} has no location 999999"),
        ({"sku": "00124"}, "sku: the newest planned report of location {location} has no SKU 00124; nearest: 00123"),
        ({"days": -1}, "until: .* has passed; write the last date on which it shall hold"),
    ],
    ids=["location", "sku", "until"],
)
def test_an_override_of_what_nobody_knows_or_of_the_past_is_refused(
    shop: Shop, changes: dict[str, object], says: str
) -> None:
    pattern = says.format(company=shop.company, location=shop.locations[0])
    with pytest.raises((NotFoundError, IllegalMoveError), match=pattern):
        put(shop, new(shop, quantity=1, **changes))  # type: ignore[arg-type]  # what differs is parametrised


def test_an_override_until_today_is_taken(shop: Shop) -> None:
    put(shop, new(shop, quantity=7, days=0))


def imported(shop: Shop, rows: str) -> OverridesSet:
    path: Path = shop.world.folder / "overrides.csv"
    path.write_text(f"location,sku,minimum,maximum,quantity,until,reason\n{rows}")
    return import_overrides(shop.services, shop.services.settings.companies[0], path, actor=ANNA)


def test_a_file_is_imported_whole_or_not_at_all(shop: Shop) -> None:
    here, until = shop.locations[0], today(shop) + timedelta(days=3)
    past = today(shop) - timedelta(days=1)
    with pytest.raises(PlannerFileError) as refusal:
        imported(
            shop,
            f"{here},{SKU},,,7,{until},good\n{here},00124,,,7,{until},slip\n9,{SKU},,,7,{until},slip\n{here},{SKU},1,2,,{past},old\n",
        )
    places = [(fault.line, fault.column) for fault in refusal.value.faults]
    assert places == [(3, "sku"), (4, "location"), (5, "until")]
    with shop.services.database.transaction() as session:
        assert overrides.listed(session, shop.company, today(shop), everything=True) == []
    done = imported(shop, f"{here},{SKU},,,7,{until},good\n{here},{SKU},1,2,,{until},good\n")
    assert (len(done.rows), done.warnings) == (2, ())
    assert ordered(shop, shop.plan())[here] == 7


def test_levels_are_refused_where_the_policy_looks_at_none(shop: Shop) -> None:
    company = shop.services.settings.companies[0]
    planning = company.planning.model_copy(update={"policy": Policy.SELL_THROUGH})
    selling = company.model_copy(update={"planning": planning})
    with pytest.raises(IllegalMoveError, match="looks at no levels; set a quantity instead"):
        set_override(shop.services, selling, new(shop, minimum=1, maximum=2), actor=ANNA)
    set_override(shop.services, selling, new(shop, quantity=2), actor=ANNA)


def test_the_skus_of_a_location_that_no_run_has_planned_cannot_be_checked_and_that_is_said(
    open_shop: OpenShop,
) -> None:
    shop = open_shop("--locations", "2", company=HELD)
    shop.plan([shop.locations[1]])
    done = set_override(
        shop.services, shop.services.settings.companies[0], new(shop, sku="ANY", quantity=2), actor=ANNA
    )
    (warning,) = done.warnings
    assert f"no run has planned location {shop.locations[0]} yet" in warning
