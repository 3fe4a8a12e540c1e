"""Where everything stands, on one screen and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from replenisher.config import CompanySettings
from replenisher.services import Services
from replenisher.workflows.overview import next_slot
from replenisher.workflows.sweep import sweep
from tests.cli.conftest import Typed
from tests.cli.vmi_world import over_vmi
from tests.world import World


def test_before_anything_has_run_it_says_never_and_none(typed: Typed, dark_world: World) -> None:
    dark_world.write()
    ended = typed("status")
    assert ended.code == 0
    assert "scheduler: never, sweeper: never" in ended.said
    assert "last run none yet" in ended.said
    assert "next run no schedule: only by hand" in ended.said
    assert "orders none" in ended.said
    assert "up to date" in ended.said
    data = typed("status --json").data
    assert data["daemon"]["heartbeats"] == {"scheduler": None, "sweeper": None}
    assert data["servers"]["broker_answers"] is True


def test_after_a_run_it_shows_locations_orders_and_what_is_due(typed: Typed, world: World, services: Services) -> None:
    path = world.write()
    assert typed(f"run -c {path} --company {world.company}").code == 0
    sweep(services)
    ended = typed("status")
    assert ended.code == 0
    assert "closed; locations: 3 planned" in ended.said
    assert "sweeper: 0 s ago" in ended.said
    assert "oldest due order due" in ended.said
    data = typed("status --json").data["daemon"]
    mine = next(one for one in data["companies"] if one["id"] == world.company)
    assert mine["last_run"]["locations"] == {"planned": 3}
    assert mine["orders"]["approved"]["units"] > 0
    assert data["oldest_due_order_seconds"] > 0


def test_how_a_company_stands_is_remembered_from_the_last_run_and_asked_of_nobody(typed: Typed, world: World) -> None:
    path = over_vmi(world)
    first, second = (company["guid"] for company in world.sandbox["companies"])
    assert "standing not asked yet, over vmi" in typed("status").said
    world.admin.call("POST", "access", {"company": world.sandbox["companies"][1]["id"], "enabled": False})
    assert typed(f"run -c {path} --company {first}").code == 0
    before = world.admin.audit()["operation_calls"]
    ended = typed("status")
    assert ended.code == 0
    assert "enabled at" in ended.said
    assert "disabled at" in ended.said
    told = {one["id"]: one["standing"] for one in typed("status --json").data["daemon"]["companies"]}
    assert told == {first: "enabled", second: "disabled"}
    assert world.admin.audit()["operation_calls"] == before


def test_a_company_that_is_disabled_is_shown_so_when_its_own_run_was_refused(typed: Typed, world: World) -> None:
    path = over_vmi(world)
    second = world.sandbox["companies"][1]
    world.admin.call("POST", "access", {"company": second["id"], "enabled": False})
    assert typed(f"run -c {path} --company {second['guid']}").code != 0
    companies = typed("status --json").data["daemon"]["companies"]
    mine = next(one for one in companies if one["id"] == second["guid"])
    assert (mine["standing"], mine["paused_at"] is not None) == ("disabled", True)


def test_a_platform_that_does_not_tell_how_companies_stand_stops_no_run(typed: Typed, world: World) -> None:
    path = over_vmi(world)
    world.admin.add_faults({"operation": "vmi.GetDisabledCompanies", "fault": "error_503", "count": 50})
    first = world.sandbox["companies"][0]["guid"]
    assert typed(f"run -c {path} --company {first}").code == 0
    companies = typed("status --json").data["daemon"]["companies"]
    assert {one["standing"] for one in companies} == {None}


def test_no_secret_is_shown_and_a_silent_broker_is_told(typed: Typed, dark_world: World, dead_url: str) -> None:
    address = dead_url.removeprefix("http://")
    dark_world.changes = {"broker_url": "${file:broker}", "archive_url": "memory://archive"}
    dark_world.folder.joinpath("broker").write_text(f"redis://user:very-secret@{address}0")
    dark_world.folder.joinpath("broker").chmod(0o600)
    dark_world.write()
    ended = typed("status")
    assert ended.code == 0
    assert f"broker at {address}0: no answer" in ended.said
    assert "very-secret" not in ended.out + ended.err + typed("status --json").out


def test_servers_of_whoever_started_us_are_not_called_embedded(
    typed: Typed, dark_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = dark_world.document()
    monkeypatch.setenv("REPLENISHER_DATABASE_URL", document.pop("database_url"))
    monkeypatch.setenv("REPLENISHER_BROKER_URL", document.pop("broker_url"))
    dark_world.write().write_text(yaml.safe_dump(document))
    assert "embedded" not in typed("status").out


def test_a_database_without_our_tables_is_shown_as_such(
    typed: Typed, dark_world: World, empty_database_url: str
) -> None:
    dark_world.database_url = empty_database_url
    dark_world.write()
    ended = typed("status")
    assert ended.code == 0
    assert "run `replenisher migrate`" in ended.said
    assert typed("status --json").data["daemon"]["revision"] is None


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        ("0 5 * * *", datetime(2026, 3, 2, 10, 59, tzinfo=UTC), "2026-03-02 05:00"),
        ("0 5 * * *", datetime(2026, 3, 2, 11, 0, tzinfo=UTC), "2026-03-03 05:00"),
        ("30 4 * * MON", datetime(2026, 3, 3, 12, 0, tzinfo=UTC), "2026-03-09 04:30"),
        ("0 0 29 2 *", datetime(2026, 3, 3, 12, 0, tzinfo=UTC), "2028-02-29 00:00"),
        ("* * * * *", datetime(2026, 3, 3, 12, 0, 30, tzinfo=UTC), "2026-03-03 06:01"),
    ],
)
def test_the_next_slot_is_told_in_the_company_s_zone(schedule: str, now: datetime, expected: str) -> None:
    company = CompanySettings(id="1", name="Kentel", platform="retail", time_zone="America/Regina", schedule=schedule)
    assert f"{next_slot(company, now):%Y-%m-%d %H:%M}" == expected
