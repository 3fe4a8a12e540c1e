"""Approval rules: which orders may go out by themselves, and why the others wait for a person.

An order is held when its value passes the limit, when it is many times what this location usually orders, or when
a line has no cost: an unknown cost is never counted as nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from replenisher.purchasing.platform import RequestLine


@dataclass(frozen=True)
class ApprovalRules:
    """When an order goes out by itself; `value_limit` None means no limit, in the company's currency.

    `change_factor` compares with the median value of the location's last `history_orders` placed orders, once there
    are `history_minimum` of them.
    """

    automatic: bool = True
    value_limit: Decimal | None = Decimal(500)
    change_factor: Decimal = Decimal(3)
    history_orders: int = 8
    history_minimum: int = 3


@dataclass(frozen=True)
class Approval:
    """The decision; held exactly when there are reasons, each a sentence for the planner."""

    reasons: tuple[str, ...]

    @property
    def approved(self) -> bool:
        """Whether the order goes out by itself."""
        return not self.reasons


def order_value(lines: Sequence[RequestLine]) -> Decimal | None:
    """Sum quantity times unit cost; None when a line has no cost, for then the value is not known."""
    total = Decimal(0)
    for line in lines:
        if line.unit_cost is None:
            return None
        total += line.quantity * line.unit_cost
    return total


def decide(lines: Sequence[RequestLine], history: Sequence[Decimal], rules: ApprovalRules) -> Approval:
    """Approve the order or hold it with every reason that applies.

    `history` holds the values of the location's placed orders, newest first.

    Worked example: limit 500.00, factor 3, history 90, 100, 110 (median 100). An order of 300.00 is approved (3 times
    the median is not above it); one of 300.01 is held for the change; one of 600.00 is held for both.
    """
    reasons = []
    if not rules.automatic:
        reasons.append("every order of this company waits for a person (approval.automatic is false)")
    without_cost = [line.sku for line in lines if line.unit_cost is None]
    if without_cost:
        shown = ", ".join(without_cost[:5]) + (" …" if len(without_cost) > 5 else "")
        reasons.append(f"{len(without_cost)} line(s) without a cost: {shown}")
    value = order_value(lines)
    if value is not None:
        reasons.extend(_value_reasons(value, history, rules))
    return Approval(tuple(reasons))


def _value_reasons(value: Decimal, history: Sequence[Decimal], rules: ApprovalRules) -> list[str]:
    reasons = []
    if rules.value_limit is not None and value > rules.value_limit:
        reasons.append(f"value {value:.2f} is above the limit of {rules.value_limit:.2f}")
    recent = list(history[: rules.history_orders])
    if len(recent) >= rules.history_minimum:
        usual = median(recent)
        if value > rules.change_factor * usual:
            reasons.append(
                f"value {value:.2f} is more than {rules.change_factor:f} times the median {usual:.2f} "
                f"of this location's last {len(recent)} orders"
            )
    return reasons
