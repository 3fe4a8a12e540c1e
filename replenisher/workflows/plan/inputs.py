"""What a run plans on besides the reports: read once when it starts, kept in the archive, the same for every batch.

The names in `runs.inputs` say what is there: `rules` always (the company's effective settings), `products`, `levels`,
`policy_rules` (the planners' rules file), `vendor_stock`, `overrides` and `lead_times` where there are any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.config.rules_file import read_rules
from replenisher.database import lead_times
from replenisher.database.lead_times import LeadTime
from replenisher.database.models import PlanningRun
from replenisher.intake.levels import read_levels
from replenisher.intake.products import read_products
from replenisher.intake.vendor_stock import read_vendor_stock
from replenisher.planning.rule_set import PlanningRuleSet, document_of, rule_set_of
from replenisher.services import Services
from replenisher.workflows.plan.limiting import STOCK
from replenisher.workflows.plan.overrides import overrides_now

LeadTimes = Mapping[str | None, LeadTime]
EVERY_LOCATION = ""
"""The name under which an archived document has the lead times of the whole company."""


@dataclass(frozen=True)
class Inputs:
    """What a batch plans on besides its reports; `instant` (UTC) is when the run opened, for the calendars."""

    business_date: date
    instant: datetime
    products: pd.DataFrame | None = None
    levels: pd.DataFrame | None = None
    rule_set: PlanningRuleSet = field(default_factory=PlanningRuleSet)
    lead_times: LeadTimes = field(default_factory=dict)
    vendor_stock: pd.DataFrame | None = None
    overrides: pd.DataFrame | None = None


def read_inputs(
    services: Services, company: CompanySettings, business_date: date, instant: datetime, run_id: int | None = None
) -> Inputs:
    """Read planners' files and overrides (of this run too), and measure lead times.

    Raises ConfigurationError with every fault of a file.
    """
    settings = services.settings
    products, levels = settings.products_file_of(company), settings.levels_file_of(company)
    rules, stock = settings.rules_file_of(company), settings.vendor_stock_file_of(company)
    rule_set = PlanningRuleSet() if rules is None else read_rules(rules)
    measured: LeadTimes = {}
    if rule_set.rules and company.planning.lead_time == "measured":
        with services.database.transaction() as session:
            measured = lead_times.measured_lead_times(session, company.id)
    return Inputs(
        business_date,
        instant,
        None if products is None else read_products(products),
        None if levels is None else read_levels(levels),
        rule_set,
        measured,
        None if stock is None else read_vendor_stock(stock),
        overrides_now(services, company, business_date, run_id),
    )


def freeze_inputs(services: Services, company: CompanySettings, inputs: Inputs) -> dict[str, Any]:
    """Put inputs and effective settings in the archive; gives their names there."""
    archive = services.archive
    names: dict[str, Any] = {"rules": archive.put_document(rules_document(company))}
    frames = {
        "products": inputs.products,
        "levels": inputs.levels,
        STOCK: inputs.vendor_stock,
        "overrides": inputs.overrides,
    }
    for name, frame in frames.items():
        if frame is not None:
            names[name] = archive.put_frame(frame)
    if inputs.rule_set.rules:
        names["policy_rules"] = archive.put_document(document_of(inputs.rule_set))
    if inputs.lead_times:
        kept = {EVERY_LOCATION if one is None else one: asdict(found) for one, found in inputs.lead_times.items()}
        names["lead_times"] = archive.put_document(kept)
    return names


def frozen_inputs(services: Services, run: PlanningRun) -> Inputs:
    """Give what the batches of a run plan on, from the archive; the vendor's stock is the matter of its close."""
    archive, names = services.archive, run.inputs
    frames = {name: archive.get_frame(names[name]) for name in ("products", "levels", "overrides") if name in names}
    kept = archive.get_document(names["lead_times"]) if "lead_times" in names else {}
    return Inputs(
        run.slot.date(),
        run.opened_at,
        frames.get("products"),
        frames.get("levels"),
        rule_set_of_run(services, run),
        {one or None: LeadTime(**found) for one, found in kept.items()},
        overrides=frames.get("overrides"),
    )


def rule_set_of_run(services: Services, run: PlanningRun) -> PlanningRuleSet:
    """Give the rules file that a run was started with; none for a run without one."""
    name = run.inputs.get("policy_rules")
    return PlanningRuleSet() if name is None else rule_set_of(services.archive.get_document(name))


def rules_document(company: CompanySettings) -> dict[str, Any]:
    """Give the effective rules of a company as a document that can be archived."""
    kept = {"planning", "demand", "calendars", "approval", "guards", "committed", "report_days"}
    return company.model_dump(mode="json", include=kept)
