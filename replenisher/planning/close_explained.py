"""The close of a run for one row, in words and numbers: how much of the SKU there was, and what the budget still paid.

Nothing is worked out again but sums that a planner can check by hand; all numbers are those that the close recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from replenisher.planning.closing import CloseReason, CloseRules
from replenisher.planning.explain_quantities import ExplainStep
from replenisher.planning.fair_share.shortage import ShareMethod
from replenisher.planning.frames import from_money

_METHODS = {
    ShareMethod.PROPORTIONAL: "in proportion to what is asked",
    ShareMethod.EQUALISED: "so that all are equally well supplied",
    ShareMethod.BY_NEED: "greatest need first",
}


@dataclass(frozen=True)
class SupplyOfSku:
    """What there was of a row's SKU, what orders claimed of it before, and what the run asked and was given."""

    units: int
    claimed: int
    asked: int
    given: int


@dataclass(frozen=True)
class BudgetOfRun:
    """A company's budget as a close found it, in ten-thousandths; `period` with its first and last day."""

    amount: int
    spent: int
    period: str
    first: str
    last: str
    asked: int
    given: int


@dataclass(frozen=True)
class ClosedRow:
    """One row at the close: units planned, after the shortage and after the budget; `reason` where it was touched."""

    location: str
    planned: int
    after_shortage: int
    after_budget: int
    unit_cost: int
    reason: CloseReason | None


def close_steps(
    row: ClosedRow, supply: SupplyOfSku | None, budget: BudgetOfRun | None, rules: CloseRules
) -> list[ExplainStep]:
    """Explain a row that a run planned to order: the shortage and the budget.

    Without `supply` the SKU was not limited, without `budget` the company has none; such a step is left out. So are
    both where an older order came first.
    """
    steps: list[ExplainStep] = []
    if row.reason is CloseReason.OLDER_ORDER_APPROVED:
        return steps
    if supply is not None:
        steps.append(ExplainStep("vendor shortage", _shared(row, supply, rules), row.after_shortage, "after_shortage"))
    if budget is not None:
        steps.append(ExplainStep("budget", _paid(row, budget), row.after_budget, "after_budget"))
    return steps


def _shared(row: ClosedRow, supply: SupplyOfSku, rules: CloseRules) -> str:
    there = max(supply.units - supply.claimed, 0)
    stock = f"stock {supply.units} - {supply.claimed} that orders claim = {there} there"
    told = f"{stock}; asked by all locations {supply.asked}, given {supply.given}"
    if supply.given == supply.asked:
        return f"{told}: enough for all"
    priority = rules.priorities.get(row.location, rules.usual_priority)
    shared = f"shared {_METHODS[rules.method]}, class {priority} of the locations"
    return f"{told}, {shared}: {row.planned} asked here, {row.after_shortage} given"


def _paid(row: ClosedRow, budget: BudgetOfRun) -> str:
    room = max(budget.amount - budget.spent, 0)
    begin = f"{_money(budget.amount)} a {budget.period} ({budget.first} to {budget.last})"
    told = f"{begin} - {_money(budget.spent)} spent = {_money(room)} of room"
    told += f"; asked by all rows {_money(budget.asked)}, paid {_money(budget.given)}"
    if not row.unit_cost:
        return f"{told}; the cost is not known, so the row takes nothing of it"
    if budget.given == budget.asked:
        return f"{told}: enough for all"
    worth = f"{row.after_shortage} x {_money(row.unit_cost)} = {_money(row.after_shortage * row.unit_cost)} asked here"
    return f"{told}, in order of need; {worth}, {_money(row.after_budget * row.unit_cost)} paid"


def _money(ten_thousandths: int) -> str:
    return (
        f"{from_money(ten_thousandths):,.2f}" if ten_thousandths % 100 == 0 else f"{from_money(ten_thousandths):,.4f}"
    )
