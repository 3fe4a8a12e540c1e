"""`platform`: look at what a company's platform tells; only `enable` changes anything there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.listing import CsvOption, show
from replenisher.cli.options import (
    ConfigOption,
    JsonOption,
    ReasonOption,
    connected,
    given_reason,
    person,
    settings_from,
)
from replenisher.cli.progress import naming
from replenisher.cli.screen import facts, literal, out, print_json

if TYPE_CHECKING:
    from replenisher.services import Services

platform = typer.Typer(
    help="What a company's platform tells beside the reports; only `enable` changes anything.", no_args_is_help=True
)
OfCompany = Annotated[str, typer.Option("--company", metavar="ID", help="The company whose platform is asked.")]
AtLocation = Annotated[str, typer.Option("--location", metavar="ID", help="The location that is asked about.")]

STOCK = {
    "sku": "sku",
    "reorder_point": "minimum",
    "order_up_to_level": "maximum",
    "on_hand": "on hand",
    "on_order": "on order",
    "on_uncommitted_order": "uncommitted",
    "backordered": "backordered",
    "transfer_in": "in",
    "transfer_out": "out",
    "allocated": "allocated",
    "on_return": "on return",
    "levels_locked": "locked",
    "do_not_order": "do not order",
}
ORDERS = {
    "platform_order_id": "id",
    "vendor_invoice_number": "reference",
    "status": "status",
    "lines": "lines",
    "ordered": "ordered",
    "received": "received",
}


class Which(Enum):
    """The lists of a location's orders."""

    COMMITTED = "committed"
    UNCOMMITTED = "uncommitted"
    COMPLETED = "completed"
    ALL = "all"


@contextmanager
def asking(config: Path | None, what: str) -> Iterator[Services]:
    """Give services for a look, with the name of what is asked while it lasts; no tables are needed."""
    from replenisher.services import opened  # noqa: PLC0415 - `--help` must not wait for it

    with opened(settings_from(config)) as services, naming() as progress:
        progress.add_task(what, total=None)
        yield services


@platform.command("ping")
def ping(config: ConfigOption = None, *, company: OfCompany, as_json: JsonOption = False) -> None:
    """Ask whether service and company's database are up (channel vmi)."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: ping") as services:
        said = workflow.ping(services, company)
    if as_json:
        print_json({"company": company, "answer": said})
    else:
        out().print(literal(said or "the service answered"))


@platform.command("companies")
def companies(
    config: ConfigOption = None, *, company: OfCompany, csv_file: CsvOption = None, as_json: JsonOption = False
) -> None:
    """List the companies that this one's platform knows of us, how each stands, and which are not configured here."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: companies of its platform") as services:
        rows = [asdict(one) for one in workflow.companies(services, company)]
    columns = {"id": "id", "name": "name", "standing": "standing", "configured": "configured here"}
    show(rows, columns, nothing="no companies", csv_file=csv_file, as_json=as_json)


@platform.command("location")
def location(
    config: ConfigOption = None, *, company: OfCompany, location: AtLocation, as_json: JsonOption = False
) -> None:
    """Show one location as the platform knows it (channel vmi)."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: location {location}") as services:
        found = workflow.one_location(services, company, location)
    if as_json:
        print_json(found)
    else:
        out().print(facts([(field.name.replace("_", " "), getattr(found, field.name)) for field in fields(found)]))


@platform.command("stock")
def stock(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    location: AtLocation,
    sku: Annotated[str | None, typer.Option("--sku", metavar="SKU", help="Only this product.")] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="Only what changed since anybody last asked for this or for the whole list. The platform remembers "
            "one state for all callers, and asking is forgetting: of no use where several people or programs ask.",
        ),
    ] = False,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a location's stock (channel vmi). Reading the whole list also starts `--changed` anew, for everybody."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    if changed and sku is not None:
        raise typer.BadParameter("tells all products; leave out --sku", param_hint="--changed")
    with asking(config, f"company {company}: stock of location {location}") as services:
        rows = workflow.stock(services, company, location, sku=sku, changed=changed)
    nothing = "nothing changed since anybody asked" if changed else "no products"
    show(rows, STOCK, nothing=nothing, csv_file=csv_file, as_json=as_json)


@platform.command("units")
def units(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    location: AtLocation,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a location's units in stock, a row for each serial number (channel vmi)."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: units at location {location}") as services:
        rows = [asdict(one) for one in workflow.units(services, company, location)]
    columns = {"place": "location", "sku": "sku", "serial_number": "serial number", "quantity": "quantity"}
    show(rows, columns, nothing="no units in stock", csv_file=csv_file, as_json=as_json)


@platform.command("serials")
def serials(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    location: AtLocation,
    product: Annotated[
        str | None, typer.Option("--product", metavar="ID", help="The platform's own id of the product.")
    ] = None,
    sku: Annotated[str | None, typer.Option("--sku", metavar="SKU", help="Else the vendor's SKU of it.")] = None,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the serial numbers of a product at a location (channel vmi)."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    if (product is None) == (sku is None):
        raise typer.BadParameter("name the product by either --product or --sku", param_hint="--product")
    with asking(config, f"company {company}: serial numbers at location {location}") as services:
        rows = [asdict(one) for one in workflow.serials(services, company, location, product=product, sku=sku)]
    columns = {"serial_number": "serial number", "damaged": "cannot be sold"}
    show(rows, columns, nothing="no serial numbers in stock", csv_file=csv_file, as_json=as_json)


@platform.command("employees")
def employees(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    every: Annotated[bool, typer.Option("--all", help="Also those who do not work there any more.")] = False,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the people who work at the company (channel vmi)."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: employees") as services:
        rows = [asdict(one) for one in workflow.employees(services, company, every=every)]
    columns = {"name": "name", "role": "role", "location": "location", "enabled": "works there"}
    show(rows, columns, nothing="nobody", csv_file=csv_file, as_json=as_json)


@platform.command("orders")
def orders(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    location: AtLocation,
    which: Annotated[Which, typer.Option("--which", help="Which of the platform's lists.")] = Which.ALL,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=366, metavar="N", help="Completed ones of the last N days.")
    ] = None,
    csv_file: CsvOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a location's orders at the platform, ours and others' (channel vmi)."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    with asking(config, f"company {company}: orders of location {location}") as services:
        found = workflow.location_orders(services, company, location, which.value, days=days)
    rows = [
        {
            "platform_order_id": one.platform_order_id,
            "vendor_invoice_number": one.vendor_invoice_number,
            # The list of all orders does not tell where each stands.
            "status": one.status.value if which is not Which.ALL else "",
            "lines": len(one.lines),
            "ordered": sum(line.quantity_ordered for line in one.lines),
            "received": sum(line.quantity_received for line in one.lines),
            "ship_to": one.ship_to,
            "comments": one.comments,
        }
        for one in found
    ]
    show(rows, ORDERS, nothing="no orders", csv_file=csv_file, as_json=as_json)


@platform.command("enable")
def enable(
    config: ConfigOption = None,
    *,
    company: OfCompany,
    on: Annotated[bool, typer.Option("--on/--off", help="Take the company up, or give it up.", show_default=False)],
    reason: ReasonOption,
) -> None:
    """Take up or give up the relationship with a company at the platform (channel vmi), and say how it stands then."""
    from replenisher.workflows import platform as workflow  # noqa: PLC0415 - `--help` must not wait for it

    given, actor = given_reason(reason), person()
    with connected(config) as services, naming() as progress:
        progress.add_task(f"company {company}: {'taken up' if on else 'given up'}", total=None)
        standing = workflow.switch_company(services, company, enabled=on, actor=actor, reason=given)
    hint = "; `replenisher resume` goes on with it if it is paused" if on else "; no run can order for it any more"
    out().print(literal(f"company {company} is {standing} at the platform{hint}"))
