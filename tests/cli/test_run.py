"""Planning by hand: what it writes, and how it ends when something is wrong."""

from __future__ import annotations

import signal
import subprocess
from datetime import timedelta

from replenisher.database import companies, exceptions, orders, run_batches, runs
from replenisher.services import Services
from replenisher.workflows.plan.due import open_manual_run
from replenisher.workflows.plan.start import start_run
from tests.cli.conftest import START, Typed
from tests.world import World

EARLIER = timedelta(hours=-3)


def test_a_run_plans_every_company_and_tells_what_it_ordered(typed: Typed, world: World, services: Services) -> None:
    ended = typed(f"run -c {world.write()}")
    assert ended.code == 0
    assert ended.out.count("3 planned") == 2
    with services.database.transaction() as session:
        assert [run.state for run in runs.latest_runs(session)] == ["closed", "closed"]
        counts = orders.counts_by_state(session, company=world.company)
    approved = counts["approved"]
    assert f"{approved[0]} approved ({approved[1]:,} units)" in ended.out
    assert "approved orders are sent by a worker" in ended.said


def test_one_company_and_one_location_are_planned_alone(typed: Typed, world: World, services: Services) -> None:
    here = world.locations[1]
    ended = typed(f"-c {world.write()} run --company {world.company} --location {here} --json")
    assert ended.code == 0
    assert [(run["company"], run["locations"]) for run in ended.data] == [(world.company, {"planned": 1})]
    with services.database.transaction() as session:
        assert {order.location for order in orders.listed(session)} <= {here}


def test_a_refused_report_is_told_with_its_reason_and_the_others_are_planned(typed: Typed, world: World) -> None:
    here = world.locations[0]
    world.admin.add_faults({"operation": "inventory_report", "fault": "empty", "location": int(here)})
    ended = typed(f"run -c {world.write()} --company {world.company}")
    assert ended.code == 7
    assert "2 planned, 1 refused" in ended.said or "1 refused, 2 planned" in ended.said
    assert f"refused: location {here}, inventory report: the report is empty" in ended.said


def test_a_fault_of_the_rules_file_is_told_by_line_before_a_run_is_opened(
    typed: Typed, world: World, services: Services
) -> None:
    (world.folder / "rules.yaml").write_text("rules:\n  - name: all\n    policy: min_maks\n")
    world.changes = {"rules_file": "rules.yaml"}
    ended = typed(f"run -c {world.write()} --company {world.company}")
    assert ended.code == 3
    assert "rules.yaml:3: rules[0].policy: there is no such policy" in ended.err
    with services.database.transaction() as session:
        assert list(runs.latest_runs(session)) == []


def test_an_unknown_company_or_location_is_named_with_what_there_is(typed: Typed, world: World) -> None:
    path = world.write()
    wrong = typed(f"run -c {path} --company {world.company[:-1]}")
    assert (wrong.code, f"nearest: {world.company}" in wrong.err) == (6, True)
    gone = typed(f"run -c {path} --company {world.company} --location 99999")
    assert gone.code == 6
    assert "has not enabled location 99999" in gone.err
    unclear = typed(f"run -c {path} --location {world.locations[0]}")
    assert (unclear.code, "needs --company" in unclear.err) == (2, True)


def test_a_platform_that_is_down_ends_the_run_and_says_so(typed: Typed, dark_world: World) -> None:
    path = dark_world.write()
    ended = typed(f"run -c {path}")
    assert ended.code == 5
    assert "the list of locations cannot be read" in ended.err
    assert "run again when the platform answers" in ended.err
    assert typed(f"run -c {path} --dry-run").code == 5
    status = typed(f"status -c {path} --json").data
    assert status["daemon"]["companies"][0]["last_run"]["state"] == "failed"


def test_a_wrong_password_pauses_the_company_until_a_person_resumes_it(typed: Typed, world: World) -> None:
    path = world.write()
    (world.folder / "password").write_text("not-the-password")
    refused = typed(f"run -c {path}")
    assert refused.code == 5
    assert f"company {world.company} is paused" in refused.err
    assert f"`replenisher resume --company {world.company}`" in refused.err
    again = typed(f"run -c {path} --company {world.company}")
    assert (again.code, "is paused" in again.err) == (6, True)
    assert "paused" in typed(f"status -c {path}").out

    world.write()
    assert typed(f"resume -c {path} --company {world.company}").code == 0
    not_paused = typed(f"resume -c {path} --company {world.company}")
    assert (not_paused.code, "is not paused" in not_paused.err) == (6, True)


def test_an_open_run_is_not_doubled_and_can_be_gone_on_with(typed: Typed, world: World, services: Services) -> None:
    path = world.write()
    company = services.settings.company(world.company)
    opened = open_manual_run(services, company, ahead=EARLIER)
    refused = typed(f"run -c {path} --company {world.company}")
    assert refused.code == 6
    assert f"run {opened} of company {world.company} is still open" in refused.err
    assert "--join" in refused.err
    start_run(services, opened)
    joined = typed(f"run -c {path} --company {world.company} --join --json")
    assert joined.code == 0
    assert [(run["id"], run["state"]) for run in joined.data] == [(opened, "closed")]


def test_a_planners_file_with_faults_is_told_before_a_run_is_opened(
    typed: Typed, dark_world: World, services_of_dark_world: Services
) -> None:
    path = dark_world.write()
    (dark_world.folder / "products.csv").write_text("sku,case_pack\nA1,0\nA2,many\n")
    ended = typed(f"run -c {path}")
    assert ended.code == 3
    assert "products.csv:2: case_pack" in ended.err
    assert "products.csv:3: case_pack" in ended.err
    with services_of_dark_world.database.transaction() as session:
        assert runs.latest_runs(session) == []


def test_one_company_in_trouble_does_not_stop_the_other(typed: Typed, world: World, services: Services) -> None:
    with services.database.transaction() as session:
        companies.pause(session, world.company, "the retailer asked us to wait")
    ended = typed(f"run -c {world.write()}")
    assert ended.code == 6
    assert "the retailer asked us to wait" in ended.err
    assert "3 planned" in ended.out
    with services.database.transaction() as session:
        assert [run.company for run in runs.latest_runs(session)] != [world.company]
        assert not exceptions.listed(session, company=world.company)


def test_what_a_worker_has_claimed_is_waited_for(typed: Typed, world: World, services: Services) -> None:
    path = world.write()
    run = open_manual_run(services, services.settings.company(world.company), ahead=EARLIER)
    start_run(services, run)
    with services.database.transaction() as session:
        claimed = run_batches.claim_batch(session, run, 0, lease=1.0)
        assert claimed is not None
    ended = typed(f"run -c {path} --company {world.company} --join --json")
    assert (ended.code, ended.data[0]["locations"]) == (0, {"planned": 3})
    with services.database.transaction() as session:
        again = next(batch for batch in run_batches.batches_of(session, run) if batch.number == 0)
    assert again.fence == claimed.fence + 1


def test_a_run_whose_starter_died_is_started_again(typed: Typed, world: World, services: Services) -> None:
    path = world.write()
    run = open_manual_run(services, services.settings.company(world.company), ahead=EARLIER)
    with services.database.transaction() as session:
        assert runs.claim_run(session, run, states=["open"], lease=0.5) is not None
    ended = typed(f"run -c {path} --company {world.company} --join --json")
    assert (ended.code, ended.data[0]["locations"]) == (0, {"planned": 3})


def test_a_company_paused_in_the_middle_of_a_run_ends_the_command_and_not_the_run(
    typed: Typed, world: World, services: Services
) -> None:
    path = world.write()
    run = open_manual_run(services, services.settings.company(world.company), ahead=EARLIER)
    start_run(services, run)
    with services.database.transaction() as session:
        companies.pause(session, world.company, "the password was refused")
    ended = typed(f"run -c {path} --company {world.company} --join")
    assert ended.code == 5
    assert f"run {run} stays reading" in ended.err
    assert typed(f"resume -c {path} --company {world.company}").code == 0
    assert typed(f"run -c {path} --company {world.company} --join").code == 0


def test_reports_that_do_not_come_are_waited_for_and_told(world: World) -> None:
    faults = [{"operation": "inventory_report", "fault": "error_503", "count": 999}]
    world.admin.add_faults(*faults)
    command = [*START, "run", "-c", str(world.write()), "--company", world.company]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr is not None
        told = waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        _, rest = waiting.communicate(timeout=30)
    assert told.startswith("waiting: ")
    assert "503" in told
    assert (waiting.returncode, "stays open" in rest) == (130, True), rest
