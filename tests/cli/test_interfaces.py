"""The table of interfaces is what the program does: no operation is missing, none is dead, every caller calls it."""

from __future__ import annotations

import ast
import importlib
from collections import Counter
from pathlib import Path

import pytest

from replenisher.cli.interface_table import ERRORS, INTERFACES, OPERATIONS, Operation
from replenisher.cli.interfaces import called, render
from replenisher.gateways.channel import Channel, CustomerOrders, OrderDetails, SaleDesk
from replenisher.sandbox.faults import OPERATIONS as REST_OPERATIONS
from replenisher.sandbox.soap.operations import OPERATION_NAMES

ROOT = Path(__file__).parent.parent.parent


def test_every_operation_that_the_platform_documents_is_in_the_table_once() -> None:
    listed = Counter(operation.audited for operation in OPERATIONS)
    assert sorted(listed) == sorted({*REST_OPERATIONS, *OPERATION_NAMES})
    assert max(listed.values()) == 1


def test_interfaces_and_errors_are_known_and_all_used() -> None:
    assert list(dict.fromkeys(operation.interface for operation in OPERATIONS)) == list(INTERFACES)
    assert {operation.errors for operation in OPERATIONS} == set(ERRORS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_the_caller_calls_it(operation: Operation) -> None:
    source = ROOT / (operation.caller.replace(".", "/") + ".py")
    importlib.import_module(operation.caller)
    used = {node.attr for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Attribute)}
    assert operation.method in used


def test_every_method_of_every_desk_has_a_caller() -> None:
    """What a protocol promises and nobody calls would be dead code, or an operation that the table forgot."""
    called_somewhere = set()
    for path in (ROOT / "replenisher").rglob("*.py"):
        if path.parts[-2] != "gateways" or path.name not in ("composed.py", "channel.py"):
            tree = ast.parse(path.read_text())
            called_somewhere |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    promised = {
        name
        for protocol in (Channel, CustomerOrders, OrderDetails, SaleDesk)
        for name in dir(protocol)
        if not name.startswith("_")
    }
    assert promised - called_somewhere == set()


def test_the_page_is_what_the_table_says() -> None:
    page = (ROOT / "docs" / "interfaces.md").read_text()
    assert page == render(), "stale: replenisher interfaces --markdown > docs/interfaces.md"


def test_calls_are_told_by_operation_with_what_came_of_them() -> None:
    told = {operation.name: (calls, text) for operation, calls, text in called({"token": {"200": 3, "400": 1}})}
    assert told["accounts.token"] == (4, "3 x 200, 1 x 400")
    assert told["vmi.Ping"] == (0, "never")
