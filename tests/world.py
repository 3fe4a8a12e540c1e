"""A small world to test in: a sandbox process, planners' files, and a configuration with short times."""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from replenisher.config import Settings, load
from replenisher.database import due
from replenisher.sandbox.client import SandboxAdmin
from replenisher.services import Services
from replenisher.workflows.fulfil.settle import settle_update
from replenisher.workflows.fulfil.update import send_update
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.start import start_run
from replenisher.workflows.reconcile import reconcile_order
from replenisher.workflows.sell.follow import follow_sale
from replenisher.workflows.sell.settle import settle_sale
from replenisher.workflows.sell.submit import submit_sale
from replenisher.workflows.ship.announce import announce_notice
from replenisher.workflows.ship.settle import settle_notice
from replenisher.workflows.submit import submit_order
from replenisher.workflows.sweep import sweep
from replenisher.workflows.track import track_order

SMALL = ("--companies", "2", "--locations", "3", "--skus", "40", "--creation-delay", "0.05")

SHORT_TIMES = {
    "tick": 0.5,
    "sweep": 0.2,
    "rehint": 1.0,
    "lease": 100.0,
    "send_guard": 30.0,
    "look_ups": [0.2, 0.5, 1.0],
    "settle_window": 2.0,
    "polls": [0.05, 0.1, 0.2],
    "poll_limit": 3.0,
    "track_every": 0.2,
    "resubmit_wait": 0.1,
    "batch_lease": 100.0,
}
"""Seconds; the daemon's own defaults are minutes.

What is waited for is short. What must not run out on a busy machine is long: a test in which it does says so.
"""

PATIENT_CALLS = {
    "deadline_seconds": 60.0,
    "connect_seconds": 30.0,
    "read_seconds": 60.0,
    "read_total_seconds": 60.0,
    "read_attempts": 2,
}
HASTY_CALLS = {"deadline_seconds": 2.0, "connect_seconds": 2.0, "read_seconds": 2.0, "read_total_seconds": 2.0}
"""Of a world in which the platform leaves a call unanswered."""


@contextlib.contextmanager
def started_sandbox(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run a sandbox process and give its ready line; later arguments win over the small defaults."""
    command = [sys.executable, "-m", "replenisher.sandbox", "serve", "--exit-with-parent", *SMALL, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())
        finally:
            server.terminate()
            server.wait(timeout=10)


def services_of(sandbox: dict[str, Any]) -> dict[str, Any]:
    """The further services of a platform, as the configuration names them."""
    names = ("orders", "purchase_orders", "sales_orders")
    return {name: {"base_url": sandbox[f"{name}_url"]} for name in names if f"{name}_url" in sandbox}


@dataclass
class World:
    """One test's folder with everything a command needs."""

    folder: Path
    sandbox: dict[str, Any]
    database_url: str
    broker_url: str
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def admin(self) -> SandboxAdmin:
        return SandboxAdmin(self.sandbox["url"])

    @property
    def company(self) -> str:
        return str(self.sandbox["companies"][0]["id"])

    @property
    def locations(self) -> list[str]:
        return [str(location) for location in self.sandbox["companies"][0]["locations"]]

    def document(self) -> dict[str, Any]:
        """The configuration as plain data; tests change it before it is written."""
        document = {
            "vendor": {"id": str(self.sandbox["vendor_id"]), "name": "Acme Accessories"},
            "data_folder": str(self.folder / "var"),
            "database_url": self.database_url,
            "broker_url": self.broker_url,
            "platforms": {
                "retail": {
                    "base_url": self.sandbox["vendor_inventory_url"],
                    "accounts_url": self.sandbox["accounts_url"],
                    "username": self.sandbox["username"],
                    "password": "${file:password}",
                    "client_id": self.sandbox["client_id"],
                    "client_secret": "${file:client_secret}",
                    **services_of(self.sandbox),
                    **PATIENT_CALLS,
                }
            },
            "companies": [
                {
                    "id": str(company["id"]),
                    "name": company["name"],
                    "platform": "retail",
                    "time_zone": "America/Regina",
                    "approval": {"value_limit": None},
                    "reports": ["inventory"],
                }
                for company in self.sandbox["companies"]
            ],
            "products_file": "products.csv",
            "times": dict(SHORT_TIMES),
            "work": {"batch_locations": 2},
        }
        return _merged(document, self.changes)

    def write(self) -> Path:
        """Write the configuration, its secrets and the planners' files; gives the configuration's path."""
        secrets = {"password": self.sandbox["password"], "client_secret": self.sandbox["client_secret"]}
        for name, secret in secrets.items():
            path = self.folder / name
            path.write_text(secret)
            path.chmod(0o600)
        if not (self.folder / "products.csv").exists():
            (self.folder / "products.csv").write_text(products_csv())
        path = self.folder / "replenisher.yaml"
        path.write_text(yaml.safe_dump(self.document(), sort_keys=False))
        return path

    def settings(self) -> Settings:
        """The settings as a command would load them."""
        return load(self.write())


@functools.cache
def products_csv() -> str:
    """The products file of the small sandbox's catalog, as its planners would keep it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "replenisher.sandbox", "files", "--folder", folder, *SMALL[:6]]
        subprocess.run(command, check=True, capture_output=True)
        return (Path(folder) / "products.csv").read_text()


def _merged(document: Any, changes: Any) -> Any:
    if isinstance(document, dict) and isinstance(changes, dict):
        return {**document, **{key: _merged(document.get(key), value) for key, value in changes.items()}}
    return changes


def drain(services: Services, *, until: Callable[[], bool] | None = None, rounds: int = 200) -> None:
    """Do by hand what workers do on hints, until nothing is due now (or `until` holds)."""
    for _ in range(rounds):
        found = sweep(services)
        work = [
            *((start_run, (run,)) for run in found.runs),
            *((plan_batch, batch) for batch in found.batches),
            *((close_run, (run,)) for run in found.runs),
            *((submit_order, (order,)) for order in found.to_send),
            *((track_order, (order,)) for order in found.to_track),
            *((reconcile_order, (order,)) for order in found.to_reconcile),
            *((announce_notice, (notice,)) for notice in found.to_announce),
            *((settle_notice, (notice,)) for notice in found.to_settle),
            *((send_update, (update,)) for update in found.to_fulfil),
            *((settle_update, (update,)) for update in found.to_settle_updates),
            *((submit_sale, (sale,)) for sale in found.to_sell),
            *((follow_sale, (sale,)) for sale in found.to_follow_sales),
            *((settle_sale, (sale,)) for sale in found.to_settle_sales),
        ]
        for step, ids in work:
            step(services, *ids)
        if (until is not None and until()) or (until is None and not work):
            return
        wait_a_moment(services)


def wait_a_moment(services: Services) -> None:
    """Let a fraction of a second pass by the database's clock, the one that decides what is due."""
    with services.database.transaction() as session:
        session.execute(due.text("SELECT pg_sleep(0.05)"))
