"""The files that planners keep: what each is, where it is, and what reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from replenisher.config import CompanySettings, Settings
from replenisher.config.rules_file import read_rules
from replenisher.intake.levels import read_levels
from replenisher.intake.products import read_products
from replenisher.intake.vendor_stock import read_vendor_stock

PlannersFiles = list[tuple[str, Path, Callable[[Path], Any]]]
PRODUCTS, LEVELS, VENDOR_STOCK, RULES = "products", "levels", "vendor stock", "rules"


def planners_files(settings: Settings, company: CompanySettings) -> PlannersFiles:
    """List a company's files: kind, path and reader of each, which raises ConfigurationError with every fault."""
    every = (
        (PRODUCTS, settings.products_file_of(company), read_products),
        (LEVELS, settings.levels_file_of(company), read_levels),
        (VENDOR_STOCK, settings.vendor_stock_file_of(company), read_vendor_stock),
        (RULES, settings.rules_file_of(company), read_rules),
    )
    return [(kind, path, read) for kind, path, read in every if path is not None]
