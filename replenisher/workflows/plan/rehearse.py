"""Rehearse a plan: fetch and plan as a run would, write nothing to the database and nothing to the archive.

Our own orders in flight are read before the first report is asked for, as in a run; proposals, approvals and limits
across locations play no part, and neither does an older order approved meanwhile.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import companies, orders, report_memory
from replenisher.database.promises import promised
from replenisher.errors import CompanyPausedError, ConfigurationError, GatewayError
from replenisher.planning.frames import from_money
from replenisher.planning.rule_totals import RuleSums, RuleTotals
from replenisher.services import Services
from replenisher.workflows.plan.batch import judge, stopper_of
from replenisher.workflows.plan.frame import Material, plan_reports
from replenisher.workflows.plan.inputs import Inputs, read_inputs
from replenisher.workflows.plan.reports import report_window
from replenisher.workflows.plan.start import wanted_locations

TOP = 3
"""Reasons shown for each location."""

COLUMNS = ("location", "sku", "order_quantity", "reason", "inventory_position", "reorder_point", "order_up_to_level")
"""Columns of the file that `write_rows` writes, after the company."""
TEXTS = ("location", "sku", "reason", "reason_before", "reason_after")
"""Columns whose text comes from elsewhere, or is a word."""

_FORMULA = re.compile(r"(^|[,;\t\r\n])(\s*)(?=[=+\-@\t\r\x00\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True)
class RehearsedLocation:
    """What a run would order at one location; value without the lines whose cost is not known."""

    location: str
    rows: int
    ordering_rows: int
    units: int
    value: Decimal
    lines_without_cost: int
    reasons: dict[str, int]


@dataclass
class Rehearsal:
    """What a run of one company would do: its locations, those refused and why, its rules, and the planned frames."""

    company: str
    locations: list[RehearsedLocation] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    by_rule: list[RuleTotals] = field(default_factory=list)
    frames: list[pd.DataFrame] = field(default_factory=list)


def rehearse(
    services: Services,
    company: CompanySettings,
    only_locations: Sequence[str] | None,
    tell: Callable[[int, int], None],
) -> Rehearsal:
    """Plan a company without writing anything; `tell` hears how many locations of how many are done.

    Raises GatewayError when the list of locations or all reports of a batch cannot be read, PlannerFileError, and
    CompanyPausedError: a paused company is asked for nothing, so that a refused password is not tried again.
    """
    settings = services.settings
    with services.database.transaction() as session:
        paused = companies.pause_reason(session, company.id)
    if paused is not None:
        raise CompanyPausedError(f"company {company.id} is paused: {paused}")
    services.rehearse(company)
    now = services.channel(company).platform_now()
    inputs = read_inputs(services, company, now.astimezone(ZoneInfo(company.time_zone)).date(), now)
    listed = services.channel(company).locations(company.id)
    wanted, absent = wanted_locations(company, only_locations, listed)
    found = Rehearsal(company.id, refused=dict.fromkeys(absent, "the retailer has not enabled this location"))
    tell(0, len(wanted))
    size = settings.work.batch_locations
    for first in range(0, len(wanted), size):
        frame = _rehearse_batch(services, company, wanted[first : first + size], inputs, found)
        if frame is not None:
            found.frames.append(frame)
            found.locations.extend(_summaries(frame))
        tell(min(first + size, len(wanted)), len(wanted))
    by_rule = RuleSums(inputs.rule_set)
    for planned in found.frames:
        by_rule.add(planned)
    found.by_rule = by_rule.totals()
    return found


def _rehearse_batch(
    services: Services,
    company: CompanySettings,
    locations: list[str],
    inputs: Inputs,
    found: Rehearsal,
) -> pd.DataFrame | None:
    with services.database.transaction() as session:
        known = companies.known_locations(session, company.id)
        usual = {location: known[location].report_rows if location in known else None for location in locations}
        own = orders.in_flight(session, company.id, locations)
        instead = company.planning.allocated == "orders"
        ours = promised(session, company.id, locations, instead_of_report=instead)
        memory = report_memory.remembered(session, company.id, locations)
        seen = orders.last_seen(session, company.id, locations)
    material = Material(locations, own, {}, usual, ours, memory, seen)
    channel = services.channel(company)
    window = report_window(company, channel.platform_now())
    read = channel.inventory(company.id, locations, window)
    judged = judge(company, material, read, window.end)
    stopper = stopper_of(judged)
    if stopper is not None and not judged.frames:
        raise GatewayError(f"company {company.id}: {stopper}", operation=stopper.operation, status=stopper.status)
    found.refused.update({location: str(error) for location, error in judged.refused.items()})
    frame, _ = plan_reports(services, company, judged, material, inputs)
    return frame


def _summaries(frame: pd.DataFrame) -> list[RehearsedLocation]:
    worth = frame["order_quantity"] * frame["unit_cost"].where(frame["cost_known"], 0)
    whole = frame.assign(ordering=frame["order_quantity"] > 0, worth=worth)
    whole = whole.assign(uncosted=whole["ordering"] & ~whole["cost_known"])
    summaries = []
    for location, rows in whole.groupby("location", observed=True, sort=True):
        counts = rows["reason"].value_counts()
        reasons = {str(reason): int(count) for reason, count in counts.items() if count > 0}
        summaries.append(
            RehearsedLocation(
                location=str(location),
                rows=len(rows),
                ordering_rows=int(rows["ordering"].sum()),
                units=int(rows["order_quantity"].sum()),
                value=from_money(int(rows["worth"].sum())),
                lines_without_cost=int(rows["uncosted"].sum()),
                reasons=reasons,
            )
        )
    return summaries


def write_rows(rehearsals: Sequence[Rehearsal], path: Path) -> int:
    """Write every planned row as CSV, those that order nothing too; gives how many.

    Text that a spreadsheet would run as a formula is preceded by an apostrophe; numbers stay numbers.
    Raises ConfigurationError when the file cannot be written.
    """
    parts = [frame.loc[:, list(COLUMNS)].assign(company=one.company) for one in rehearsals for frame in one.frames]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["company", *COLUMNS])
    return write_safely(rows, ("company", *COLUMNS), path)


def write_safely(rows: pd.DataFrame, columns: Sequence[str], path: Path) -> int:
    """Write these columns of planned rows as CSV with harmless ids; gives how many rows. Errors as `write_rows`."""
    names = [name for name in columns if name in TEXTS]
    texts = {name: rows[name].astype("str").map(neutralised) for name in names}
    try:
        rows.assign(**texts).to_csv(
            path, index=False, columns=list(columns), quoting=csv.QUOTE_NONNUMERIC, encoding="utf-8"
        )
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror or error}") from None
    return len(rows)


def neutralised(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula, at the start or after a delimiter."""
    return _FORMULA.sub(r"\1'\2", text)
