"""Settings: read once from a YAML file, frozen, every fault told with file, line and key."""

from replenisher.config.company import ApprovalSettings, CompanySettings
from replenisher.config.guards import Guards
from replenisher.config.loading import effective, load
from replenisher.config.planning import PlanningSettings, WeightSettings
from replenisher.config.platform import Platform, Vendor
from replenisher.config.running import FlowerSettings, LogSettings, Times, Work
from replenisher.config.settings import Settings

__all__ = [
    "ApprovalSettings",
    "CompanySettings",
    "FlowerSettings",
    "Guards",
    "LogSettings",
    "PlanningSettings",
    "Platform",
    "Settings",
    "Times",
    "Vendor",
    "WeightSettings",
    "Work",
    "effective",
    "load",
]
