"""deploy/ runs exactly what `replenisher up` and the tests run."""

from __future__ import annotations

import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from replenisher.cli.processes import BEAT, FLOWER, WORKER

DEPLOY = Path(__file__).parents[2] / "deploy"
COMMANDS = {"worker": WORKER, "beat": BEAT, "flower": FLOWER, "migrate": ("replenisher", "migrate")}


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read(DEPLOY / "systemd" / f"replenisher-{name}.service")
    return parser


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def without_addresses(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if not word.startswith(("--address=", "--port=")))


@pytest.mark.parametrize("name", COMMANDS)
def test_compose_runs_what_up_runs(compose: dict[str, Any], name: str) -> None:
    assert without_addresses(compose["services"][name]["command"]) == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_systemd_runs_what_up_runs(name: str) -> None:
    program, *words = shlex.split(unit(name)["Service"]["ExecStart"])
    assert without_addresses([Path(program).name, *words]) == COMMANDS[name]


def test_only_flower_has_a_port_and_only_on_loopback(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"flower": ["127.0.0.1:5555:5555"]}
    assert "--address=127.0.0.1" in unit("flower")["Service"]["ExecStart"]


def test_no_container_and_no_unit_runs_as_root(compose: dict[str, Any]) -> None:
    assert "\nUSER replenisher\n" in (DEPLOY / "Dockerfile").read_text()
    for name in COMMANDS:
        assert unit(name)["Service"]["User"] == "replenisher"
        assert compose["services"][name]["cap_drop"] == ["ALL"]


def test_a_stop_waits_for_the_longest_call(compose: dict[str, Any]) -> None:
    for name in ("worker", "beat"):
        assert compose["services"][name]["stop_grace_period"] == "150s"
        assert unit(name)["Service"]["TimeoutStopSec"] == "150"
        assert unit(name)["Service"]["KillSignal"] == "SIGTERM"


def test_every_secret_that_a_service_mounts_is_a_file(compose: dict[str, Any]) -> None:
    declared = compose["secrets"]
    assert all(set(secret) == {"file"} for secret in declared.values())
    for service in compose["services"].values():
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in declared


def test_the_broker_keeps_what_it_is_given(compose: dict[str, Any]) -> None:
    command = compose["services"]["broker"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
