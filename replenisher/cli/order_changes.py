"""`orders change`, `comment`, `move` and `find`: what only a person asks of an order that is at the platform."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.options import ConfigOption, JsonOption, ReasonOption, connected, given_reason, person
from replenisher.cli.order_pages import order_as_data
from replenisher.cli.progress import naming
from replenisher.cli.screen import add_row, facts, literal, money, out, print_json, table

if TYPE_CHECKING:
    from replenisher.workflows.change_lines import LinesChanged
    from replenisher.workflows.find_number import FoundByNumber

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Order id or vendor invoice number.")]


def register(orders: typer.Typer) -> None:
    """Add the commands to the group of orders."""
    orders.command("change")(change_order)
    orders.command("comment")(comment_on_order)
    orders.command("move")(move_to)
    orders.command("find")(find_order)


def change_order(
    order: IdArgument,
    config: ConfigOption = None,
    *,
    set_units: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SKU=QUANTITY", help="Set the quantity of a line; may be given several times."),
    ] = None,
    add_units: Annotated[
        list[str] | None,
        typer.Option("--add", metavar="SKU=QUANTITY", help="Add a line, at the cost of the products file."),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="SKU", help="Take a line off; one line has to stay.")
    ] = None,
    over_limits: Annotated[
        bool, typer.Option("--over-limits", help="Also make a change that the approval rules would have held.")
    ] = False,
    reason: ReasonOption,
) -> None:
    """Change lines of an order: at the platform, where nothing of them was received, or here while it is held."""
    from replenisher.purchasing.line_changes import LineChange  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.change_lines import change_lines  # noqa: PLC0415 - as above

    change = LineChange(
        units_by_sku(set_units or (), "--set"), units_by_sku(add_units or (), "--add"), tuple(remove or ())
    )
    given, actor = given_reason(reason), person()
    with connected(config) as services, naming() as progress:
        progress.add_task(f"order {order}: read, changed and read again", total=None)
        done = change_lines(services, order, change, actor=actor, reason=given, over_limits=over_limits)
    _print_change(done)


def units_by_sku(given: Sequence[str], option: str) -> dict[str, int]:
    """Read `SKU=QUANTITY` words; the quantity stands behind the last sign, for a SKU may have one too."""
    units: dict[str, int] = {}
    for word in given:
        sku, sign, quantity = word.rpartition("=")
        if not sign or not sku or not re.fullmatch(r"[0-9]{1,9}", quantity, re.ASCII) or not int(quantity):
            text = f"{word!r} is not SKU=QUANTITY with a whole quantity of at least 1, as in A-100=12"
            raise typer.BadParameter(text, param_hint=option)
        if sku in units:
            raise typer.BadParameter(f"SKU {sku} is given twice", param_hint=option)
        units[sku] = int(quantity)
    return units


def _print_change(done: LinesChanged) -> None:
    console = out()
    made = table("sku", "before", "after", right=("before", "after"), keep=("sku",))
    for sku in dict.fromkeys([*done.before, *done.after]):
        if done.before.get(sku) != done.after.get(sku):
            add_row(made, sku, f"{done.before.get(sku, 0):,}", f"{done.after.get(sku, 0):,}")
    console.print(made)
    order = done.order
    how = "changed at the platform and here" if done.sent else "the platform had it so already; changed here"
    if order.state == "held":
        how = "changed here; it is sent when it is approved (`replenisher orders approve`)"
    console.print(
        literal(f"{order.vendor_invoice_number} (order {order.id}, {order.state}): {how}; value {money(order.value)}")
    )


def comment_on_order(
    order: IdArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The new comment, in place of the former one.")],
    config: ConfigOption = None,
) -> None:
    """Replace the comment of an order at the platform, where the channel can (cmi)."""
    from replenisher.workflows.comment import comment_order  # noqa: PLC0415 - `--help` must not wait for it

    if not text.strip():
        raise typer.BadParameter("should not be empty", param_hint="TEXT")
    actor = person()
    with connected(config) as services, naming() as progress:
        progress.add_task(f"order {order}: commented and read again", total=None)
        done = comment_order(services, order, text.strip(), actor=actor)
    out().print(literal(f"{done.vendor_invoice_number} (order {done.id}): commented"))


def move_to(
    order: IdArgument,
    config: ConfigOption = None,
    *,
    to: Annotated[str, typer.Option("--to", metavar="LOCATION", help="The location that shall get the goods.")],
    reason: ReasonOption,
) -> None:
    """Ship an order to another location, where the channel can (cmi); nothing of it may be received or announced."""
    from replenisher.workflows.move_order import move_order  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    with connected(config) as services, naming() as progress:
        progress.add_task(f"order {order}: moved and read again", total=None)
        done = move_order(services, order, to, actor=actor, reason=given)
    out().print(literal(f"{done.vendor_invoice_number} (order {done.id}): for location {done.location} now"))


def find_order(
    printed_number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number printed on the order.")],
    config: ConfigOption = None,
    *,
    company: Annotated[str, typer.Option("--company", metavar="ID", help="The company whose platform is asked.")],
    as_json: JsonOption = False,
) -> None:
    """Show what the platform holds under a printed number, and which of our orders it is (channels cmi and vmi)."""
    from replenisher.workflows.find_number import find_number  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services, naming() as progress:
        progress.add_task(f"company {company}: asked for {printed_number}", total=None)
        found = find_number(services, company, printed_number)
    if as_json:
        print_json(
            {
                "printed_number": found.printed_number,
                "platform": found.theirs,
                "order": None if found.ours is None else order_as_data(found.ours),
            }
        )
        return
    _print_found(found)


def _print_found(found: FoundByNumber) -> None:
    console, theirs, ours = out(), found.theirs, found.ours
    console.print(literal(f"Order {found.printed_number} at the platform", "bold"))
    ours_is = "none of ours" if ours is None else f"{ours.vendor_invoice_number} (order {ours.id}, {ours.state})"
    pairs = [
        ("id", theirs.platform_order_id),
        ("reference", theirs.vendor_invoice_number),
        ("shipped to", theirs.ship_to),
        ("comments", theirs.comments),
        ("our order", ours_is),
    ]
    console.print(facts(pairs))
    made = table("sku", "ordered", "received", "unit cost", right=("ordered", "received", "unit cost"))
    for line in theirs.lines:
        add_row(made, line.sku, f"{line.quantity_ordered:,}", f"{line.quantity_received:,}", money(line.unit_cost))
    console.print(made)
