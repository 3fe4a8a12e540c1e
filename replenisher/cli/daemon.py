"""`up` and `demo`: the options of the two commands that start other processes."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from replenisher.cli.options import ConfigOption, config_path

PANEL = "Daemon"


class DemoChannel(Enum):
    """What the demonstration can be shown with."""

    VENDOR_INVENTORY = "vendor_inventory"
    VMI = "vmi"
    CMI = "cmi"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=PANEL)(up)
    app.command(rich_help_panel=PANEL)(demo)


def up(
    config: ConfigOption = None,
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Serve a sandbox platform and a configuration for it, to try things.")
    ] = False,
    flower: Annotated[bool, typer.Option(help="Start the web monitor of the workers.")] = True,
) -> None:
    """Run the daemon on this machine: servers, worker, scheduler, monitor; Ctrl-C stops everything."""
    from replenisher.cli.up import up as run_everything  # noqa: PLC0415 - `--help` must not wait for it

    run_everything(config or Path() if sandbox else config_path(config), sandbox=sandbox, flower=flower)


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", metavar="PATH", help="Where everything is kept to be looked at.")
    ] = Path("var/demo"),
    channel: Annotated[
        DemoChannel, typer.Option("--channel", help="Which interface serves the companies; `all`: each combination.")
    ] = DemoChannel.VENDOR_INVENTORY,
) -> None:
    """Show two planning cycles and shipments with real servers, real workers and a sandbox platform."""
    from replenisher.cli.demo import demo as show  # noqa: PLC0415 - `--help` must not wait for it

    show(folder, channel.value)
