"""The example and the reference page stay true."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from replenisher.config import Settings, load
from replenisher.config.page import render
from replenisher.config.schema import as_section, inner_type

ROOT = Path(__file__).parents[2]
SECRETS = {"REPLENISHER_PASSWORD": "canary-password", "REPLENISHER_CLIENT_SECRET": "canary-secret"}
COMMENTED = (
    "# database_url:",
    "# broker_url:",
    "# archive_url:",
    "# products_file:",
    "# levels_file:",
    "# weights:",
    "#   backordered:",
    "# password:",
)


def settings_of(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield f"{model.__name__}.{name}", field
        section = as_section(inner_type(field.annotation, items=True))
        if section is not None:
            yield from settings_of(section)


def test_the_example_file_loads() -> None:
    settings = load(ROOT / "config.example.yaml", SECRETS)
    assert [company.id for company in settings.companies] == ["14146", "20871"]


def test_every_commented_line_of_the_example_is_a_setting_that_loads(tmp_path: Path) -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    for line in COMMENTED:
        assert text.count(line) == 1, line
        text = text.replace(line, line.replace("# ", "", 1).replace("#", " ", 1))
    text = text.replace("${file:secrets/flower}", "${env:REPLENISHER_PASSWORD}")
    for name in ("products.csv", "levels.csv", "stock.csv"):
        (tmp_path / name).touch()
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    urls = {"REPLENISHER_DATABASE_URL": "postgresql://a:bcde@f/g", "REPLENISHER_BROKER_URL": "redis://a:bcde@f/0"}
    settings = load(tmp_path / "config.yaml", SECRETS | urls)
    assert settings.database_url is not None
    assert settings.broker_url is not None
    assert settings.flower.password is not None
    assert settings.products_file == tmp_path / "products.csv"
    assert settings.companies[0].planning.weights.backordered == "included_in_on_order"


def test_the_whole_example_loads_with_every_comment_that_is_a_setting_taken_off(tmp_path: Path) -> None:
    text = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
    text, count = re.subn(r"^( *)# ( *(?:- )?[a-z_]+:(?: |$))", r"\1\2", text, flags=re.MULTILINE)
    assert count > 30
    text = text.replace("${file:secrets/flower}", "${env:REPLENISHER_PASSWORD}")
    for name in ("products.csv", "levels.csv", "stock.csv", "rules.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    urls = {"REPLENISHER_DATABASE_URL": "postgresql://a:bcde@f/g", "REPLENISHER_BROKER_URL": "redis://a:bcde@f/0"}
    settings = load(tmp_path / "config.yaml", SECRETS | urls | {"REPLENISHER_SOAP_PASSWORD": "canary-soap"})
    kentel, _, harbour = settings.companies
    assert (kentel.order_desk, kentel.fulfilments.enabled, kentel.sale_orders.enabled) == ("orders", True, True)
    assert kentel.receipt_audit.schedule is not None
    assert (settings.vendor_stock_file, kentel.planning.budget.amount) == (tmp_path / "stock.csv", 25_000)
    assert (settings.rules_file, kentel.calendars[0].lead_time_days) == (tmp_path / "rules.yaml", 3)
    assert harbour.channel == "vmi"
    assert settings.sale_orders.drop_folder == tmp_path / "sale-orders"


def test_the_reference_page_is_what_the_models_say() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == render(), "stale: python -m replenisher.config > docs/configuration.md"


def test_the_page_is_printed_by_the_command_that_renews_it(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_module("replenisher.config", run_name="__main__")
    assert capsys.readouterr().out == render()


def test_every_setting_is_described_and_every_value_has_an_example() -> None:
    for name, field in settings_of(Settings):
        assert field.description, name
        assert field.examples or as_section(inner_type(field.annotation)), name
        assert f"| `{name.rpartition('.')[2]}` |" in render(), name
