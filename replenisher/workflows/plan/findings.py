"""Write down what a batch found out: one row per location, and an exception for everything a person should see."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from replenisher.database import companies, exceptions, run_batches
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun
from replenisher.database.report_memory import Judgement
from replenisher.database.session import Session
from replenisher.errors import ReplenisherError, ReportRefusedError
from replenisher.purchasing.platform import ReportStamp

SHOWN = 5
"""SKUs named in the text of an exception; the rest are counted."""

STAMPED = ("requested_at", "answered_at", "size_bytes")
"""What a report's stamp tells, named as in the row of its location."""

NEGATIVE, INVERTED, BEYOND = "negative_on_hand", "levels_inverted", "level_beyond"


@dataclass
class Findings:
    """What a batch found out about its locations: good reports, when they came, and what was refused and why.

    `judgements` are those of the guards: of every report that could be read and is no derived stock.
    """

    frames: dict[str, pd.DataFrame]
    stamps: dict[str, ReportStamp]
    refused: dict[str, Exception]
    judgements: list[Judgement] = field(default_factory=list)


def location_matter(run: PlanningRun, location: str, kind: str, message: str, report: str | None = None) -> Matter:
    """Describe a matter of one location."""
    return Matter(run.company, kind, location, message, location=location, report=report, run_id=run.id)


def record(
    session: Session,
    run: PlanningRun,
    found: Findings,
    frame: pd.DataFrame | None,
    unmatched: dict[str, pd.DataFrame],
) -> None:
    """Record every location of a batch as planned or refused, with its exceptions."""
    stamps = found.stamps
    for location, error in found.refused.items():
        message = str(error)
        report = error.report if isinstance(error, ReportRefusedError) else "inventory"
        if not isinstance(error, ReportRefusedError):
            message = f"location {location}, inventory report: {message}"
        run_batches.record_location(
            session, run.id, location, "refused", reason=message, **_stamped(stamps.get(location))
        )
        exceptions.raise_matter(session, location_matter(run, location, "location_refused", message, report))
    if frame is not None:
        _record_planned(session, run, found, frame)
    for kind, rows in unmatched.items():
        missing = _skus_by_location(rows)
        exceptions.resolve(session, run.company, [one for one in found.frames if one not in missing], [kind])
        for location, skus in missing.items():
            text = f"location {location}: the inventory report lacks {_named(skus)}"
            exceptions.raise_matter(session, location_matter(run, location, kind, text, "inventory"))


def record_waiting(session: Session, run: PlanningRun, found: Findings, error: ReplenisherError) -> None:
    """Keep why the locations of a postponed batch wait; at the cut-off it says why they are missing."""
    for location in (*found.frames, *found.refused):
        why = found.refused.get(location, error)
        run_batches.record_location(session, run.id, location, "pending", reason=str(why))


def _record_planned(session: Session, run: PlanningRun, found: Findings, frame: pd.DataFrame) -> None:
    quantities = frame["order_quantity"]
    rows = pd.DataFrame({"location": frame["location"], "units": quantities, "ordering_rows": quantities > 0})
    summary = rows.groupby("location", observed=True, sort=False).sum()
    summary = summary.assign(rows=rows.groupby("location", observed=True, sort=False).size())
    # A believed empty report has no row in the frame, and its location is planned all the same.
    summary = summary.set_axis(summary.index.astype("str")).reindex(list(found.frames), fill_value=0)
    planned = list(found.frames)
    figures = {name: summary[name].tolist() for name in ("rows", "ordering_rows", "units")}
    stamped = {name: [getattr(found.stamps.get(one), name, None) for one in planned] for name in STAMPED}
    run_batches.record_planned(session, run.id, {"location": planned, **figures, **stamped})
    companies.remember_report_rows(session, run.company, dict(zip(planned, figures["rows"], strict=True)))
    exceptions.resolve(session, run.company, planned, ["location_refused", "location_missing", "overtaken"])
    _raise_oddities(session, run, frame, planned)


def _raise_oddities(session: Session, run: PlanningRun, frame: pd.DataFrame, planned: list[str]) -> None:
    marks = {NEGATIVE: frame["negative_on_hand"], INVERTED: frame["order_up_to_level"] < frame["reorder_point"]}
    if BEYOND in frame:
        marks[BEYOND] = frame[BEYOND]
    words = {
        NEGATIVE: "less than nothing on hand, planned as 0",
        INVERTED: "a maximum below its minimum, nothing ordered",
        BEYOND: "a level beyond 10,000,000 units by the policy of a rule, nothing ordered",
    }
    for kind, mark in marks.items():
        odd = frame.loc[mark.to_numpy(), ["location", "sku"]]
        found = _skus_by_location(odd)
        for location, skus in found.items():
            text = f"location {location}, inventory report: {_named(skus)} with {words[kind]}"
            exceptions.raise_matter(session, location_matter(run, location, kind, text, "inventory"))
        exceptions.resolve(session, run.company, [one for one in planned if one not in found], [kind])
    if BEYOND not in marks:
        exceptions.resolve(session, run.company, planned, [BEYOND])


def _skus_by_location(rows: pd.DataFrame) -> dict[str, list[str]]:
    grouped = rows.groupby("location", observed=True)["sku"]
    return {str(location): list(skus.astype("str")) for location, skus in grouped}


def _named(skus: list[str]) -> str:
    shown = ", ".join(skus[:SHOWN])
    return f"{len(skus)} SKU(s) ({shown}{', …' if len(skus) > SHOWN else ''})"


def _stamped(stamp: ReportStamp | None) -> dict[str, object]:
    if stamp is None:
        return {}
    return {name: getattr(stamp, name) for name in STAMPED}
