"""The clients find the sandbox that `replenisher up --sandbox` keeps in this folder, or say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replenisher.sandbox.__main__ import main
from tests.sandbox.running import Vendor


def test_without_an_address_the_trial_of_this_folder_is_meant(
    shop: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ready = tmp_path / "var" / "trial" / "sandbox.json"
    ready.parent.mkdir(parents=True)
    ready.write_text(json.dumps(shop.ready))
    assert main(["advance", "--days", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["days"] == 1


def test_without_a_trial_the_address_must_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["advance", "--days", "7"]) == 2
    assert "Say --url" in capsys.readouterr().err
