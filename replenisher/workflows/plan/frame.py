"""From good reports to one planned frame: everything that is known of each row, its levels by rule, and the plan.

The steps are planning's own (`replenisher.planning`); here they are given what the database and the archive know. A
run and a rehearsal go the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database.orders import InFlight, SeenOrder
from replenisher.database.promises import Promised
from replenisher.database.report_memory import Memory
from replenisher.intake.products import predecessors_of
from replenisher.planning.levels_by_rule import RuledBy, with_demand, with_rules, with_supply
from replenisher.planning.overrides import with_overrides
from replenisher.planning.promises import with_promises
from replenisher.planning.proposal import plan
from replenisher.planning.snapshot import orphans, snapshot, with_levels_only
from replenisher.services import Services
from replenisher.workflows.history.estimate import Wanted, estimated_demand
from replenisher.workflows.plan.findings import Findings
from replenisher.workflows.plan.inputs import Inputs
from replenisher.workflows.plan.supply import supply_of


@dataclass(frozen=True)
class Material:
    """What a batch knows from the database before it asks for reports."""

    locations: list[str]
    own: InFlight
    older_proposals: dict[int, str]
    """Location by id of the order that nobody had approved yet."""
    usual_rows: dict[str, int | None]
    promised: Promised = field(default_factory=Promised)
    memory: Memory = field(default_factory=dict)
    at_platform: dict[str, SeenOrder] = field(default_factory=dict)


def plan_reports(
    services: Services, company: CompanySettings, found: Findings, material: Material, inputs: Inputs
) -> tuple[pd.DataFrame | None, dict[str, pd.DataFrame]]:
    """Plan the good reports as one frame (None without any); gives also, by kind, the rows that no report has."""
    if not found.frames:
        return None, {}
    levels = inputs.levels
    inventory = pd.concat(list(found.frames.values()), ignore_index=True)
    if levels is not None and "on_hand_source" in inventory.columns:
        inventory = with_levels_only(inventory, levels, list(found.frames))
    instead = company.planning.allocated == "orders"
    ours = promised_frame(material.promised)
    ours = ours[ours["location"].isin(list(found.frames))]
    if instead or len(ours):
        inventory = with_promises(inventory, ours, instead=instead)
    supply = supply_of(company, list(found.frames), inputs)
    # After rows that no report has were added: theirs is the same day.
    days = {location: day.toordinal() for location, day in supply["business_date"].items()}
    inventory = inventory.assign(business_date=inventory["location"].astype("str").map(days).astype("int64"))
    in_flight = in_flight_frame(material.own)
    in_flight = in_flight[in_flight["location"].isin(list(found.frames))]
    rows = with_overrides(snapshot(inventory, inputs.products, levels, in_flight), inputs.overrides)
    unmatched = {"in_flight_unmatched": orphans(rows, in_flight), "promised_unmatched": orphans(rows, ours)}
    if levels is not None:
        here = levels[levels["location"].isin(list(found.frames))]
        unmatched["levels_unmatched"] = orphans(rows, here)
    known = described(services, company, rows, supply, inputs)
    rules = company.planning_rules()
    return plan(with_rules(known, RuledBy(inputs.rule_set, company.id), rules), rules), unmatched


def described(
    services: Services, company: CompanySettings, rows: pd.DataFrame, supply: pd.DataFrame, inputs: Inputs
) -> pd.DataFrame:
    """Put beside each row what is known of its demand and supply.

    Demand is there wherever sales reports are read, for people ask what a product sells; supply only where rules or
    calendars go by it.
    """
    found = rows
    if "sales" in company.reports:
        wanted = Wanted(rows[["location", "sku", "category"]], predecessors_of(inputs.products))
        demand = estimated_demand(services, company, wanted, inputs.business_date)
        if demand is not None:
            found = with_demand(found, demand, company.demand.least_known_days)
    return with_supply(found, supply) if inputs.rule_set.rules or company.calendars else found


def promised_frame(found: Promised) -> pd.DataFrame:
    """Put the units that we know to be promised into the frame that planning reads."""
    return pd.DataFrame(
        {
            "location": pd.Series(found.location, dtype="str"),
            "sku": pd.Series(found.sku, dtype="str"),
            "promised": pd.Series(found.units, dtype="int64"),
        }
    )


def in_flight_frame(own: InFlight) -> pd.DataFrame:
    """Put our own open units into the frame that planning reads."""
    return pd.DataFrame(
        {
            "location": pd.Series(own.location, dtype="str"),
            "sku": pd.Series(own.sku, dtype="str"),
            "in_flight": pd.Series(own.in_flight, dtype="int64"),
        }
    )
