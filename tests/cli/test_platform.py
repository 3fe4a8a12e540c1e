"""What a person asks a platform beside the daily work, and how a channel without the question says so."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from replenisher.cli.listing import as_csv, show
from tests.cli.conftest import Typed
from tests.cli.vmi_world import Store
from tests.world import World

QUESTIONS = (
    "ping",
    "location --location 131",
    "stock --location 131",
    "stock --location 131 --changed",
    "stock --location 131 --sku NA",
    "units --location 131",
    "serials --location 131 --product 11142",
    "serials --location 131 --sku NA",
    "employees",
    "orders --location 131",
    "enable --on --reason why",
)


def test_a_ping_and_a_location(store: Store) -> None:
    assert store.ask("ping").out.strip().endswith("database is up (sandbox)!")
    assert store.ask("ping --json").data["company"] == store.company
    shown = store.here("location")
    told = store.here("location --json").data
    assert (told["id"], told["ship_to"], told["company"]) == (store.id, store.id, store.company)
    assert told["name"] in shown.said
    assert store.ask("location --location 999").code == 5


def test_stock_is_told_whole_by_product_and_by_what_changed(store: Store) -> None:
    rows = store.here("stock --json").data
    ledger = store.world.admin.state(store.location)["locations"][0]["rows"]
    assert {row["sku"]: row["on_hand"] for row in rows} == {sku: row["in_stock"] for sku, row in ledger.items()}
    assert all("sold" not in row for row in rows)
    assert store.here("stock --changed").out.strip() == "nothing changed since anybody asked"
    sku = rows[0]["sku"]
    store.world.admin.set_stock(store.location, sku, in_stock=77)
    (changed,) = store.here("stock --changed --json").data
    assert (changed["sku"], changed["on_hand"]) == (sku, 77)
    assert store.here("stock --changed --json").data == []
    (one,) = store.here(f"stock --sku {sku} --json").data
    assert (one["on_hand"], one["sold"] >= 0) == (77, True)
    assert "." in one["retail_price"]
    assert store.here("stock --sku NO-SUCH --json").data == []
    assert store.here(f"stock --sku {sku} --changed").code == 2
    table = store.here("stock").out
    assert f"{sku} " in table
    assert "on hand" in table


def test_units_and_serial_numbers_agree(store: Store) -> None:
    rows = store.here("stock --json").data
    phone = next(row["sku"] for row in rows if row["sku"].startswith("PH"))
    store.world.admin.set_stock(store.location, phone, in_stock=3)
    units = [row for row in store.here("units --json").data if row["sku"] == phone]
    serials = store.here(f"serials --sku {phone} --csv serials.csv --json")
    assert sorted(row["serial_number"] for row in serials.data) == sorted(row["serial_number"] for row in units)
    with (store.world.folder / "serials.csv").open() as file:
        assert [row["serial_number"] for row in csv.DictReader(file)] == [row["serial_number"] for row in serials.data]
    assert "serials.csv: written" in serials.err
    assert store.here("serials --sku NO-SUCH").code == 6
    assert store.here("serials --product 1").code == 5
    assert store.here("serials").code == 2
    assert store.here(f"serials --sku {phone} --product 11142").code == 2


def test_the_companies_of_a_platform_are_told_with_how_they_stand_and_whether_we_have_them(store: Store) -> None:
    rows = {row["id"].casefold(): row for row in store.ask("companies --json").data}
    assert rows[store.company.casefold()]["standing"] == "enabled"
    assert rows[store.company.casefold()]["configured"] is True
    calls = store.world.admin.audit()["operation_calls"]
    assert calls["vmi.GetCompanyList"] == calls["vmi.GetPendingCompanies"] == 1
    store.ask("enable --off --reason 'contract ended'")
    rows = {row["id"].casefold(): row for row in store.ask("companies --json").data}
    assert rows[store.company.casefold()]["standing"] == "disabled"
    assert "configured here" in store.ask("companies").out


def test_a_company_that_nobody_configured_is_seen(store: Store) -> None:
    other = "5d7a2c35-40c3-4f0f-8f3f-0b4b2e2f7a11"
    (ours,) = store.world.document()["companies"]
    store.world.changes["companies"] = [{**ours, "id": other}]
    store.world.write()
    told = store.typed(f"platform companies --company {other} --json").data
    assert [(row["id"], row["configured"]) for row in told] == [(store.company, False)]


def test_employees_are_those_who_work_there_unless_all_are_asked_for(store: Store) -> None:
    working, every = store.ask("employees --json").data, store.ask("employees --all --json").data
    assert len(every) == len(working) + 1
    assert all(person["enabled"] for person in working)
    assert working[0]["name"] in store.ask("employees").out


def test_orders_are_listed_by_standing(store: Store) -> None:
    lists = {
        which: store.here(f"orders --which {which} --days 30 --json").data
        for which in ("committed", "uncommitted", "completed", "all")
    }
    ids = {which: {row["platform_order_id"] for row in rows} for which, rows in lists.items()}
    assert ids["all"]
    assert ids["all"] >= ids["committed"] | ids["uncommitted"] | ids["completed"]
    assert all(row["status"] == "" for row in lists["all"])
    assert all(row["ship_to"] == store.id for row in lists["all"])
    assert all(row["status"] == "complete" for row in lists["completed"])
    assert store.here("orders --which lost").code == 2


def test_a_company_is_given_up_and_taken_up_again_with_the_reason_kept(store: Store, me: str) -> None:
    assert store.ask("enable --off --reason 'contract ended'").said.startswith(
        f"company {store.company} is disabled at the platform"
    )
    assert store.here("stock").code == 5
    assert store.typed("exceptions list --json").data == []
    (kept,) = store.typed("exceptions list --all --kind company_switched --json").data
    assert kept["message"] == f"{me} gives up company {store.company}: contract ended"
    assert "is enabled at the platform" in store.ask("enable --on --reason again").said
    assert store.here("stock").code == 0
    assert store.ask("enable --reason why").code == 2
    assert store.ask("enable --on --reason ' '").code == 2


@pytest.mark.parametrize(
    ("fault", "code", "open_matters"),
    [
        ("accepted_then_reset", 0, 0),
        ("error_500_after", 0, 0),
        ("unknown_fault", 0, 0),
        ("error_503", 5, 1),
        ("throttled_429", 5, 0),
        ("soap_fault", 5, 0),
    ],
)
def test_a_lost_answer_to_a_switch_is_decided_by_how_the_company_stands(
    store: Store, fault: str, code: int, open_matters: int
) -> None:
    text = "Server was unable to read request"
    store.world.admin.add_faults({"operation": "vmi.EnableCompany", "fault": fault, "text": text})
    ended = store.ask("enable --off --reason why")
    assert ended.code == code, ended.said
    assert len(store.typed("exceptions list --json").data) == open_matters
    assert store.world.admin.audit()["operation_calls"]["vmi.EnableCompany"] == 1
    assert store.ask("enable --off --reason why").code == 0
    assert store.typed("exceptions list --json").data == []


def test_how_a_company_stands_may_not_be_told(store: Store) -> None:
    store.world.admin.add_faults({"operation": "vmi.GetDisabledCompanies", "fault": "error_503", "count": 20})
    ended = store.ask("enable --off --reason why")
    assert (ended.code, "check-config --connect" in ended.said) == (5, True)
    assert len(store.typed("exceptions list --kind company_switched --json").data) == 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_channel_that_lacks_a_question_says_which_has_it(typed: Typed, small: World, question: str) -> None:
    ended = typed(f"platform {question} --company {small.company}")
    assert ended.code == 5
    assert f"channel vendor_inventory of company {small.company} has no way to" in ended.said
    assert "(vmi can); nothing was sent" in ended.said
    assert small.admin.audit()["operation_calls"] == {}


def test_what_changed_says_that_asking_is_forgetting(typed: Typed) -> None:
    said = typed("platform stock --help").said.replace("│", " ")
    assert "one state for all callers" in " ".join(said.split())


def test_csv_holds_every_value_and_nothing_that_a_spreadsheet_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"sku": "=1+1", "quantity": 3}, {"sku": "00123", "quantity": -4}]
    assert as_csv(rows, {"sku": "SKU"}) == "sku,quantity\n'=1+1,3\n00123,-4\n"
    assert as_csv([], {"sku": "SKU"}) == "sku\n"
    show([], {"sku": "SKU"}, nothing="none", csv_file=tmp_path / "none.csv", as_json=False)
    assert capsys.readouterr().out.strip() == "none"
    assert (tmp_path / "none.csv").read_text() == "sku\n"
