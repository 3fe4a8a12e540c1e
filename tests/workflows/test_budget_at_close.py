"""A company orders no more in a period than its budget, over all of its runs, and can see what had to wait."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from replenisher.cli.run_pages import cut_at_close
from replenisher.database.models import Order, PlanningRun
from replenisher.planning.budget import BudgetPeriod
from replenisher.workflows.approve import approve_order, decline_order
from replenisher.workflows.explain import explain
from replenisher.workflows.overview import run_figures
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.replay import replay
from replenisher.workflows.why_not import why_not
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop
from tests.workflows.short_shop import OTHER, SKU, after_the_first, asks, ordered, planned, short_shop, write_stock


def budgeted(
    open_shop: OpenShop, folder: Path, amount: str, *sandbox: str, company: dict[str, Any] | None = None
) -> Shop:
    """A shop whose company may order so much a year: no test stands at the border of two of them for long."""
    planning = {"budget": {"amount": amount, "period": "year"}}
    return short_shop(
        open_shop, folder, *sandbox, vendor_stock_file=None, company={"planning": planning, **(company or {})}
    )


def needs(shop: Shop, units: int) -> tuple[str, str]:
    """Let two locations ask for so many units, the first of them in greater need."""
    first, second = sorted(shop.locations)
    asks(shop, {first: units, second: units})
    asks(shop, {first: 0, second: 0}, sku=OTHER)
    shop.world.admin.set_stock(int(second), SKU, in_stock=1, maximum=units + 1, minimum=units)
    return first, second


def test_the_year_pays_for_so_much_and_no_more_and_says_what_it_left(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = budgeted(open_shop, tmp_path, "26.00", "--locations", "2")
    first, second = needs(shop, 16)
    run = shop.plan()
    assert ordered(shop, run) == {first: 16, second: 8}
    (matter,) = shop.matters("budget_cut")
    assert "the budget of 26.00 a year" in matter.message
    assert "had 26.00 left; 24.00 of 32.00 are ordered, 0 row(s) order nothing" in matter.message
    figures = run_figures(shop.services, run)
    assert (figures.budget_cut, figures.value, figures.shortage_asked) == (Decimal("8.0000"), Decimal("24.0000"), None)
    assert cut_at_close(figures) == "8.00 cut by the budget"
    found = explain(shop.services, second, SKU, run_id=run)
    told = {step.label: step.text for step in found.steps}["budget"]
    days = [one.isoformat() for one in BudgetPeriod.YEAR.days(shop.run(run).slot.date())]
    assert told == (
        f"26.00 a year ({days[0]} to {days[1]}) - 0.00 spent = 26.00 of room; asked by all rows 32.00, paid 24.00, in"
        " order of need; 16 x 1.00 = 16.00 asked here, 8.00 paid"
    )
    assert (found.order_quantity, found.closed_quantity) == (16, 8)
    assert replay(shop.services, run).same
    shop.work_until_states("confirmed")
    needs(shop, 64)
    again = shop.plan()
    assert ordered(shop, again) == {}
    (reason,) = why_not(shop.services, shop.services.settings.companies[0], reason="no_budget").reasons
    assert (reason.rows, reason.text) == (2, "The company's budget was used up by rows in greater need.")
    assert "had 2.00 left; 0.00 of" in shop.matters("budget_cut")[0].message


def test_a_run_without_a_cut_settles_the_matter(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = budgeted(open_shop, tmp_path, "26.00", "--locations", "2", company=HELD)
    needs(shop, 16)
    shop.plan()
    assert len(shop.matters("budget_cut")) == 1
    needs(shop, 12)
    run = shop.plan()
    assert sum(ordered(shop, run).values()) == 24, "what the first run proposed has given its money back"
    assert shop.matters("budget_cut") == []
    assert run_figures(shop.services, run).budget_cut == 0


def test_a_declined_order_gives_its_money_back_and_a_held_one_does_not(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = budgeted(open_shop, tmp_path, "26.00", "--locations", "2", company=HELD)
    first, second = needs(shop, 16)
    shop.plan()
    assert ordered(shop, shop.plan([second])) == {second: 8}
    decline_order(shop.services, str(shop.order(first).id), actor="person:ann", reason="no")
    assert ordered(shop, shop.plan([second])) == {second: 16}


def test_an_order_of_another_period_is_not_of_this_ones_money(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = budgeted(open_shop, tmp_path, "16.00", "--locations", "2", company=HELD)
    first, second = needs(shop, 16)
    old = shop.plan([first])
    assert ordered(shop, shop.plan([second])) == {}
    last_year = date(shop.run(old).slot.year - 1, 12, 31)
    with shop.services.database.transaction() as session:
        slot = shop.run(old).slot.replace(year=last_year.year, month=12, day=31)
        session.execute(update(Order).where(Order.run_id == old).values(slot=slot))
    assert ordered(shop, shop.plan([second])) == {second: 16}


def test_a_proposal_that_is_approved_while_the_run_closes_keeps_its_money(open_shop: OpenShop, tmp_path: Path) -> None:
    shop = budgeted(open_shop, tmp_path, "26.00", "--locations", "2", company=HELD)
    first, second = needs(shop, 16)
    older = shop.plan()
    run = planned(shop)
    approved = shop.order(first, older)
    with after_the_first(
        shop, "purchase_order_lines.quantity *", lambda: approve_order(shop.services, str(approved.id), actor="ann")
    ):
        close_run(shop.services, run)
    assert shop.run(run).state == "closed"
    assert ordered(shop, run) == {second: 8}
    found = explain(shop.services, first, SKU, run_id=run)
    assert (found.closed_quantity, [step.label for step in found.steps if step.label == "budget"]) == (0, [])
    assert replay(shop.services, run).same


def test_goods_that_are_not_there_take_no_money(open_shop: OpenShop, tmp_path: Path) -> None:
    write_stock(tmp_path, sku_00123=4)
    planning = {"budget": {"amount": "20.00", "period": "year"}, "shortage": {"method": "by_need"}}
    shop = short_shop(open_shop, tmp_path, "--locations", "2", company={"planning": planning})
    first, second = needs(shop, 16)
    asks(shop, {first: 8, second: 0}, sku=OTHER)
    run = shop.plan()
    assert (ordered(shop, run), ordered(shop, run, OTHER)) == ({first: 4}, {first: 8})
    assert shop.matters("budget_cut") == []


@pytest.mark.parametrize("amount", ["0", "0.00"])
def test_a_budget_of_nothing_orders_nothing(open_shop: OpenShop, tmp_path: Path, amount: str) -> None:
    shop = budgeted(open_shop, tmp_path, amount, "--locations", "2")
    needs(shop, 16)
    run = shop.plan()
    assert (shop.run(run).state, shop.orders(run)) == ("closed", [])
    with shop.services.database.transaction() as session:
        kept = session.get_one(PlanningRun, run).budget_cut
    assert kept == 32
