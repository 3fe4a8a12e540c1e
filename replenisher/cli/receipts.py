"""`receipts`: compare what was ordered and announced with what was received and is billed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from replenisher.cli.exits import ExitCode, code_of
from replenisher.cli.options import CompanyOption, ConfigOption, JsonOption, connected
from replenisher.cli.progress import naming
from replenisher.cli.receipt_pages import audit_as_csv, audit_as_data, print_audit
from replenisher.cli.screen import literal, messages, print_json
from replenisher.errors import ConfigurationError, ReplenisherError

if TYPE_CHECKING:
    from replenisher.config import Settings
    from replenisher.workflows.audit_findings import AuditResult

receipts = typer.Typer(help="Receipts: audit what was ordered, announced, received and told.", no_args_is_help=True)


@receipts.callback()
def _group() -> None:
    """Receipts: audit what was ordered, announced, received and told."""


@receipts.command("audit")
def audit(
    config: ConfigOption = None,
    *,
    company: CompanyOption = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, max=366, metavar="N", help="Orders of the last N days; else as the company's setting says."
        ),
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Also write every difference to this file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare our orders and notices with the retailer's orders in full and receiving reports; reads only.

    Each difference is an exception until a later audit no longer finds it.
    """
    from replenisher.workflows.audit_receipts import audit_receipts  # noqa: PLC0415 - `--help` must not wait for it
    from replenisher.workflows.probe import write_report  # noqa: PLC0415 - as above

    found: list[AuditResult] = []
    codes: list[ExitCode] = []
    with connected(config) as services, naming() as progress:
        task = progress.add_task("starting", total=None)
        for one in _companies(services.settings, company):
            try:
                result = audit_receipts(
                    services,
                    one,
                    days=days,
                    tell=lambda asked, one=one: progress.update(task, description=f"company {one}: {asked}"),  # type: ignore[misc]
                )
            except ReplenisherError as error:
                messages().print(literal(f"company {one}: not audited: {error}"), soft_wrap=True)
                codes.append(code_of(error))
            else:
                found.append(result)
    if csv_file is not None:
        write_report(csv_file, audit_as_csv(found))
        messages().print(literal(f"{csv_file}: written"))
    if as_json:
        print_json([audit_as_data(result) for result in found])
    else:
        for result in found:
            print_audit(result)
    if any(result.differences or result.unread for result in found):
        codes.append(ExitCode.PROBLEMS)
    if codes:
        raise typer.Exit(codes[0])


def _companies(settings: Settings, wanted: str | None) -> Sequence[str]:
    """Give the company that was asked for, else every one whose receipts can be audited."""
    if wanted is not None:
        return [settings.company(wanted).id]
    able = [
        company.id
        for company in settings.companies
        if company.channel == "vendor_inventory" and settings.platform_of(company).purchase_orders is not None
    ]
    if not able:
        raise ConfigurationError(
            "no company's receipts can be audited: none of channel vendor_inventory is on a platform that names a"
            " purchase_orders service"
        )
    return able
