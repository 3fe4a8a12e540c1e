"""`returns`: ask a retailer for goods back, and look after what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.listing import CsvOption, show
from replenisher.cli.options import ConfigOption, JsonOption
from replenisher.cli.order_changes import units_by_sku
from replenisher.cli.platform import AtLocation, OfCompany, asking
from replenisher.cli.screen import add_row, facts, literal, money, out, print_json, table

if TYPE_CHECKING:
    from replenisher.purchasing.vendor_returns import Return

returns = typer.Typer(help="Goods that a vendor asks back: list, ask, change, commit, complete.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id or printed number of the return.")]
COLUMNS = {
    "id": "id",
    "printed_number": "number",
    "location": "location",
    "vendor_number": "vendor's number",
    "committed": "committed",
    "shipped": "shipped",
    "completed": "completed",
    "quantity": "units",
    "comments": "comments",
}


@returns.command("list")
def list_all(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    committed: Annotated[
        bool | None, typer.Option("--committed/--no-committed", help="Only those that are, or are not.")
    ] = None,
    shipped: Annotated[
        bool | None, typer.Option("--shipped/--no-shipped", help="Only those that are, or are not.")
    ] = None,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a company's returns (channel vmi); without a choice all of them."""
    from replenisher.workflows.returns import list_returns  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: returns") as services:
        found = list_returns(services, company, committed=committed, shipped=shipped)
    rows = [_as_data(one) | {"quantity": _units(one)} for one in found]
    show(rows, COLUMNS, nothing="no returns", csv_file=csv_file, as_json=as_json)


@returns.command("ask")
def ask(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    location: AtLocation,
    line: Annotated[
        list[str], typer.Option("--line", metavar="SKU=QUANTITY", help="A product; may be given several times.")
    ],
    comments: Annotated[str, typer.Option("--comments", metavar="TEXT", help="Why; the retailer reads it.")],
    vendor_number: Annotated[
        str, typer.Option("--vendor-number", metavar="NUMBER", help="The vendor's own number of it.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Ask a location to send products back, once (channel vmi); shown is what the platform's list has then."""
    from replenisher.workflows.returns import ask_return  # noqa: PLC0415 - `--help` must not wait for it

    units = units_by_sku(line, "--line")
    said = _said(comments, "--comments")
    with asking(config, f"company {company}: asked for {len(units)} products") as services:
        _print(ask_return(services, company, location, units, said, vendor_number=vendor_number), as_json=as_json)


@returns.command("change")
def change(
    return_id: IdArgument,
    config: ConfigOption = None,
    *,
    company: OfCompany,
    vendor_number: Annotated[
        str | None, typer.Option("--vendor-number", metavar="NUMBER", help="The vendor's own number of it.")
    ] = None,
    comments: Annotated[str | None, typer.Option("--comments", metavar="TEXT", help="Other comments.")] = None,
    action: Annotated[
        list[str] | None,
        typer.Option("--action", metavar="SKU=ACTION", help="What is done with a product of a committed return."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change a return, once (channel vmi); shown is what the platform's list has then."""
    from replenisher.workflows.returns import change_return  # noqa: PLC0415 - `--help` must not wait for it

    changes = {
        "vendor_number": None if vendor_number is None else _said(vendor_number, "--vendor-number"),
        "comments": None if comments is None else _said(comments, "--comments"),
    }
    actions = _actions(action or ())
    with asking(config, f"return {return_id}: changed and read again") as services:
        _print(change_return(services, company, return_id, actions=actions, **changes), as_json=as_json)


@returns.command("commit")
def commit(
    return_id: IdArgument, config: ConfigOption = None, *, company: OfCompany, as_json: JsonOption = False
) -> None:
    """Commit a return, once (channel vmi): its units leave the location's stock."""
    from replenisher.workflows.returns import commit_return  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"return {return_id}: committed and read again") as services:
        _print(commit_return(services, company, return_id), as_json=as_json)


@returns.command("complete")
def complete(
    return_id: IdArgument, config: ConfigOption = None, *, company: OfCompany, as_json: JsonOption = False
) -> None:
    """Settle a committed return, once (channel vmi)."""
    from replenisher.workflows.returns import complete_return  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"return {return_id}: completed and read again") as services:
        _print(complete_return(services, company, return_id), as_json=as_json)


def _said(text: str, option: str) -> str:
    if not text.strip():
        raise typer.BadParameter("should not be empty", param_hint=option)
    return text.strip()


def _actions(given: Sequence[str]) -> dict[str, str]:
    from replenisher.purchasing.vendor_returns import ACTIONS  # noqa: PLC0415 - `--help` must not wait for it

    known = {word.casefold(): word for word in ACTIONS}
    actions = {}
    for word in given:
        sku, _, action = word.rpartition("=")
        if not sku or action.casefold() not in known:
            text = f"{word!r} is not SKU=ACTION; the actions are {', '.join(ACTIONS)}"
            raise typer.BadParameter(text, param_hint="--action")
        actions[sku] = known[action.casefold()]
    return actions


def _units(one: Return) -> int:
    return sum(line.quantity for line in one.lines)


def _as_data(one: Return) -> dict[str, object]:
    return {name: getattr(one, name) for name in COLUMNS if name != "quantity"} | {"lines": list(one.lines)}


def _print(one: Return, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_data(one))
        return
    console = out()
    standing = [word for word in ("committed", "shipped", "completed") if getattr(one, word)]
    console.print(literal(f"Return {one.printed_number or one.id}: {', '.join(standing) or 'not committed'}", "bold"))
    console.print(
        facts(
            [
                ("id", one.id),
                ("location", one.location),
                ("vendor's number", one.vendor_number),
                ("comments", one.comments),
            ]
        )
    )
    made = table(
        "retailer's sku", "product", "units", "serial number", "unit cost", "action", right=("units", "unit cost")
    )
    for line in one.lines:
        cost = money(line.unit_cost)
        add_row(made, line.retailer_sku, line.product_item, f"{line.quantity:,}", line.serial_number, cost, line.action)
    console.print(made)
