"""How an audit of receipts looks: a table by order, rows for a spreadsheet, data for scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from replenisher.cli.screen import add_row, counted, literal, money, out, table

if TYPE_CHECKING:
    from replenisher.purchasing.three_way import Comparison, Difference
    from replenisher.workflows.audit_findings import AuditResult

COLUMNS = ("company", "kind", "vendor_invoice_number", "location", "sku", "amount", "difference")
NUMBERS = ("ordered", "announced", "told", "received", "amount")


def print_audit(result: AuditResult) -> None:
    """Print the orders that differ with their amounts, and how many agree."""
    console = out()
    console.print(literal(f"company {result.company}: orders of the last {result.days} days", "bold"))
    made = table("order", "location", *NUMBERS[:4], "difference", "amount", right=NUMBERS, keep=("order",))
    for comparison in result.comparisons:
        for place, one in enumerate(comparison.differences):
            add_row(made, *_order(comparison, first=place == 0), one.sentence, money(one.amount))
    for one in result.unknown:
        add_row(made, one.vendor_invoice_number, one.location, "", "", "", "", one.sentence, money(one.amount))
    if made.row_count:
        console.print(made)
    agreeing = sum(not comparison.differences for comparison in result.comparisons)
    if result.differences:
        told = (
            f"{len(result.differences):,} differences ({counted(result.by_kind)}), {money(result.amount)} in question"
        )
        unpriced = sum(one.amount is None for one in result.differences)
        more = f" and {unpriced:,} of which no cost is known" if unpriced else ""
        console.print(literal(f"{told}{more}", "yellow"), soft_wrap=True)
    console.print(literal(f"{agreeing:,} of {len(result.comparisons):,} orders agree in all that was told"))
    _print_notes(result)


def _order(comparison: Comparison, *, first: bool) -> tuple[object, ...]:
    """The cells of an order stand on its first row alone."""
    if not first:
        return ("",) * 6
    units = (comparison.ordered, comparison.announced, comparison.told, comparison.received)
    shown = ("not told" if one is None else f"{one:,}" for one in units)
    return (comparison.ours.vendor_invoice_number, comparison.ours.location, *shown)


def _print_notes(result: AuditResult) -> None:
    console = out()
    notes: dict[str, int] = {}
    for comparison in result.comparisons:
        for note in comparison.notes:
            notes[note] = notes.get(note, 0) + 1
    for note, count in notes.items():
        console.print(literal(f"{count:,} order(s): {note}", "dim"), soft_wrap=True)
    for location, why in result.unread.items():
        console.print(literal(f"location {location}: the receiving report was not read: {why}", "red"), soft_wrap=True)


def audit_as_csv(results: Iterable[AuditResult]) -> str:
    """Write a row for each difference; text that a spreadsheet would run as a formula gets an apostrophe."""
    from replenisher.workflows.plan.rehearse import neutralised  # noqa: PLC0415 - `--help` must not wait for it

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        for one in result.differences:
            names = (result.company, one.kind, one.vendor_invoice_number, one.location, one.sku)
            amount = "" if one.amount is None else f"{one.amount:f}"
            writer.writerow([*map(neutralised, names), amount, neutralised(one.sentence)])
    return text.getvalue()


def audit_as_data(result: AuditResult) -> dict[str, Any]:
    """Give an audit as plain data: every order, also those that agree."""
    return {
        "company": result.company,
        "days": result.days,
        "differences": result.by_kind,
        "amount": result.amount,
        "orders": [_comparison(comparison) for comparison in result.comparisons],
        "unknown_orders": [_difference(one) for one in result.unknown],
        "unread_locations": result.unread,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    ours = comparison.ours
    return {
        "order_id": ours.order_id,
        "vendor_invoice_number": ours.vendor_invoice_number,
        "location": ours.location,
        "state": ours.state,
        "ordered": comparison.ordered,
        "announced": comparison.announced,
        "told": comparison.told,
        "received": comparison.received,
        "differences": [_difference(one) for one in comparison.differences],
        "notes": list(comparison.notes),
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "vendor_invoice_number": one.vendor_invoice_number,
        "location": one.location,
        "sku": one.sku,
        "amount": one.amount,
        "difference": one.sentence,
    }
