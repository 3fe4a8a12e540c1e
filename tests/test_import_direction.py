"""The ladder: a module imports only from rungs below its own, and each library has one home.

Read with the standard library's `ast`, so that an import inside a function, under `TYPE_CHECKING` or by name counts
like any other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = "replenisher"

LADDER = (
    {"cli", "web", "tasks"},
    {"workflows"},
    {"services"},
    {"channels"},
    {"embedded"},
    {"gateways", "intake", "database", "archive", "outlets"},
    {"config", "logs"},
    {"purchasing"},
    {"planning"},
    {"errors"},
)
"""From the top. Rooms on one rung never import each other."""

BESIDE = {"sandbox"}
"""Imports nothing of the program, and nothing imports it."""

LOW = {"embedded": {"errors"}}
"""Rooms that use less than the rungs below them: the supervisor must start in a moment and on its own."""

HOMES = {
    "sqlalchemy": {"database"},
    "alembic": {"database"},
    "psycopg": {"database"},
    "httpx": {"gateways", "sandbox"},
    "zeep": {"gateways"},
    "lxml": {"gateways"},
    "stamina": {"gateways"},
    "celery": {"tasks"},
    "typer": {"cli"},
    "rich": {"cli"},
    "starlette": {"web", "sandbox"},
    "uvicorn": {"web", "sandbox"},
    "pyarrow": {"archive"},
    "fsspec": {"archive"},
    "pydantic": {"config"},
    "pydantic_core": {"config"},
    "pydantic_settings": {"config"},
    "yaml": {"config"},
    "cronsim": {"config"},
    "structlog": {"logs"},
    # workflows pass frames on unread, and record what closing a run changed in them
    "pandas": {"planning", "purchasing", "gateways", "intake", "archive", "workflows"},
    "numpy": {"planning", "gateways", "intake"},
    "scipy": {"planning"},
    "msgspec": {"gateways", "archive", "sandbox"},
    "orjson": {"gateways", "archive"},
    "redis": set(),
    "kombu": set(),
}
"""Each library and the rooms that may import it; one that is not listed may be imported by nobody."""

PARTS = {"scipy": "scipy.special"}
"""Libraries of which one part alone may be imported: distributions need it, and the rest is heavy."""

EXCEPTIONS = {
    ("replenisher.services", "pydantic"): "the type of a secret, to reveal it to whom it is for",
    ("replenisher.cli.trial", "yaml"): "writes the configuration of the demonstration",
    ("replenisher.workflows.sending", "msgspec"): "the fingerprint of what is sent, over its canonical bytes",
}
"""One module, one library, one reason."""

FORBIDDEN_BESIDES = {
    "celery": "set next_at or call a workflow instead",
    "replenisher.tasks": "set next_at or call a workflow instead",
}
BY_NAME = {"import_module", "__import__", "run_module"}


@dataclass(frozen=True)
class Import:
    """One import: the dotted name that is imported, and where."""

    name: str
    line: int


def imports(source: str) -> Iterator[Import]:
    """Every import of a module, however it is written; a relative one starts with a dot."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            # `from replenisher import tasks` imports the room, not only the package.
            whole = module == OURS or not node.module
            yield from (Import(f"{module}.{alias.name}" if whole else module, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from _by_name(node)


def _by_name(call: ast.Call) -> Iterator[Import]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in BY_NAME:
        first = call.args[0] if call.args else None
        known = isinstance(first, ast.Constant) and isinstance(first.value, str)
        yield Import(first.value if known else "?", call.lineno)  # type: ignore[union-attr]


def room_of(module: str) -> str:
    """The room of one of our modules: `replenisher.plan.x` is in `plan`; the package itself is in none."""
    return module.split(".")[1] if "." in module else ""


def rung_of(room: str) -> int:
    return next(number for number, rung in enumerate(LADDER) if room in rung)


def faults(module: str, source: str) -> list[str]:
    """What is wrong with the imports of one module of ours."""
    found = []
    for one in imports(source):
        reason = _ours(module, one.name) if one.name.split(".")[0] == OURS else _foreign(module, one.name)
        if reason:
            found.append(f"{module}:{one.line}: {one.name}: {reason}")
    return found


def _ours(module: str, name: str) -> str:
    here, there = room_of(module), room_of(name)
    if here == there or name in (OURS, f"{OURS}.__version__"):
        return ""
    if here in BESIDE or there in BESIDE:
        return "the sandbox stands beside the ladder"
    if there not in set().union(*LADDER):
        return "has no rung; give it one in this test and a line in the plan of the house"
    return "" if here and there in LOW.get(here, below(here)) else _why_not(here, there)


def below(room: str) -> set[str]:
    return set().union(*LADDER[rung_of(room) + 1 :])


def _why_not(here: str, there: str) -> str:
    if not here:
        return "the package itself imports nothing"
    if there == "tasks":
        return FORBIDDEN_BESIDES["replenisher.tasks"]
    return f"{here} may import only {', '.join(sorted(LOW[here]))}" if here in LOW else f"{there} is not below {here}"


def _foreign(module: str, name: str) -> str:
    library = name.partition(".")[0]
    if name.startswith("."):
        return "relative imports hide the direction"
    if name == "?":
        return "an import by a computed name cannot be checked"
    if library in sys.stdlib_module_names or (module, library) in EXCEPTIONS:
        return ""
    return _homeless(room_of(module), library, name)


def _homeless(room: str, library: str, name: str) -> str:
    if library not in HOMES:
        return "has no home; give it one in this test"
    if room not in HOMES[library]:
        return FORBIDDEN_BESIDES.get(library, f"lives in {', '.join(sorted(HOMES[library])) or 'no room'}")
    if library in PARTS and not f"{name}.".startswith(f"{PARTS[library]}."):
        return f"only {PARTS[library]} may be imported"
    return ""


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / OURS).rglob("*.py"))
    }


@pytest.mark.parametrize("module", modules())
def test_imports_go_down_the_ladder_and_stay_in_their_homes(module: str) -> None:
    assert faults(module, modules()[module].read_text()) == []


def test_every_room_has_a_rung() -> None:
    rooms = {room_of(module) for module in modules()} - {""}
    assert rooms <= set().union(*LADDER) | BESIDE


def test_migrations_use_the_database_room_alone() -> None:
    for path in (ROOT / "migrations").rglob("*.py"):
        assert faults(f"{OURS}.database.migrations.{path.stem}", path.read_text()) == []


def test_every_exception_is_still_needed() -> None:
    for module, library in EXCEPTIONS:
        used = {one.name.split(".")[0] for one in imports(modules()[module].read_text())}
        assert library in used, f"{module} no longer imports {library}: strike the exception"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("replenisher.planning.policies", "import pandas as pd, numpy as np"),
        ("replenisher.planning.policies", "from scipy.special import ndtri"),
        ("replenisher.workflows.submit", "from replenisher.database import orders"),
        ("replenisher.cli.run", "from replenisher.workflows.plan import start"),
        ("replenisher.gateways.vmi", "from replenisher.purchasing.platform import Location"),
        ("replenisher.gateways.vmi", "from replenisher.gateways.http import Connection"),
        ("replenisher.embedded.client", "from replenisher.errors import EmbeddedServersError"),
        ("replenisher.workflows.plan.due", "from replenisher import __version__"),
        ("replenisher.workflows.ship.announce", "from replenisher.outlets.notices import outlet_named"),
        ("replenisher.sandbox.client", "import httpx, json"),
    ],
)
def test_what_the_house_allows_is_accepted(module: str, source: str) -> None:
    assert faults(module, source) == []


@pytest.mark.parametrize(
    ("module", "source", "reason"),
    [
        ("replenisher.planning.policies", "from replenisher.purchasing import states", "not below"),
        ("replenisher.planning.policies", "from replenisher import config", "not below"),
        ("replenisher.planning.policies", "import replenisher.config.slots", "not below"),
        ("replenisher.database.orders", "from replenisher.gateways.channel import Channel", "not below"),
        ("replenisher.archive", "from replenisher.database.session import Database", "not below"),
        ("replenisher.outlets.notices", "from replenisher.gateways.channel import NoticeDesk", "not below"),
        ("replenisher.services", "from replenisher.workflows.submit import submit_order", "not below"),
        ("replenisher.embedded.client", "from replenisher.logs import get_logger", "only errors"),
        ("replenisher.workflows.submit", "from replenisher.tasks.steps import submit_order", "set next_at"),
        ("replenisher.workflows.submit", "import celery", "set next_at"),
        ("replenisher.cli.up", "from replenisher.tasks import app", "set next_at"),
        ("replenisher.cli.up", "from celery import Celery", "set next_at"),
        ("replenisher.web.app", "from replenisher import tasks", "set next_at"),
        ("replenisher.cli.up", "from replenisher.sandbox.client import SandboxAdmin", "beside"),
        ("replenisher.sandbox.app", "from replenisher.errors import ReplenisherError", "beside"),
        ("replenisher.tasks.app", "import kombu", "no room"),
        ("replenisher.embedded.valkey", "import redis.asyncio", "no room"),
        ("replenisher.workflows.plan.batch", "from sqlalchemy import select", "lives in database"),
        ("replenisher.cli.run", "import pandas", "lives in"),
        ("replenisher.intake.levels", "import yaml", "lives in config"),
        ("replenisher.planning.demand", "import polars", "has no home"),
        ("replenisher.planning.demand", "import scipy.stats", "only scipy.special"),
        ("replenisher.planning.demand", "from scipy import optimize", "only scipy.special"),
        ("replenisher.purchasing.approval", "from scipy.special import ndtri", "lives in planning"),
        ("replenisher.cli.run", "from replenisher.utils import chunks", "no rung"),
        ("replenisher", "from replenisher.errors import ReplenisherError", "imports nothing"),
        ("replenisher.planning.policies", "from . import frames", "relative"),
        ("replenisher.planning.policies", "from ..database import orders", "relative"),
        ("replenisher.planning.policies", "def f():\n    import httpx", "lives in"),
        (
            "replenisher.planning.policies",
            "if TYPE_CHECKING:\n    from replenisher.config import Settings",
            "not below",
        ),
        ("replenisher.planning.policies", "import importlib\nimportlib.import_module('httpx')", "lives in"),
        ("replenisher.planning.policies", "__import__('replenisher.config')", "not below"),
        ("replenisher.planning.policies", "from importlib import import_module\nimport_module(name)", "computed"),
        ("replenisher.planning.policies", "try:\n    import orjson\nexcept ImportError:\n    pass", "lives in"),
    ],
)
def test_what_the_house_forbids_is_seen(module: str, source: str, reason: str) -> None:
    (fault,) = faults(module, source)
    assert reason in fault
