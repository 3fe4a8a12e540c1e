"""Stock that reports show and shelves may not hold: one exception a location, which goes when its products sell again.

What is probable is `planning.phantom_stock`'s to say; a location with sales of too few days known is not judged.
"""

from __future__ import annotations

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import exceptions
from replenisher.database.models import PlanningRun
from replenisher.database.session import Session
from replenisher.planning.data_guards import Finding, GuardLimits
from replenisher.planning.phantom_stock import Silences, chance_of_silence, phantom_findings
from replenisher.workflows.plan.findings import Findings, location_matter

KIND = "phantom_stock"


def phantoms(company: CompanySettings, frame: pd.DataFrame | None) -> dict[str, list[Finding]]:
    """Find by location the products of a planned frame whose stock is probably not there, the least likely first."""
    probability = company.guards.phantom_probability
    if frame is None or probability == 0 or "silent_days" not in frame:
        return {}
    judged = frame[frame["rate_known"].to_numpy() & (frame["silent_days"] > 0).to_numpy()]
    figures = (judged[name].to_numpy() for name in ("rate_before_silence", "sd_before_silence", "silent_days"))
    judged = judged.assign(chance=chance_of_silence(*figures)).sort_values("chance", kind="stable")
    silences = Silences(
        location=judged["location"].array,
        sku=judged["sku"].array,
        on_hand=judged["on_hand"].to_numpy(),
        days=judged["silent_days"].to_numpy(),
        rate_per_day=judged["rate_before_silence"].to_numpy(),
        spread_per_day=judged["sd_before_silence"].to_numpy(),
    )
    found: dict[str, list[Finding]] = {}
    for finding in phantom_findings(silences, GuardLimits(phantom_probability=probability)):
        found.setdefault(finding.location, []).append(finding)
    return found


def record_phantoms(session: Session, run: PlanningRun, found: Findings, suspected: dict[str, list[Finding]]) -> None:
    """Raise an exception for each location with such products, and resolve those of the others."""
    for location, findings in suspected.items():
        more = len(findings) - 1
        rest = "" if not more else f". So it is with {more:,} more product{'s' if more > 1 else ''} of the location"
        matter = location_matter(run, location, KIND, findings[0].sentence + rest, "inventory")
        exceptions.raise_matter(session, matter)
    exceptions.resolve(session, run.company, [one for one in found.frames if one not in suspected], [KIND])
