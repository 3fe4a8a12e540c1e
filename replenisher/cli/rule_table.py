"""The table that tells which rule planned how many rows, for runs that are tried and runs that are replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from replenisher.cli.screen import add_row, money, table

if TYPE_CHECKING:
    from rich.console import Console

    from replenisher.planning.rule_totals import RuleTotals


def print_by_rule(console: Console, totals: Sequence[RuleTotals]) -> None:
    """Print what each rule's rows order; nothing without rules."""
    if not totals:
        return
    right = ("rows", "not followed", "ordering", "units", "value")
    made = table("rule", "policy", *right, right=right, title="By rule")
    for one in totals:
        rule, policy = one.rule or "(no rule)", one.policy or "min_max"
        figures = (f"{one.rows:,}", f"{one.not_followed:,}", f"{one.ordering_rows:,}", f"{one.units:,}")
        add_row(made, rule, policy, *figures, money(one.value))
    console.print(made)
    if any(one.not_followed for one in totals):
        console.print(
            "not followed: sales of too few days are known (demand.least_known_days), so minimum and maximum hold"
        )
