"""`shipments`: import what left the dock, and look after the notices of it."""

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
from replenisher.cli.screen import literal, messages, print_json
from replenisher.cli.shipment_pages import notice_as_data, print_imported, print_notice, print_notices
from replenisher.errors import NotFoundError

if TYPE_CHECKING:
    from replenisher.database.notice_models import ShipmentNotice
    from replenisher.services import Services

shipments = typer.Typer(help="Shipment notices: import, list, show, resend, settle, cancel.", no_args_is_help=True)
IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Notice ids or shipment numbers.")]


@shipments.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Shipments as CSV; see docs/shipments.md.")],
    config: ConfigOption = None,
    *,
    keep_good: Annotated[
        bool | None,
        typer.Option(
            "--keep-good/--all-or-nothing",
            show_default="shipments.keep_good of the configuration",
            help="Take the good shipments of a file that also has bad ones.",
        ),
    ] = None,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a file of shipments; a running worker announces them within seconds. The same file twice is harmless."""
    from replenisher.workflows.ship.importing import import_shipments  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services:
        keep = services.settings.shipments.keep_good if keep_good is None else keep_good
        imported = import_shipments(services, file, keep_good=keep, actor=person(), company_id=company)
    if as_json:
        print_json(asdict(imported))
    else:
        print_imported(imported)
    if imported.faults:
        raise typer.Exit(ExitCode.PROBLEMS if imported.taken else ExitCode.CONFIGURATION)


@shipments.command("list")
def list_shipments(
    config: ConfigOption = None,
    *,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only notices in this state; may be given several times.")
    ] = None,
    company: CompanyOption = None,
    order: Annotated[str | None, typer.Option("--order", metavar="ID", help="Only notices of this order.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List shipment notices, the newest first."""
    from replenisher.database import notices, orders  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.purchasing.notice_states import NoticeState  # noqa: PLC0415 - as above

    states = known_states(state or [], NoticeState)
    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        with services.database.transaction() as session:
            of_order = None if order is None else orders.find_order(session, order)
            if order is not None and of_order is None:
                raise NotFoundError(f"no order has the id or vendor invoice number {order!r}")
            order_id = None if of_order is None else of_order.id
            found = notices.listed(session, company=company, order_id=order_id, states=states, limit=limit)
    if as_json:
        print_json([notice_as_data(notice) for notice in found])
        return
    print_notices(found)
    if len(found) == limit:
        messages().print(literal(f"only the newest {limit} are shown; see more with --limit"))


@shipments.command("show")
def show_shipment(
    notice: Annotated[str, typer.Argument(metavar="ID", help="Notice id or shipment number.")],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show a shipment notice: lines, serial numbers, every attempt and everything that happened to it."""
    from replenisher.database import notices  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services, services.database.transaction() as session:
        found = notices.find_notice(session, notice)
        if found is None:
            raise NotFoundError(
                f"no shipment notice has the id or shipment number {notice!r}; see `replenisher shipments list`"
            )
        parts = (
            notices.notice_lines(session, found.id),
            notices.attempts_of(session, found.id),
            notices.events_of(session, found.id),
        )
    if as_json:
        print_json(notice_as_data(found, *parts))
    else:
        print_notice(found, *parts)


@shipments.command("resend")
def resend_shipments(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Send notices again, or recorded ones for the first time: a person knows that the platform does not have them."""
    from replenisher.workflows.ship.by_hand import resend_notice  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: resend_notice(services, text, actor=actor, reason=given), "sent again")


@shipments.command("settle")
def settle_shipments(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Take notices that need a person as sent: the retailer says that they are there."""
    from replenisher.workflows.ship.by_hand import settle_by_hand  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: settle_by_hand(services, text, actor=actor, reason=given), "settled")


@shipments.command("cancel")
def cancel_shipments(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Cancel notices that the platform does not have; their units and serial numbers may be announced anew."""
    from replenisher.workflows.ship.by_hand import cancel_notice  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: cancel_notice(services, text, actor=actor, reason=given), "cancelled")


def _each(ids: list[str], config: Path | None, do: Callable[[Services, str], ShipmentNotice], done: str) -> None:
    def told(services: Services, text: str) -> str:
        notice = do(services, text)
        return f"{notice.shipment_number} (notice {notice.id}, order {notice.order_id}): {notice.state}"

    each_of(ids, config, told, done)
