"""The entry point `replenisher`: every command, one way to end.

Commands are thin: they read options, call a workflow or a query, and print. What they need is imported when they run,
so that `--help` answers at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from replenisher import __version__
from replenisher.cli import (
    check_config,
    counts,
    daemon,
    exceptions,
    explain,
    fulfilments,
    guards,
    history,
    interfaces,
    levels,
    migrate,
    orders,
    overrides,
    platform,
    probe,
    receipts,
    replay,
    resume,
    run,
    sale_orders,
    sandbox,
    shipments,
    status,
    vendor_returns,
    why_not,
)
from replenisher.cli.exits import code_of, epilog
from replenisher.cli.options import CONFIG_VARIABLE, DEFAULT_CONFIG, logging_wanted
from replenisher.cli.screen import literal, messages
from replenisher.errors import ReplenisherError


class Commands(TyperGroup):
    """The group of all commands: an error of ours ends in its message and its exit code, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except ReplenisherError as error:
            messages().print(literal(f"error: {error}"), soft_wrap=True)
            raise typer.Exit(code_of(error)) from error


app = typer.Typer(
    name="replenisher",
    cls=Commands,
    help="Keep retailers' shelves filled: plan, approve, order and follow purchase orders.",
    epilog=epilog(),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"replenisher {__version__}")
        raise typer.Exit


@app.callback()
def common(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            envvar=CONFIG_VARIABLE,
            metavar="PATH",
            show_default=str(DEFAULT_CONFIG),
            help="The configuration file; may stand behind the command too.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the log on standard error.")] = False,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Keep retailers' shelves filled: plan, approve, order and follow purchase orders."""
    del config  # commands take it from the context, where their own option may override it
    logging_wanted.level = "info" if verbose else "critical"


for _module in (
    check_config,
    probe,
    interfaces,
    migrate,
    daemon,
    run,
    explain,
    why_not,
    replay,
    status,
    resume,
    sandbox,
):
    _module.register(app)
app.add_typer(orders.orders, name="orders", rich_help_panel="Daily work")
app.add_typer(shipments.shipments, name="shipments", rich_help_panel="Daily work")
app.add_typer(fulfilments.fulfilments, name="fulfilments", rich_help_panel="Daily work")
app.add_typer(sale_orders.sale_orders, name="sale-orders", rich_help_panel="Daily work")
app.add_typer(receipts.receipts, name="receipts", rich_help_panel="Daily work")
app.add_typer(levels.levels, name="levels", rich_help_panel="Daily work")
app.add_typer(overrides.overrides, name="overrides", rich_help_panel="Daily work")
app.add_typer(history.history, name="history", rich_help_panel="Daily work")
app.add_typer(counts.counts, name="counts", rich_help_panel="Daily work")
app.add_typer(vendor_returns.returns, name="returns", rich_help_panel="Daily work")
app.add_typer(platform.platform, name="platform", rich_help_panel="Daily work")
app.add_typer(guards.guards, name="guards", rich_help_panel="Daily work")
app.add_typer(exceptions.exceptions, name="exceptions", rich_help_panel="Daily work")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; always ends in SystemExit with one of the codes of `replenisher.cli.exits`."""
    app(None if arguments is None else list(arguments))
