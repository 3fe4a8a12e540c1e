"""Is a report whole? Missing is not zero: an empty or halved report refuses its location, never orders everything."""

from __future__ import annotations

from replenisher.config import Guards
from replenisher.errors import ReportRefusedError

REPORT = "inventory"


def guard(guards: Guards, location: str, rows: int, usual_rows: int | None) -> ReportRefusedError | None:
    """Judge a report by its rows; `usual_rows` is what the location's last good report had, None for the first.

    Worked example: 250 rows usually and a share of 0.5 refuse 124 rows and accept 125.
    """
    if rows == 0 and not guards.accept_empty:
        reason = (
            "the report is empty. If the location really carries nothing, set guards.accept_empty: true for its company"
        )
        return ReportRefusedError(location=location, report=REPORT, reason=reason)
    if usual_rows and rows < usual_rows * guards.minimum_rows_share:
        reason = (
            f"only {rows} rows, the last good report had {usual_rows}: less than the share "
            f"guards.minimum_rows_share = {guards.minimum_rows_share:g}. If that is right, lower the share for one run"
        )
        return ReportRefusedError(location=location, report=REPORT, reason=reason)
    return None
