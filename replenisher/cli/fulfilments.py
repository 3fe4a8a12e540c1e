"""`fulfilments`: items of customers' orders that we ship, from the first look to the last parcel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode
from replenisher.cli.fulfilment_pages import (
    fulfilment_as_data,
    print_customer_order,
    print_fulfilment,
    print_fulfilments,
)
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
from replenisher.cli.progress import counting
from replenisher.cli.screen import literal, messages, out, print_json
from replenisher.errors import ConfigurationError, NotFoundError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from replenisher.purchasing.customer_orders import CustomerOrder, OrderItem
    from replenisher.services import Services

fulfilments = typer.Typer(
    help="Customers' drop-ship orders: list, show, find, look, accept, refuse, retry, drop.", no_args_is_help=True
)
IdsArgument = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Our numbers (F…) or ids, or customers' order numbers.")
]


@fulfilments.command("list")
def list_fulfilments(
    config: ConfigOption = None,
    *,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only fulfilments in this state; may be given several times.")
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those of which something is to be shipped.")] = False,
    company: CompanyOption = None,
    location: Annotated[str | None, typer.Option("--location", metavar="ID", help="Only this location.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    """List fulfilments, the newest first."""
    from replenisher.database import fulfilments as queries  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.purchasing.fulfilments import OPEN, FulfilmentState  # noqa: PLC0415 - as above

    states = known_states(state or [], FulfilmentState) or (sorted(one.value for one in OPEN) if only_open else [])
    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        with services.database.transaction() as session:
            found = queries.listed(session, company=company, location=location, states=states, limit=limit)
    if as_json:
        print_json([fulfilment_as_data(one) for one in found])
        return
    print_fulfilments(found)
    if len(found) == limit:
        messages().print(literal(f"only the newest {limit} are shown; see more with --limit"))


@fulfilments.command("show")
def show_fulfilments(
    given: Annotated[str, typer.Argument(metavar="ID", help="Our number (F…) or id, or a customer's order number.")],
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show a fulfilment, or every one of a customer's order: its updates, and everything that happened to them."""
    from replenisher.database import fulfilments as queries  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services, services.database.transaction() as session:
        found = queries.named(session, given)
        if not found:
            raise NotFoundError(
                f"no fulfilment or customer order is known as {given!r}; see `replenisher fulfilments list`, or ask"
                " the platform with `replenisher fulfilments find`"
            )
        updates = [queries.updates_of(session, one.id) for one in found]
        events = [queries.events_of(session, [update.id for update in some]) for some in updates]
    parts = list(zip(found, updates, events, strict=True))
    if as_json:
        print_json([fulfilment_as_data(*part) for part in parts])
        return
    for part in parts:
        print_fulfilment(*part)


@fulfilments.command("find")
def find_order(
    printable_id: Annotated[str, typer.Argument(metavar="NUMBER", help="The number printed on the customer's order.")],
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the platform now for a customer's order by its printed number, and show it as the retailer has it."""
    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        asked = [
            one for one in services.settings.companies if company in (None, one.id) and _has_orders(services, one.id)
        ]
        if not asked:
            raise ConfigurationError("no such company is on a platform that names an orders service")
        found: list[tuple[CustomerOrder, tuple[OrderItem, ...]]] = []
        for one in asked:
            desk = services.customer_orders(one)
            orders = desk.by_printable_id(one.id, printable_id)
            found.extend((order, desk.items(one.id, order.order_id)) for order in orders)
    if not found:
        raise NotFoundError(
            f"the platform knows no customer order {printable_id!r} at {', '.join(one.id for one in asked)}"
        )
    if as_json:
        print_json([asdict(order) | {"items": items} for order, items in found])
        return
    for order, items in found:
        print_customer_order(order, items)


def _has_orders(services: Services, company_id: str) -> bool:
    company = services.settings.company(company_id)
    return services.settings.platform_of(company).orders is not None and company.channel == "vendor_inventory"


@fulfilments.command("look")
def look(config: ConfigOption = None, *, company: CompanyOption = None, as_json: JsonOption = False) -> None:
    """Look for customers' orders now, as the daemon does every `fulfilments.every` seconds."""
    from replenisher.workflows.fulfil.look import look_for_fulfilments  # noqa: PLC0415 - `--help` must not wait for it

    with connected(config) as services:
        if company is not None:
            services.settings.company(company)
        wanted = [one for one in services.settings.companies if company in (None, one.id) and one.fulfilments.enabled]
        if not wanted:
            raise ConfigurationError(f"fulfilments.enabled is not set for {company or 'any company'}")
        found = {}
        with counting() as progress:
            for one in wanted:
                bar = progress.add_task(f"customers' orders of company {one.id}", total=None)
                found[one.id] = look_for_fulfilments(services, one.id, partial(_advance, progress, bar))
    if as_json:
        print_json({company_id: asdict(looked) for company_id, looked in found.items()})
    else:
        for company_id, looked in found.items():
            text = (
                f"company {company_id}: {looked.orders:,} pending orders at {looked.locations:,} locations;"
                f" {looked.new:,} new fulfilments, {looked.withdrawn:,} withdrawn,"
                f" {looked.promised_units:,} units promised"
            )
            out().print(literal(text))
            for location, error in looked.errors.items():
                messages().print(literal(f"location {location}: {error}"), soft_wrap=True)
    if any(looked.errors for looked in found.values()):
        raise typer.Exit(ExitCode.PROBLEMS)


def _advance(progress: Progress, bar: TaskID, done: int, of: int) -> None:
    progress.update(bar, completed=done, total=of)


@fulfilments.command("accept")
def accept_fulfilments(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Take fulfilments on: their items are set to Ordered at the platform."""
    from replenisher.workflows.fulfil.by_hand import accept  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: len(accept(services, text, actor=actor, reason=given)), "set to Ordered")


@fulfilments.command("refuse")
def refuse_fulfilments(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Say that fulfilments cannot be shipped: their items are set to NotAvailable, with the reason in their notes."""
    from replenisher.workflows.fulfil.by_hand import refuse  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    done = "set to NotAvailable"
    _each(ids, config, lambda services, text: len(refuse(services, text, actor=actor, reason=given)), done)


@fulfilments.command("retry")
def retry_updates(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Send the refused and doubtful updates of fulfilments again, once their cause is corrected."""
    from replenisher.workflows.fulfil.by_hand import retry  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: len(retry(services, text, actor=actor, reason=given)), "sent again")


@fulfilments.command("drop")
def drop_updates(ids: IdsArgument, config: ConfigOption = None, *, reason: ReasonOption) -> None:
    """Give up the refused and doubtful updates of fulfilments: their units may be shipped anew."""
    from replenisher.workflows.fulfil.by_hand import drop  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    _each(ids, config, lambda services, text: len(drop(services, text, actor=actor, reason=given)), "dropped")


def _each(ids: list[str], config: Path | None, do: Callable[[Services, str], int], done: str) -> None:
    each_of(ids, config, lambda services, text: f"{text}: {do(services, text)} {done}", done)
