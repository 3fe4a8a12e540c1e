"""Which stock is told as a phantom's: known sales alone are judged, and the least likely is named first."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from replenisher.config import CompanySettings
from replenisher.workflows.plan.phantoms import phantoms

Row = dict[str, Any]


def company(probability: float = 0.001) -> CompanySettings:
    plain = {"id": "14146", "name": "Kentel", "platform": "retail", "time_zone": "America/Regina"}
    return CompanySettings.model_validate(plain | {"guards": {"phantom_probability": probability}})


def silent(
    sku: str, days: int, *, rate: float = 0.3, location: str = "15", on_hand: int = 9, known: bool = True
) -> Row:
    return {
        "location": location,
        "sku": sku,
        "on_hand": on_hand,
        "silent_days": days,
        "rate_before_silence": rate,
        "sd_before_silence": rate**0.5,
        "rate_known": known,
    }


def told(*rows: Row, settings: CompanySettings | None = None) -> dict[str, list[str]]:
    """The SKUs told of each location, in their order."""
    frame = pd.DataFrame(rows).astype({"location": "category", "sku": "category"})
    found = phantoms(settings or company(), frame)
    return {
        location: [finding.sentence.split("SKU ")[1].split(":")[0] for finding in findings]
        for location, findings in found.items()
    }


@pytest.mark.parametrize(("days", "expected"), [(23, {}), (24, {"15": ["A"]})])
def test_a_silence_is_told_once_its_chance_is_below_the_setting(days: int, expected: dict[str, list[str]]) -> None:
    """0.3 a day: exp(-6.9) is 0.00101, exp(-7.2) is 0.00075."""
    assert told(silent("A", days)) == expected


def test_the_least_likely_is_named_first_and_not_the_longest() -> None:
    rows = (silent("long", 40), silent("unlikely", 20, rate=5), silent("likely", 24))
    assert told(*rows) == {"15": ["unlikely", "long", "likely"]}


def test_each_location_is_told_by_itself() -> None:
    assert told(silent("A", 30), silent("A", 30, location="16"), silent("B", 5, location="17")) == {
        "15": ["A"],
        "16": ["A"],
    }


def test_without_stock_there_is_no_phantom() -> None:
    assert told(silent("A", 90, on_hand=0)) == {}


def test_a_location_with_sales_of_too_few_days_is_not_judged() -> None:
    assert told(silent("A", 90, known=False), silent("B", 90)) == {"15": ["B"]}


def test_where_it_is_switched_off_or_nothing_is_known_of_sales_nothing_is_told() -> None:
    assert told(silent("A", 90), settings=company(0)) == {}
    assert phantoms(company(), None) == {}
    assert phantoms(company(), pd.DataFrame({"on_hand": [3]})) == {}
