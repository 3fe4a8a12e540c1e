"""Planners' files written by a test, and what was refused of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from replenisher.errors import PlannerFileError
from replenisher.intake.levels import read_levels
from replenisher.intake.products import read_products

Refused = Callable[..., list[str]]


@pytest.fixture
def products(tmp_path: Path) -> Callable[[str | bytes], pd.DataFrame]:
    """Write a products file and read it."""

    def read(content: str | bytes) -> pd.DataFrame:
        return read_products(_written(tmp_path / "products.csv", content))

    return read


@pytest.fixture
def levels(tmp_path: Path) -> Callable[[str | bytes], pd.DataFrame]:
    """Write a levels file and read it."""

    def read(content: str | bytes) -> pd.DataFrame:
        return read_levels(_written(tmp_path / "levels.csv", content))

    return read


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Read a file, expect a refusal and give its lines with the folder taken off."""

    def lines(read: Callable[[str | bytes], pd.DataFrame], content: str | bytes) -> list[str]:
        with pytest.raises(PlannerFileError) as refusal:
            read(content)
        assert str(refusal.value) == "\n".join(str(fault) for fault in refusal.value.faults)
        return [str(fault).removeprefix(f"{tmp_path}/") for fault in refusal.value.faults]

    return lines


def _written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
