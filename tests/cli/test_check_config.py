"""Checking a configuration: every fault at once, nothing secret, and what the platform says of it."""

from __future__ import annotations

from tests.cli.conftest import Typed
from tests.cli.vmi_world import over_vmi
from tests.world import World


def test_a_correct_configuration_is_told_with_its_files_and_what_is_odd(typed: Typed, dark_world: World) -> None:
    path = dark_world.write()
    ended = typed(f"check-config -c {path}")
    assert ended.code == 0
    assert f"{path} is correct: 1 company" in ended.out
    assert "products.csv: 40 rows of products" in ended.out
    assert "warning: company 14146 (Kentel): has no schedule" in ended.err
    assert typed(f"check-config -c {path} --json").data["faults"] == []


def test_every_fault_of_every_file_is_told_at_once(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"levels_file": "levels.csv"}
    (dark_world.folder / "levels.csv").write_text("location,sku,min,max\n15,A1,9,4\n")
    (dark_world.folder / "products.csv").write_text("sku,case_pack\nA1,0\nA1,2\n")
    path = dark_world.write()
    ended = typed(f"check-config -c {path}")
    assert ended.code == 3
    for place in ("products.csv:2: case_pack", "products.csv:3: sku", "levels.csv:2: reorder_point"):
        assert place in ended.err
    as_json = typed(f"check-config -c {path} --json")
    assert as_json.code == 3
    assert (as_json.data["ok"], len(as_json.data["faults"])) == (False, 3)


def test_a_fault_of_the_configuration_itself_is_told_as_json_too(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"vendor": {"id": "none", "colour": "red"}}
    ended = typed(f"check-config -c {dark_world.write()} --json")
    assert ended.code == 3
    assert [fault.split(": ")[1] for fault in ended.data["faults"]] == ["vendor.id", "vendor.colour"]
    assert ended.err.startswith("error: ")


def test_a_level_of_an_unknown_product_is_a_warning(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"levels_file": "levels.csv"}
    (dark_world.folder / "levels.csv").write_text("location,sku,min,max\n15,00123,4,9\n15,0123,4,9\n")
    ended = typed(f"check-config -c {dark_world.write()}")
    assert ended.code == 0
    assert "levels.csv: 1 SKU(s) are not in the products file: 0123" in ended.err


RULES = """regions: {west: ["15"]}
rules:
  - name: phones
    match: {sku: ["00123", "0123"]}
    policy: days_of_cover
    parameters: {least_days: 7, most_days: 21}
"""


def test_a_rules_file_is_read_with_the_others(typed: Typed, dark_world: World) -> None:
    first, *others = dark_world.document()["companies"]
    reports = ["inventory", "sales"]
    dark_world.changes = {"rules_file": "rules.yaml", "companies": [{**first, "reports": reports}, *others]}
    (dark_world.folder / "rules.yaml").write_text(RULES)
    ended = typed(f"check-config -c {dark_world.write()}")
    assert ended.code == 0
    assert "rules.yaml: 1 rule" in ended.out.splitlines()[-1]
    assert "rules.yaml: 1 SKU(s) are not in the products file: 0123" in ended.err
    assert "are not followed" not in ended.err


def test_every_fault_of_a_rules_file_is_told_with_file_and_line(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"rules_file": "rules.yaml"}
    twice = RULES + RULES.partition("rules:\n")[2].replace("least_days: 7", "least_days: 30").replace("phones", "again")
    (dark_world.folder / "rules.yaml").write_text(twice.replace("days_of_cover", "day_of_cover", 1))
    ended = typed(f"check-config -c {dark_world.write()}")
    assert ended.code == 3
    assert "rules.yaml:5: rules[0].policy: there is no such policy" in ended.err
    assert "rules.yaml:10: rules[1].parameters" in ended.err
    (dark_world.folder / "rules.yaml").unlink()
    assert "rules.yaml" in typed(f"check-config -c {dark_world.write()}").err


def test_rules_that_go_by_demand_without_sales_are_a_warning(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"rules_file": "rules.yaml"}
    (dark_world.folder / "rules.yaml").write_text(RULES)
    ended = typed(f"check-config -c {dark_world.write()}")
    assert ended.code == 0
    assert "rules that go by demand (phones), and `sales` is not among the company's reports" in ended.err
    elsewhere = RULES.replace("match: {", 'match: {company: ["777"], ')
    (dark_world.folder / "rules.yaml").write_text(elsewhere)
    assert "rules that go by demand" not in typed(f"check-config -c {dark_world.write()}").err


def test_settings_are_shown_with_their_secrets_masked(typed: Typed, dark_world: World) -> None:
    ended = typed(f"check-config -c {dark_world.write()} --show")
    assert ended.code == 0
    assert "trigger: below" in ended.out
    assert "password: '***'" in ended.out
    assert "sandbox-password" not in ended.out + ended.err


def test_the_platform_says_which_companies_and_locations_are_enabled(typed: Typed, world: World) -> None:
    first, second = world.document()["companies"]
    world.changes = {"companies": [{**first, "locations": [world.locations[0], "777"]}, {**second, "id": "888"}]}
    ended = typed(f"check-config -c {world.write()} --connect")
    assert ended.code == 7
    assert "not enabled: 777" in ended.said
    assert "the platform does not list the company" in ended.said
    world.changes = {}
    good = typed(f"check-config -c {world.write()} --connect --json")
    assert good.code == 0
    assert [(one["enabled"], one["locations"]) for one in good.data["platforms"]] == [(True, 3), (True, 3)]


def test_a_platform_that_refuses_or_is_down_is_told(typed: Typed, world: World, dead_url: str) -> None:
    path = world.write()
    (world.folder / "password").write_text("not-the-password")
    refused = typed(f"check-config -c {path} --connect --json")
    assert refused.code == 5
    assert all(one["error"] for one in refused.data["platforms"])
    assert "not-the-password" not in refused.out
    world.changes = {"platforms": {"retail": {"base_url": f"{dead_url}v1/", "accounts_url": dead_url}}}
    down = typed(f"check-config -c {world.write()} --connect")
    assert (down.code, "not known" in down.out) == (5, True)


def test_how_each_company_stands_is_told_over_every_interface(typed: Typed, world: World) -> None:
    rest = typed(f"check-config -c {world.write()} --connect --json").data["platforms"]
    assert {(one["channel"], one["standing"]) for one in rest} == {("vendor_inventory", "enabled")}
    path = over_vmi(world)
    first, second = (company["guid"] for company in world.sandbox["companies"])
    world.admin.call("POST", "access", {"company": world.sandbox["companies"][1]["id"], "enabled": False})
    ended = typed(f"check-config -c {path} --connect --json")
    assert ended.code == 7
    told = {one["company"]: (one["channel"], one["standing"], one["locations"]) for one in ended.data["platforms"]}
    assert told[first] == ("vmi", "enabled", 3)
    assert told[second] == ("vmi", "disabled", 0)
    assert "the relationship is disabled: ask the retailer" in typed(f"check-config -c {path} --connect").said
    world.admin.call(
        "POST", "access", {"company": world.sandbox["companies"][1]["id"], "enabled": False, "pending": True}
    )
    pending = typed(f"check-config -c {path} --connect")
    assert (pending.code, "the retailer's grant waits to be taken up" in pending.said) == (7, True)


ONE_RULE = "rules:\n  - name: all\n    policy: days_of_cover\n    parameters: {least_days: 9, most_days: %s}\n"


def test_a_rules_file_is_read_too_and_its_faults_are_told_by_line(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"rules_file": "rules.yaml"}
    rules = dark_world.folder / "rules.yaml"
    rules.write_text(ONE_RULE % 9)
    path = dark_world.write()
    assert "rules.yaml: 1 rule" in typed(f"check-config -c {path}").out
    rules.write_text(ONE_RULE % 8)
    ended = typed(f"check-config -c {path}")
    assert ended.code == 3
    assert (
        "rules.yaml:4: rules[0].parameters: days_of_cover: least_days should not be more than most_days" in ended.said
    )


def test_a_company_s_own_rules_file_takes_the_place_of_the_common_one(typed: Typed, dark_world: World) -> None:
    (dark_world.folder / "rules.yaml").write_text(ONE_RULE % 8)
    (dark_world.folder / "own.yaml").write_text("rules: []\n")
    companies = [{**one, "rules_file": "own.yaml"} for one in dark_world.document()["companies"]]
    dark_world.changes = {"rules_file": "rules.yaml", "companies": companies}
    ended = typed(f"check-config -c {dark_world.write()}")
    assert (ended.code, "own.yaml: 0 rules" in ended.said) == (0, True), ended.said


def test_a_rules_file_that_is_not_there_is_a_fault_of_the_configuration(typed: Typed, dark_world: World) -> None:
    dark_world.changes = {"rules_file": "nowhere.yaml"}
    ended = typed(f"check-config -c {dark_world.write()}")
    assert (ended.code, "rules_file: " in ended.err, "nowhere.yaml" in ended.err) == (3, True, True)
