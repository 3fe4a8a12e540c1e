"""A world to try things in: a sandbox process, planners' files for its catalog, and a configuration that names both."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import yaml

from replenisher.cli.processes import Child
from replenisher.errors import ReplenisherError

READY_SECONDS = 30.0
MARK = "made-by-a-trial"
REST = "vendor_inventory"
SERVICES = ("orders", "purchase_orders", "sales_orders")
"""The further services of the sandbox."""
_LEVELS: Mapping[str, tuple[str, Sequence[str]]] = {
    REST: (".", ()),
    "vmi": ("vmi", ("--ids", "soap")),
    "cmi": ("cmi", ("--ids", "soap", "--every-level")),
}
"""Where a channel's planners' files are below the trial's folder, and how the sandbox is asked for them: SOAP knows
locations by other ids, and CMI has no report with the retailer's levels."""
_held: list[IO[str]] = []
_ZONES = ("America/Regina", "America/Toronto", "America/Vancouver")


def fresh_folder(folder: Path) -> Path:
    """Make the folder empty: a new sandbox knows nothing of the orders of an earlier one.

    Only a folder that an earlier trial made is emptied; ReplenisherError for any other, and for one in use.
    """
    mark = folder / MARK
    if folder.is_dir() and any(folder.iterdir()):
        if not mark.is_file():
            raise ReplenisherError(f"{folder} is not empty and was not made by a trial; move it away or empty it")
        with mark.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ReplenisherError(f"another trial is running in {folder}; stop it first") from error
            for entry in folder.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                elif entry != mark:
                    entry.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    # Held until this process ends: the next trial waits for us to be gone before it empties the folder.
    _held.append(mark.open())
    fcntl.flock(_held[-1], fcntl.LOCK_EX)
    return folder


def sandbox_child(folder: Path, options: Sequence[str]) -> Child:
    """Describe the sandbox process; it writes where it answers into the folder."""
    ready = folder / "sandbox.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "replenisher.sandbox", "serve", "--exit-with-parent"]
    return Child("sandbox", [*command, "--ready-file", str(ready), *options])


def wait_for_sandbox(folder: Path) -> dict[str, Any]:
    """Wait until the sandbox has written where it answers."""
    ready = folder / "sandbox.json"
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            told: dict[str, Any] = json.loads(ready.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
            continue
        return told
    raise ReplenisherError(f"the sandbox did not start within {READY_SECONDS:g} s; its lines above say why")


def write_planners_files(folder: Path, options: Sequence[str]) -> None:
    """Write the planners' files of the sandbox's catalog: products, counts, and levels for every channel."""
    for below, given in _LEVELS.values():
        command = [sys.executable, "-m", "replenisher.sandbox", "files", "--folder", str(folder / below), *given]
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


def write_configuration(
    folder: Path,
    ready: Mapping[str, Any],
    times: Mapping[str, Any] | None = None,
    channels: Sequence[str] = (REST,),
    settings_of: Mapping[int, Mapping[str, Any]] | None = None,
) -> Path:
    """Write a configuration for the running sandbox into the folder; gives its path.

    The companies take the channels in turn; `settings_of` adds settings to some of them, by place.
    """
    for name in ("password", "client_secret"):
        path = folder / f"sandbox-{name}"
        path.touch(mode=0o600)
        path.write_text(str(ready[name]))
    document: dict[str, Any] = {
        "vendor": {"id": str(ready["vendor_id"]), "name": "Acme Accessories"},
        "data_folder": ".",
        "products_file": "products.csv",
        "levels_file": "levels.csv",
        "platforms": {"sandbox": _platform(ready)},
        "companies": [
            _company(place, company, channels[place % len(channels)], (settings_of or {}).get(place, {}))
            for place, company in enumerate(ready["companies"])
        ],
        "logs": {"format": "console"},
    }
    if times:
        document["times"] = dict(times)
    path = folder / "replenisher.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    return path


def _platform(ready: Mapping[str, Any]) -> dict[str, Any]:
    """Name every service; which of them a company uses is for its channel, its order desk and its jobs to say."""
    account = {
        "vendor_id": ready["vendor_guid"],
        "username": ready["username"],
        "password": "${file:sandbox-password}",
    }
    return {
        "base_url": ready["vendor_inventory_url"],
        "accounts_url": ready["accounts_url"],
        "username": ready["username"],
        "password": "${file:sandbox-password}",
        "client_id": ready["client_id"],
        "client_secret": "${file:sandbox-client_secret}",
        "vmi": {"url": ready["vmi_url"], **account},
        "cmi": {"url": ready["cmi_url"], **account},
        **{name: {"base_url": ready[f"{name}_url"]} for name in SERVICES},
    }


def _company(place: int, company: Mapping[str, Any], channel: str, further: Mapping[str, Any]) -> dict[str, Any]:
    levels, _ = _LEVELS[channel]
    # An order that nobody is billed for cannot be processed by the Order service.
    billed = {"billing_customer_id": company["customers"][0]} if further.get("order_desk") == "orders" else {}
    return {
        "id": str(company["id"] if channel == REST else company["guid"]),
        "name": company["name"],
        "channel": channel,
        "platform": "sandbox",
        "time_zone": _ZONES[place % len(_ZONES)],
        "schedule": "0 5 * * *",
        "levels_file": str(Path(levels) / "levels.csv"),
        "approval": {"value_limit": "7500.00"},
        **further,
        **({"orders": billed | dict(further.get("orders", {}))} if billed else {}),
    }


def counts_of(folder: Path, company: str, stores: Collection[str]) -> Path:
    """Write the counts of a company's own stores into a file of their own, beside those of all stores."""
    below, _ = _LEVELS["cmi"]
    header, *rows = (folder / below / "counts.csv").read_text().splitlines()
    path = folder / below / f"counts-{company}.csv"
    path.write_text("\n".join([header, *(row for row in rows if row.partition(",")[0] in stores)]) + "\n")
    return path


def advance(folder: Path, days: int) -> None:
    """Let days pass in the running sandbox."""
    _tell_sandbox(folder, "advance", "--days", str(days))


def lose_answers(folder: Path, operations: Sequence[str]) -> None:
    """Have the running sandbox do what it is asked and answer nothing: the next call of each of these operations."""
    faults = [json.dumps({"operation": name, "fault": "accepted_then_reset"}) for name in operations]
    _tell_sandbox(folder, "faults", *(word for fault in faults for word in ("--add", fault)))


def ask_sandbox(folder: Path, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Send the running sandbox a request below /admin, a GET where there is no body; gives the decoded answer."""
    how = ("GET", path) if body is None else ("POST", path, json.dumps(body))
    return json.loads(_tell_sandbox(folder, "ask", *how))


def _tell_sandbox(folder: Path, command: str, *words: str) -> str:
    url = json.loads((folder / "sandbox.json").read_text())["url"]
    line = [sys.executable, "-m", "replenisher.sandbox", command, "--url", url, *words]
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own program
