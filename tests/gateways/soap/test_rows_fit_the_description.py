"""Every table of rows names elements that the packaged descriptions have, read by a reader of the right kind."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import replenisher.gateways
from replenisher.gateways.soap.cells import DESCRIBED_AS
from replenisher.gateways.soap.packaged import described_types
from replenisher.gateways.soap.rows import Rows

KNOWN = {wsdl: described_types(wsdl) for wsdl in ("vmi", "cmi")}  # type: ignore[arg-type]


def modules() -> list[ModuleType]:
    """Every module of the gateways that speak SOAP, whoever wrote it."""
    path = replenisher.gateways.__path__
    names = [one.name for one in pkgutil.walk_packages(path, "replenisher.gateways.") if not one.ispkg]
    return [importlib.import_module(name) for name in names if name.split(".")[2] in {"soap", "vmi", "cmi"}]


def tables() -> dict[str, Rows]:
    return {
        f"{module.__name__.removeprefix('replenisher.gateways.')}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, Rows)
    }


def test_the_tables_are_found() -> None:
    assert {"soap.stores.STORES", "soap.orders.DATA", "vmi.inventory.PRODUCTS", "vmi.returns.RETURNS"} <= set(tables())


@pytest.mark.parametrize("name", tables())
def test_every_element_exists_with_a_fitting_type(name: str) -> None:
    table = tables()[name]
    described = [types[table.row] for types in KNOWN.values() if table.row in types]
    assert described, f"no description has {table.row}"
    assert table.key in table.cells
    for elements in described:
        for column, cell in table.cells.items():
            assert cell.name in elements, f"{column}: {table.row} has no {cell.name}"
            assert elements[cell.name] in DESCRIBED_AS[cell.read], f"{column} is {elements[cell.name]}"


def test_a_slip_in_a_table_would_be_seen() -> None:
    elements = KNOWN["vmi"]["Adjustment"]
    assert "VendorSKU" not in elements
    assert elements["VendorSku"] in DESCRIBED_AS[tables()["vmi.movements.ADJUSTMENT_ROWS"].cells["sku"].read]
