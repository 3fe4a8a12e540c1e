"""What a person is told about a setting: line, key, what was expected, the nearest valid name, an example."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replenisher.config import Settings

Loaded = Callable[..., Settings]
Refused = Callable[..., list[str]]
COMPANY = "    planning:\n      unlisted: order"


def company(refused: Refused, *lines: str) -> list[str]:
    return refused((COMPANY, COMPANY + "".join(f"\n    {line}" for line in lines)))


def section(refused: Refused, name: str, line: str) -> list[str]:
    return refused(("companies:", f"{name}:\n  {line}\ncompanies:"))


def test_an_unknown_key_is_told_with_the_nearest_valid_name(refused: Refused) -> None:
    assert company(refused, 'schedul: "0 5 * * *"') == [
        "19: companies[0].schedul: unknown key; nearest valid name: schedule"
    ]


def test_an_unknown_key_like_no_other_is_told_all_valid_names(refused: Refused) -> None:
    assert section(refused, "logs", "xyz: 1") == ["13: logs.xyz: unknown key; valid names: format, level"]


def test_a_key_in_the_wrong_section_is_told_where_it_belongs(refused: Refused) -> None:
    assert company(refused, "value_limit: 5", "tick: 3") == [
        "19: companies[0].value_limit: unknown key here; it belongs at companies[].approval.value_limit",
        "20: companies[0].tick: unknown key here; it belongs at times.tick",
    ]


def test_the_value_under_an_unknown_key_is_not_shown(refused: Refused) -> None:
    assert refused(("    username:", "    pasword: canary\n    username:")) == [
        "8: platforms.retail.pasword: unknown key; nearest valid name: password"
    ]


def test_a_missing_key_is_told_at_its_section_with_an_example(refused: Refused) -> None:
    assert refused(("    time_zone: America/Regina\n", "")) == [
        "13: companies[0].time_zone: is missing; for example `time_zone: America/Regina`"
    ]
    assert refused(("vendor:\n  id: 5123\n  name: Acme Accessories\n", "")) == ["1: vendor: is missing"]


def test_a_section_left_empty_tells_what_it_needs(refused: Refused) -> None:
    assert refused(("vendor:\n  id: 5123\n  name: Acme Accessories\n", "vendor:\n")) == [
        "1: vendor.id: is missing; for example `id: '5123'`",
        "1: vendor.name: is missing; for example `name: Acme Accessories`",
    ]


def test_an_optional_section_left_empty_has_its_defaults(loaded: Loaded) -> None:
    settings = loaded(("companies:", "times:\nwork:\nlogs:\nflower:\ncompanies:"))
    assert (settings.times.lease, settings.logs.level) == (90, "info")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("cut_off_minutes: soon", "should be a whole number; found soon; for example `cut_off_minutes: 60`"),
        ("cut_off_minutes: 1.5", "should be a whole number; found '1.5'; for example `cut_off_minutes: 60`"),
        ("cut_off_minutes:", "should be a whole number; found nothing; for example `cut_off_minutes: 60`"),
        ("cut_off_minutes: 0", "should be at least 1; found '0'; for example `cut_off_minutes: 60`"),
        ("cut_off_minutes: 1441", "should be at most 1440; found '1441'; for example `cut_off_minutes: 60`"),
        ("committed: maybe", "should be true or false; found maybe; for example `committed: true`"),
        ("committed: []", "should be true or false; for example `committed: true`"),
        ("comments: [a]", "should be text; for example `comments: Automatic replenishment`"),
        (f"shipping_method: {'x' * 31}", f"should have at most 30 characters; found {'x' * 31}; for example"),
        ("locations: 15", "should be a list; found '15'; for example `locations: ['15', '16']`"),
        ("locations: [a b]", "should be up to 40 letters, digits, - or _; found a b; for example"),
        ("reports: [stock]", "should be one of inventory, sales, receiving, transfers, adjustments; found stock;"),
        ("reports: [sale]", ("should be one of inventory, sales, receiving, transfers, adjustments;"
         " nearest valid name: sales; found sale;")),
        ("channel: soap", ("should be one of vendor_inventory, vmi, cmi; found soap;"
         " for example `channel: vendor_inventory`")),
        ("approval: 5", "should be a section: one `key: value` on each line, indented; found '5'"),
        ("products_file: [a]", "should be the path of a file or folder; for example `products_file: kentel.csv`"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_what_was_expected(refused: Refused, line: str, told: str) -> None:
    (fault,) = company(refused, line)
    key = "locations[0]" if "[a b]" in line else "reports[0]" if "reports" in line else line.partition(":")[0]
    assert fault.startswith(f"19: companies[0].{key}: {told}")


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("times", "tick: often", "13: times.tick: should be a number; found often; for example `tick: 30`"),
        ("times", "tick: 0", "13: times.tick: should be more than 0; found '0'; for example `tick: 30`"),
        ("times", "tick: .nan", "13: times.tick: should be a number; found '.nan'; for example `tick: 30`"),
        ("times", "tick: nan", "13: times.tick: should be a number; found nan; for example `tick: 30`"),
        ("times", "polls: []", "13: times.polls: should have at least one entry; for example"),
        ("times", "polls: [5, x]", "13: times.polls[1]: should be a number; found x; for example `polls: [5, 10,"),
        ("work", "worker_processes: 65", "13: work.worker_processes: should be at most 64; found '65'"),
        ("logs", "level: warn", ("13: logs.level: should be one of debug, info, warning, error;"
         " nearest valid name: warning; found warn; for example `level: info`")),
        ("flower", "port: 70000", "13: flower.port: should be at most 65535; found '70000'; for example `port: 5555`"),
        ("flower", "username: a:b", "13: flower.username: should be up to 64 characters without a colon or space"),
    ],
)  # fmt: skip
def test_a_wrong_value_of_the_daemon_is_told(refused: Refused, name: str, line: str, told: str) -> None:
    (fault,) = section(refused, name, line)
    assert fault.startswith(told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("trigger: under", "should be one of below, at_or_below; found under; for example `trigger: below`"),
        (
            "rounding: upp",
            "should be one of up, down, nearest, threshold; nearest valid name: up; found upp; for example",
        ),
        ("maximum_line_quantity: 0", "should be at least 1; found '0'; for example `maximum_line_quantity: 500`"),
        ("maximum_order_value: lots", "should be an amount, with a point before the decimals; found lots; for example"),
        ("maximum_order_value: 1,5", "should be an amount, with a point before the decimals; found 1,5; for example"),
        ("maximum_order_value: NaN", "should be a number; found NaN; for example `maximum_order_value: '10000.00'`"),
        ("maximum_order_value: 0.00001", "should have at most 4 decimal places; found '0.00001'; for example"),
        ("maximum_order_value: []", "should be an amount, with a point before the decimals; for example"),
    ],
)
def test_a_wrong_planning_rule_is_told(refused: Refused, line: str, told: str) -> None:
    (fault,) = refused((COMPANY, f"{COMPANY}\n      {line}"))
    assert fault.startswith(f"19: companies[0].planning.{line.partition(':')[0]}: {told}")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("backordered: counted", ("should be one of count, included_in_on_order, demand, ignore;"
         " nearest valid name: count; found counted;")),
        ("allocated: -2", "should be at least -1; found '-2'; for example `allocated: -1`"),
        ("in_flight: 0", "unknown key; valid names: on_hand, on_order,"),
    ],
)  # fmt: skip
def test_a_wrong_weight_is_told(refused: Refused, line: str, told: str) -> None:
    (fault,) = refused((COMPANY, f"{COMPANY}\n      weights:\n        {line}"))
    assert fault.startswith(f"20: companies[0].planning.weights.{line.partition(':')[0]}: {told}")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("America/Regena", "no such time zone; nearest valid name: America/Regina; found America/Regena; for example"),
        ("Toronto", "no such time zone; nearest valid name: America/Toronto; found Toronto; for example"),
        ("america/regina", "no such time zone; nearest valid name: America/Regina; found america/regina; for example"),
        ("America", "no such time zone; nearest valid name: "),
        ("../etc/passwd", "no such time zone; "),
        ("''", "no such time zone; "),
    ],
)
def test_an_unknown_zone_is_told_with_the_nearest(refused: Refused, zone: str, told: str) -> None:
    (fault,) = refused(("America/Regina", zone))
    assert fault.startswith(f"16: companies[0].time_zone: {told}")


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("0 5 * *", "should be five fields: minute hour day-of-month month day-of-week; found 0 5 * *; for example"),
        ("0 0 5 * * *", "should be five fields: minute hour day-of-month month day-of-week;"),
        ("@daily", "should be five fields: minute hour day-of-month month day-of-week; for example"),
        ("0 25 * * *", "not a cron expression: bad field hour; found 0 25 * * *; for example `schedule: 0 5 * * *`"),
        ("60 5 * * *", "not a cron expression: bad field minute;"),
        ("0 5 * * MOO", "not a cron expression: bad field day-of-week;"),
        ("0 5 31 2 *", "not a cron expression: bad field day-of-month;"),
        ("0 5 */28 2 MON#2", "never comes true; check day-of-month and month; found 0 5 */28 2 MON#2;"),
    ],
)
def test_a_bad_schedule_is_told_with_the_field(refused: Refused, schedule: str, told: str) -> None:
    (fault,) = company(refused, f'schedule: "{schedule}"')
    assert fault.startswith(f"19: companies[0].schedule: {told}")


@pytest.mark.parametrize("schedule", ["0 5 * * *", "*/30 6-20 * * MON-FRI", "0 5 29 2 *", "0 5 L * *"])
def test_a_good_schedule_is_accepted_as_written(loaded: Loaded, schedule: str) -> None:
    assert loaded((COMPANY, f'{COMPANY}\n    schedule: "{schedule}"')).companies[0].schedule == schedule


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (
            "http://inventory.example.com/v1/",
            "http:// is for this machine only (127.0.0.1, localhost); write https://;",
        ),
        ("inventory.example.com", "should be a URL that begins with https://; found inventory.example.com; for"),
        ("ftp://127.0.0.1/", "should be a URL that begins with https://; found ftp://127.0.0.1/;"),
        ("https:///v1/", "should be a URL that begins with https://;"),
        ("https://host:99999/", "is not a URL; found https://host:99999/;"),
        ("https://user:canary@host/", "should be a plain URL: no user, password, ? or #; for example"),
        ("https://host/?key=canary", "should be a plain URL: no user, password, ? or #; for example"),
    ],
)
def test_an_address_that_would_leak_or_lead_nowhere_is_refused(refused: Refused, address: str, told: str) -> None:
    (fault,) = refused(("https://inventory.example.com/v1/", address))
    assert fault.startswith(f"6: platforms.retail.base_url: {told}")


def test_an_address_ends_with_a_slash_and_may_be_plain_on_this_machine(loaded: Loaded) -> None:
    platform = loaded(("https://inventory.example.com/v1/", "http://127.0.0.1:8080/v1")).platforms["retail"]
    assert platform.base_url == "http://127.0.0.1:8080/v1/"


def test_certificates_may_go_unchecked_only_on_this_machine(refused: Refused, loaded: Loaded) -> None:
    unverified = ("    username:", "    verify_tls: false\n    username:")
    assert refused(unverified)[0].startswith(
        "8: platforms.retail.verify_tls: certificates may go unchecked only for addresses on this machine"
    )
    assert refused(unverified, ("https://accounts.example.com", "https://localhost"))[0].startswith("8: ")
    here = (("inventory.example.com", "127.0.0.1"), ("accounts.example.com", "[::1]:8443"))
    assert loaded(unverified, *here).platforms["retail"].verify_tls is False


@pytest.mark.parametrize(
    ("setting", "url", "told"),
    [
        ("database_url", "mysql://db/x", "should be a URL that begins with postgresql:// or postgresql+psycopg://"),
        ("database_url", "db", "should be a URL that begins with postgresql:// or postgresql+psycopg://"),
        ("broker_url", "http://x", "should be a URL that begins with redis:// or rediss:// or redis+socket:// or amqp"),
        ("archive_url", "./archive", "should be a URL, such as file:///srv/replenisher/archive or s3://bucket/folder"),
    ],
)
def test_a_server_url_of_another_kind_is_refused(refused: Refused, setting: str, url: str, told: str) -> None:
    (fault,) = refused(("vendor:", f"{setting}: {url}\nvendor:"))
    assert fault.startswith(f"1: {setting}: {told}")


def test_a_platform_name_is_plain(refused: Refused) -> None:
    (fault,) = refused(("  retail:\n", "  Re tail:\n"), ("platform: retail", "platform: Re tail"))
    assert fault.startswith("5: platforms.Re tail: should be up to 40 small letters, digits, - or _, a letter first")


def test_a_missing_planners_file_is_told_with_the_folder_it_was_looked_for_in(refused: Refused, config: object) -> None:
    (fault,) = refused(("vendor:", "products_file: none.csv\nvendor:"))
    folder = str(config).removesuffix("/config.yaml")
    assert fault.startswith(f"1: products_file: {folder}/none.csv does not exist; a relative path counts from the")
    (fault,) = refused(("vendor:", "levels_file: .\nvendor:"))
    assert fault.startswith(f"1: levels_file: {folder} is not a file; a relative path counts from the")


def test_no_companies_or_platforms_are_told(refused: Refused) -> None:
    text = "vendor: {id: 1, name: A}\nplatforms: {}\ncompanies: []\n"
    assert refused(text=text) == [
        "2: platforms: should have at least one entry; for example `platforms: {retail: …}`",
        "3: companies: should have at least one entry; for example `companies: [{id: '14146'}]`",
    ]
    assert refused(text="vendor: {id: 1, name: A}\nplatforms: 3\ncompanies: a\n") == [
        (
            "2: platforms: should be a section: one `key: value` on each line, indented; found '3';"
            " for example `platforms: {retail: …}`"
        ),
        "3: companies: should be a list; found a; for example `companies: [{id: '14146'}]`",
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_file(refused: Refused) -> None:
    faults = refused(
        ("id: 5123", "id: five"),
        ("${env:PASSWORD}", "${env:NOT_THERE}"),
        ("    name: Kentel", "    nam: Kentel"),
        ("platform: retail", "platform: retial"),
        ("unlisted: order", "unlisted: sometimes"),
    )
    assert [fault.split(": ")[1] for fault in faults] == [
        "vendor.id",
        "platforms.retail.password",
        "companies[0].name",
        "companies[0].nam",
        "companies[0].platform",
        "companies[0].planning.unlisted",
    ]
