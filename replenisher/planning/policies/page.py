"""docs/policies.md, written from the catalogue so that it cannot go stale."""

from __future__ import annotations

from replenisher.planning.policies.catalogue import CATALOGUE, PRESENTATION, Entry, Parameter

HEAD = """# Policies: from demand to levels

<!-- Written by `python -m replenisher.planning.policies`; change the catalogue, not this page. -->

A policy turns what is known of a row's demand and supply into its **levels**: a reorder point, an order-up-to level,
and for one of them a lot. After that everything is the same for all: the trigger, what is missing, case packs and every
other [constraint](planning.md#3-constraints-in-this-order), and the explanation.

A [rules file](rules.md) chooses the policy of each row; rows of no rule are planned by `min_max`. Each policy is tested
against published figures.

Symbols: d and sd are demand per day and its standard deviation, L lead time, R the days between two reviews, IP the
inventory position, F the distribution of demand over L + R days (negative binomial, and Poisson where it varies no more
than that), u average daily usage.

Safety stock covers demand **and** lead time that vary: the variance over the interval is (L + R) sd² + d² sd(L)².

What a planner may count on, each tested: with `order_up_to`, a better service or a longer lead time (of one that is
certain) never lowers a level; more spread never lowers one that keeps a fill rate, nor one that keeps a cycle service
of 0.8 or more while the standard deviation is at most the mean (more lopsided demand is 0 in more and more cycles).
With every policy, more stock never asks for more, and a row that has just ordered asks for nothing more.
"""

FOOT = """
`sell_through` orders what was sold and not yet ordered again; it needs no levels and is described in
[planning](planning.md#2-trigger-and-raw-quantity).
"""


def policies_page() -> str:
    """Write the page."""
    common = f"Every policy also takes `{PRESENTATION.name}`: {PRESENTATION.meaning} ({PRESENTATION.unit}).\n"
    return "\n".join([HEAD, common, *(_section(entry) for entry in CATALOGUE.values())]) + FOOT


def _section(entry: Entry) -> str:
    lines = [f"## {entry.name}", "", entry.sentence, "", f"*{entry.formula}*. Source: {entry.source}.", ""]
    if entry.parameters:
        lines += ["| parameter | unit | meaning | default | allowed |", "|---|---|---|---|---|"]
        lines += [_row(one) for one in entry.parameters]
        lines += [""]
    for names in entry.alternatives:
        lines += [f"Exactly one of {' and '.join(f'`{name}`' for name in names)} is given.", ""]
    return "\n".join(lines)


def _row(one: Parameter) -> str:
    default = "" if one.default is None else f"{one.default:g}"
    kind = ", whole" if one.whole else ""
    return (
        f"| `{one.name}` | {one.unit} | {one.meaning} | {default} | {_number(one.least)} to {_number(one.most)}{kind} |"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
