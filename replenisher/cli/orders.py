"""`orders`: list, look at, approve, decline, accept and cancel purchase orders; `order_changes` has the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli import order_changes
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
from replenisher.cli.order_pages import order_as_data, print_list, print_order
from replenisher.cli.screen import literal, messages, print_json
from replenisher.cli.shipment_pages import notice_as_data, print_notices
from replenisher.errors import NotFoundError

if TYPE_CHECKING:
    from replenisher.database.models import Order
    from replenisher.services import Services

orders = typer.Typer(
    help="Purchase orders: list, show, approve, decline, accept, cancel, change, comment, move, find.",
    no_args_is_help=True,
)
IdsArgument = Annotated[list[str], typer.Argument(metavar="ID...", help="Order ids or vendor invoice numbers.")]


@orders.command("list")
def list_orders(
    config: ConfigOption = None,
    *,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only orders in this state; may be given several times.")
    ] = None,
    company: CompanyOption = None,
    location: Annotated[str | None, typer.Option("--location", metavar="ID", help="Only this location.")] = None,
    run: Annotated[int | None, typer.Option("--run", metavar="ID", help="Only orders of this run.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List orders, the newest first."""
    from replenisher.database import orders as queries  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.purchasing.states import OrderState  # noqa: PLC0415 - as above

    states = known_states(state or [], OrderState)
    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        with services.database.transaction() as session:
            found = queries.listed(session, company=company, location=location, states=states, run_id=run, limit=limit)
    if as_json:
        print_json([order_as_data(order) for order in found])
        return
    print_list(found)
    if len(found) == limit:
        messages().print(literal(f"only the newest {limit} are shown; see more with --limit"))


@orders.command("show")
def show_order(
    order: Annotated[str, typer.Argument(metavar="ID", help="Order id or vendor invoice number.")],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show an order: lines, what has been received, attempts, everything that happened to it, shipment notices."""
    from replenisher.database import notices  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.database import orders as queries  # noqa: PLC0415 - as above

    with connected(config) as services, services.database.transaction() as session:
        found = queries.find_order(session, order)
        if found is None:
            raise NotFoundError(
                f"no order has the id or vendor invoice number {order!r}; see `replenisher orders list`"
            )
        parts = (
            queries.lines_of(session, found.id),
            queries.attempts_of(session, found.id),
            queries.events_of(session, found.id),
        )
        announced = notices.listed(session, order_id=found.id)
    if as_json:
        print_json(order_as_data(found, *parts) | {"notices": [notice_as_data(notice) for notice in announced]})
        return
    print_order(found, *parts)
    if announced:
        print_notices(announced, "Shipment notices")


@orders.command("approve")
def approve_orders(ids: IdsArgument, config: ConfigOption = None) -> None:
    """Approve held orders; a running worker sends them within seconds."""
    from replenisher.workflows.approve import approve_order  # noqa: PLC0415 - `--help` must not wait for it

    actor = person()
    _each(ids, config, lambda services, text: approve_order(services, text, actor=actor), "approved")


@orders.command("decline")
def decline_orders(
    ids: IdsArgument,
    config: ConfigOption = None,
    *,
    reason: ReasonOption,
) -> None:
    """Turn down held orders, stop approved ones, or release ones of which a person knows that nothing will come."""
    from replenisher.workflows.approve import decline_order  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: decline_order(services, text, actor=actor, reason=given), "declined")


@orders.command("accept")
def accept_orders(
    ids: IdsArgument,
    config: ConfigOption = None,
    *,
    reason: ReasonOption,
) -> None:
    """Take orders that need a person as the platform has them, once their differences are settled there."""
    from replenisher.workflows.approve import accept_order  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: accept_order(services, text, actor=actor, reason=given), "accepted")


@orders.command("cancel")
def cancel_orders(
    ids: IdsArgument,
    config: ConfigOption = None,
    *,
    reason: ReasonOption,
) -> None:
    """Cancel confirmed orders that are not committed, at the platform first; nothing moves unless it agrees."""
    from replenisher.workflows.cancel import cancel_order  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: cancel_order(services, text, actor=actor, reason=given), "cancelled")


def _each(ids: list[str], config: Path | None, do: Callable[[Services, str], Order], done: str) -> None:
    def told(services: Services, text: str) -> str:
        order = do(services, text)
        return f"{order.vendor_invoice_number} (order {order.id}, location {order.location}): {order.state}"

    each_of(ids, config, told, done)


order_changes.register(orders)
