"""Start a run: list the locations, freeze every input, and cut the locations into batches.

1. Claim the open run, so that one worker starts it.
2. Ask the platform for the enabled locations (no session open meanwhile).
3. Put the planners' files, the rules and the overrides in force in the archive: every batch plans on the same inputs.
4. Write batches and locations; each batch is due at once, the run itself at its cut-off.
5. Remember how the companies stand at the platform, for `status`; the run does not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from replenisher.config import CompanySettings
from replenisher.database import companies, exceptions, run_batches, runs
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun
from replenisher.errors import ArchiveError, ConfigurationError, CredentialsError, ForbiddenError, GatewayError
from replenisher.logs import get_logger
from replenisher.purchasing.platform import Location
from replenisher.services import Services
from replenisher.workflows.pauses import pause_platform
from replenisher.workflows.plan.close_matters import tell_unknown
from replenisher.workflows.plan.failing import fail_run
from replenisher.workflows.plan.inputs import freeze_inputs, read_inputs
from replenisher.workflows.plan.limiting import unknown_in_stock
from replenisher.workflows.standings import remember_standings

log = get_logger(__name__)


def start_run(services: Services, run_id: int) -> None:
    """Bring an open run to `reading`; does nothing when it is not open or another worker has it."""
    with services.database.transaction() as session:
        run = runs.claim_run(session, run_id, states=["open"], lease=services.settings.times.batch_lease)
        now = companies.now(session)
    if run is None:
        return
    company = services.settings.company(run.company)
    if now >= run.cut_off_at:
        with services.database.transaction() as session:
            fail_run(session, run, f"it could not start before its cut-off; {run.reason or 'no worker took it up'}")
        return
    try:
        listed = services.channel(company).locations(company.id)
        read = read_inputs(services, company, run.slot.date(), run.opened_at, run.id)
        inputs = freeze_inputs(services, company, read)
    except (CredentialsError, ForbiddenError) as error:
        pause_platform(services, company, error)
        _postpone(services, run, error)
        if isinstance(error, ForbiddenError):  # refused credentials are not tried a second time
            remember_standings(services, company)
    except (GatewayError, ArchiveError) as error:
        _postpone(services, run, error)
    except ConfigurationError as error:
        with services.database.transaction() as session:
            fail_run(session, run, str(error), kind="planner_file")
    else:
        _begin(services, company, run, listed, inputs)
        remember_standings(services, company)


def wanted_locations(
    company: CompanySettings, only: Sequence[str] | None, listed: Sequence[Location]
) -> tuple[list[str], list[str]]:
    """Give the locations to plan (`only` these, else the company's), and those asked for that are not enabled."""
    enabled = {location.id for location in listed}
    asked = list(dict.fromkeys(only or company.locations or sorted(enabled)))
    return [location for location in asked if location in enabled], [one for one in asked if one not in enabled]


def _begin(
    services: Services, company: CompanySettings, run: PlanningRun, listed: list[Location], inputs: dict[str, Any]
) -> None:
    wanted, absent = wanted_locations(company, run.only_locations, listed)
    size = services.settings.work.batch_locations
    batches = [wanted[first : first + size] for first in range(0, len(wanted), size)]
    unknown = unknown_in_stock(services.archive, inputs)
    with services.database.transaction() as session:
        due = {} if batches else {"next_at": companies.now(session)}
        if not runs.move_run(session, run, "reading", inputs=inputs, attempts=0, **({"next_at": run.cut_off_at} | due)):
            return
        gone = companies.record_locations(session, company.id, listed)
        run_batches.add_batches(session, run.id, batches)
        for location in {*gone, *absent}:
            exceptions.raise_matter(
                session,
                Matter(
                    company.id,
                    "location_gone",
                    location,
                    f"location {location} is not in the retailer's list of enabled locations: nothing is ordered there",
                    location=location,
                    run_id=run.id,
                ),
            )
        tell_unknown(session, run, unknown)
        exceptions.resolve(session, company.id, [location.id for location in listed], ["location_gone"])
        exceptions.resolve(session, company.id, [company.id], ["run_failed", "planner_file", "platform_unreachable"])
    log.info("run_started", company=company.id, run_id=run.id, locations=len(wanted), batches=len(batches))


def _postpone(services: Services, run: PlanningRun, error: GatewayError | ArchiveError) -> None:
    log.warning("run_start_postponed", company=run.company, run_id=run.id, error=str(error))
    what = "the archive cannot be used" if isinstance(error, ArchiveError) else "the list of locations cannot be read"
    text = f"{what}; it is tried again until the cut-off: {error}"
    report = None if isinstance(error, ArchiveError) else "locations"
    with services.database.transaction() as session:
        runs.release_run(session, run, services.settings.times.resubmit_wait, reason=text)
        matter = Matter(run.company, "platform_unreachable", run.company, text, report=report, run_id=run.id)
        exceptions.raise_matter(session, matter)
