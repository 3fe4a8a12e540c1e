"""`sale-orders`: import what the vendor's own shop sold, and look after what becomes of it at the retailer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.options import (
    CompanyOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    ReasonOption,
    connected,
    each_of,
    given_reason,
    known_states,
    person,
)
from replenisher.cli.sale_pages import print_imported_sales, print_log, print_sale, print_sales, sale_as_data
from replenisher.cli.screen import literal, messages, print_json
from replenisher.errors import IllegalMoveError

if TYPE_CHECKING:
    from replenisher.database.sale_models import SaleOrder
    from replenisher.purchasing.sale_orders import StatusEntry
    from replenisher.services import Services

sale_orders = typer.Typer(
    help="The vendor's own sales: import, list, show, resend, complete, cancel.", no_args_is_help=True
)
IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Printable ids, or our ids (17 or id:17).")]


@sale_orders.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Sale orders as CSV; see docs/sale-orders.md.")],
    config: ConfigOption = None,
    *,
    keep_good: Annotated[
        bool | None,
        typer.Option(
            "--keep-good/--all-or-nothing",
            show_default="sale_orders.keep_good of the configuration",
            help="Take the good sale orders of a file that also has bad ones.",
        ),
    ] = None,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a file of sale orders; a running worker sends them within seconds. The same file twice is harmless."""
    from replenisher.workflows.sell.importing import import_sale_orders  # noqa: PLC0415 - `--help` must not wait

    with connected(config) as services:
        keep = services.settings.sale_orders.keep_good if keep_good is None else keep_good
        imported = import_sale_orders(services, file, keep_good=keep, actor=person(), company_id=company)
    if as_json:
        print_json(asdict(imported))
    else:
        print_imported_sales(imported)
    if imported.faults:
        raise typer.Exit(ExitCode.PROBLEMS if imported.taken else ExitCode.CONFIGURATION)


@sale_orders.command("list")
def list_sales(
    config: ConfigOption = None,
    *,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only sale orders in this state; may be given several times.")
    ] = None,
    company: CompanyOption = None,
    location: Annotated[str | None, typer.Option("--location", metavar="ID", help="Only this location.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List sale orders, the newest first."""
    from replenisher.database import sales  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.purchasing.sale_states import SaleState  # noqa: PLC0415 - as above

    states = known_states(state or [], SaleState)
    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        with services.database.transaction() as session:
            found = sales.listed(session, company=company, location=location, states=states, limit=limit)
    if as_json:
        print_json([sale_as_data(sale) for sale in found])
        return
    print_sales(found)
    if len(found) == limit:
        messages().print(literal(f"only the newest {limit} are shown; see more with --limit"))


@sale_orders.command("show")
def show_sale(
    sale: Annotated[str, typer.Argument(metavar="ID", help="Printable id, or our id (17 or id:17).")],
    config: ConfigOption = None,
    *,
    log: Annotated[bool, typer.Option("--log", help="Ask the platform for its status log now.")] = False,
    entry: Annotated[
        str | None, typer.Option("--entry", metavar="ID", help="Ask the platform for one entry of that log.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a sale order: lines, every attempt, everything that happened to it, and the platform's own log."""
    from replenisher.database import sales  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.sell.by_hand import named_sale  # noqa: PLC0415 - as above

    with connected(config) as services:
        with services.database.transaction() as session:
            found = named_sale(session, sale)
            parts = (
                sales.lines_of(session, found.id),
                sales.attempts_of(session, found.id),
                sales.events_of(session, found.id),
            )
        told = _asked(services, found, entry) if log or entry else None
    if as_json:
        data = sale_as_data(found, *parts)
        print_json(data if told is None else data | {"status_log": told})
        return
    print_sale(found, *parts)
    if told is not None:
        print_log(told)


def _asked(services: Services, sale: SaleOrder, entry: str | None) -> list[StatusEntry]:
    """Read the status log at the platform, or one entry of it."""
    if sale.platform_sale_id is None:
        raise IllegalMoveError(f"sale order {sale.printable_id} is {sale.state}: the platform has no log of it")
    company = services.settings.company(sale.company)
    desk = services.sale_desk(company)
    if entry is not None:
        return [desk.log_entry(company.id, sale.platform_sale_id, entry)]
    return desk.log(company.id, sale.platform_sale_id)


@sale_orders.command("resend")
def resend_sales(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Send sale orders again that the platform does not have, as a person knows; it is searched first all the same."""
    from replenisher.workflows.sell.by_hand import resend_sale  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: resend_sale(services, text, actor=actor, reason=given), "sent again")


@sale_orders.command("complete")
def complete_sales(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Tell the platform that sale orders are done: the customer has the goods, and nothing is promised any more."""
    from replenisher.purchasing.sale_orders import PlatformSaleState  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.sell.by_hand import end_sale  # noqa: PLC0415 - as above

    given, actor, state = given_reason(reason), person(), PlatformSaleState.COMPLETED
    _each(ids, config, lambda services, text: end_sale(services, text, state, actor=actor, reason=given), "completed")


@sale_orders.command("cancel")
def cancel_sales(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Cancel sale orders, at the platform first where they are there; nothing is promised any more."""
    from replenisher.workflows.sell.by_hand import cancel_sale  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: cancel_sale(services, text, actor=actor, reason=given), "cancelled")


def _each(ids: list[str], config: Path | None, do: Callable[[Services, str], SaleOrder], done: str) -> None:
    def told(services: Services, text: str) -> str:
        sale = do(services, text)
        return f"{sale.printable_id} (sale order {sale.id}): {sale.state}"

    each_of(ids, config, told, done)
