"""Settings of the daemon itself: its times, its workers, its logs and its monitor."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from replenisher.config.kinds import Folder, Seconds, Secret, Section, UserName


class Times(Section):
    """Every wait of the daemon, in seconds. Tests and the demonstration shorten them; a live system should not."""

    tick: Seconds = Field(default=30.0, description="How often it is asked which runs are due.", examples=[30])
    sweep: Seconds = Field(default=5.0, description="How often due work is looked for.", examples=[5])
    rehint: Seconds = Field(default=60.0, description="Due work is announced again after this long.", examples=[60])
    lease: Seconds = Field(
        default=90.0,
        description="A claimed order whose worker stays silent this long becomes `unknown`."
        " More than any platform's deadline plus `send_guard`.",
        examples=[90],
    )
    send_guard: Seconds = Field(
        default=5.0, description="An order is not sent when its claim is older than this.", examples=[5]
    )
    look_ups: tuple[Seconds, ...] = Field(
        default=(30.0, 120.0, 300.0, 900.0),
        min_length=1,
        description="Ages at which an `unknown` order is looked up.",
        examples=[[30, 120, 300, 900]],
    )
    settle_window: Seconds = Field(
        default=1800.0,
        description="An `unknown` order that is not found by this age needs a person.",
        examples=[1800],
    )
    polls: tuple[Seconds, ...] = Field(
        default=(5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0),
        min_length=1,
        description="Waits between two looks at an accepted order; the last one repeats.",
        examples=[[5, 10, 20, 40, 80, 160, 300]],
    )
    poll_limit: Seconds = Field(
        default=1800.0, description="An accepted order not visible after this long becomes `unknown`.", examples=[1800]
    )
    track_every: Seconds = Field(
        default=900.0, description="How often a confirmed order is read until it is received.", examples=[900]
    )
    resubmit_wait: Seconds = Field(
        default=30.0,
        description="Wait before what surely was not done is tried again: an order not sent, a report not read.",
        examples=[30],
    )
    status_log_limit: Seconds = Field(
        default=3600.0,
        description="A sale order of which the platform's status log says nothing for this long is an exception.",
        examples=[3600],
    )
    batch_lease: Seconds = Field(
        default=300.0, description="A batch of locations whose worker stays silent is done again.", examples=[300]
    )


class Shipments(Section):
    """Where files of shipments come from, and how strictly they are read."""

    drop_folder: Folder | None = Field(
        default=None,
        description="Files (`*.csv`) put here are imported by the daemon and moved to its `done` or `refused` folder;"
        " nothing = only `replenisher shipments import`.",
        examples=["./shipments"],
    )
    keep_good: bool = Field(
        default=False,
        description="Whether good shipments of a file with bad lines are taken; `false` takes nothing of such a file.",
        examples=[False],
    )


class SaleOrders(Section):
    """Where files of sale orders come from, and how strictly they are read."""

    drop_folder: Folder | None = Field(
        default=None,
        description="Files (`*.csv`) put here are imported by the daemon and moved to its `done` or `refused` folder;"
        " nothing = only `replenisher sale-orders import`.",
        examples=["./sale-orders"],
    )
    keep_good: bool = Field(
        default=False,
        description="Whether good sale orders of a file with bad lines are taken; `false` takes nothing of such a"
        " file.",
        examples=[False],
    )


class Work(Section):
    """How much is done at once."""

    batch_locations: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=25, description="Locations that are fetched and planned together.", examples=[25]
    )
    worker_processes: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2, description="Worker processes on this machine.", examples=[2]
    )
    submissions_in_flight: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=8, description="Orders of one company that may be on their way to the platform at once.", examples=[8]
    )
    maximum_run_attempts: Annotated[int, Field(ge=1, le=100)] = Field(
        default=5, description="How often a batch that fails is tried.", examples=[5]
    )


class LogSettings(Section):
    """What the log looks like."""

    format: Literal["json", "console"] = Field(
        default="json", description="`json` for machines, `console` for people.", examples=["json"]
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important line that is written.", examples=["info"]
    )


class FlowerSettings(Section):
    """The web monitor of the workers, on this machine only."""

    port: Annotated[int, Field(ge=1, le=65535)] = Field(
        default=5555, description="Port on the loopback address.", examples=[5555]
    )
    username: UserName = Field(default="operator", description="User name to sign in with.", examples=["operator"])
    password: Secret | None = Field(
        default=None,
        description="Password to sign in with, by reference only; nothing = a new one at every start.",
        examples=["${file:secrets/flower}"],
    )
