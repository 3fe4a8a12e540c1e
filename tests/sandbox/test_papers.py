"""What docs/sandbox.md, --help and the code say about switches, faults and operations is the same."""

from __future__ import annotations

import argparse
import ast
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.routing import Route

from replenisher.sandbox import admin
from replenisher.sandbox.__main__ import build_parser
from replenisher.sandbox.faults import ANSWER_FAULTS, DAMAGE_FAULTS, OPERATIONS, SOAP_OPERATIONS
from replenisher.sandbox.interventions import ORDER_ACTIONS
from replenisher.sandbox.openings import open_world
from replenisher.sandbox.platform import Platform
from replenisher.sandbox.soap.operations import SERVICES
from replenisher.sandbox.switches import Setup, Switches
from replenisher.sandbox.world import World

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def _documented(heading: str) -> list[str]:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def _setting_lines(settings: type[Setup] | type[Switches]) -> list[str]:
    lines = []
    for entry in fields(settings):
        default = f"`{entry.default}`"
        choices = ", ".join(f"`{choice}`" for choice in entry.metadata["choices"] if choice != entry.default)
        others = f" (or {choices})" if choices else ""
        lines.append(f"| `--{entry.name.replace('_', '-')}` | {default}{others} | {entry.metadata['help']} |")
    return lines


@pytest.mark.parametrize(("heading", "settings"), [("The world", Setup), ("Switches", Switches)])
def test_the_page_lists_every_setting_with_its_default_and_no_other(
    heading: str, settings: type[Setup] | type[Switches]
) -> None:
    assert _documented(heading) == _setting_lines(settings)


@pytest.mark.parametrize(
    ("heading", "entries"),
    [
        ("Faults of the answer", ANSWER_FAULTS),
        ("Faults of a report", DAMAGE_FAULTS),
        ("Orders, behind the retailer's back", ORDER_ACTIONS),
    ],
)
def test_the_page_lists_every_fault_and_order_action_and_no_other(heading: str, entries: dict[str, str]) -> None:
    assert _documented(heading) == [f"| `{name}` | {text} |" for name, text in entries.items()]


def test_the_page_names_every_operation() -> None:
    assert [line.split("`")[1] for line in _documented("Operations")] == list(OPERATIONS)


def test_the_page_lists_every_soap_operation_with_its_identity_parameters_and_result() -> None:
    lines = []
    for service in SERVICES:
        for one in service.operations.values():
            fields = ", ".join(field.name for field in one.parameters)
            result = f"{one.result.kind}{'[]' if one.result.array else ''}" if one.result else ""
            lines.append(f"| `{service.channel}.{one.name}` | {one.identity.name} | {fields} | {result} |")
    assert _documented("SOAP operations") == lines
    assert [line.split("`")[1] for line in lines] == list(SOAP_OPERATIONS)


def test_the_page_names_every_admin_endpoint() -> None:
    world = World(Setup(companies=1, locations=1, skus=5, history_days=1), Switches())
    open_world(world)
    routes = {
        (method, route.path)
        for route in admin.admin_routes(Platform(world))
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    documented = {tuple(line.split("`")[1].split(" ")) for line in _documented("Endpoints under /admin")}
    assert documented == routes


def _unwrapped(text: str) -> str:
    """Without any space: --help breaks its lines at hyphens too."""
    return "".join(text.split())


def test_help_shows_every_setting_and_its_default() -> None:
    parser = build_parser()
    commands = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    text = _unwrapped(commands.choices["serve"].format_help())
    for settings in (Setup, Switches):
        for entry in fields(settings):
            assert _unwrapped(f"--{entry.name.replace('_', '-')} ") in text
            assert _unwrapped(f"{entry.metadata['help']} (default: {entry.default})") in text


def test_the_sandbox_imports_nothing_of_the_rest_of_the_program() -> None:
    for path in sorted((ROOT / "replenisher" / "sandbox").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                ours = name.split(".")[0] == "replenisher"
                assert not ours or name.startswith("replenisher.sandbox"), f"{path.name} imports {name}"
