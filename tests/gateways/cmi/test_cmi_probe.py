"""What a CMI service does where its documents disagree, seen by reads alone, in both personalities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from replenisher.errors import CredentialsError
from replenisher.gateways.cmi.probe import Prober
from replenisher.gateways.observations import Findings, ProbeRequest
from replenisher.gateways.soap.service import SoapConnection, SoapService
from replenisher.purchasing.platform import ReportWindow
from replenisher.sandbox.client import SandboxAdmin
from tests.world import started_sandbox


class Asked(Prober):
    """The probing part of the channel, on a service of its own."""

    def __init__(self, ready: dict[str, Any], password: str) -> None:
        connection = SoapConnection(
            url=ready["cmi_url"], username=ready["username"], password=password, read_attempts=2, read_total_seconds=10
        )
        self._service = SoapService(connection, "cmi")
        self.company: str = ready["companies"][0]["guid"]

    def close(self) -> None:
        self._service.close()

    def findings(self) -> Findings:
        today = self._service.platform_now().date()
        request = ProbeRequest(self.company, None, ReportWindow(today - timedelta(days=14), today))
        return self.probe(request, lambda _: None)


@pytest.fixture(scope="module")
def ready() -> Iterator[dict[str, Any]]:
    with started_sandbox() as told:
        yield told


@pytest.fixture
def cmi(ready: dict[str, Any]) -> Iterator[Asked]:
    SandboxAdmin(ready["url"]).switch(soap_personality="wsdl")
    asked = Asked(ready, ready["password"])
    yield asked
    asked.close()


def answers(found: Findings) -> dict[str, str]:
    return {one.question: one.seen for one in found.observations}


def test_a_service_as_described_needs_nobody(cmi: Asked) -> None:
    found = cmi.findings()
    assert [check for check in found.checks if not check.answered] == []
    assert [one.question for one in found.observations if one.attention or one.setting] == []
    assert found.listed is not None
    assert found.location == found.listed[0]
    seen = answers(found)
    assert seen["element_order"].startswith("as described (")
    assert seen["identity_element"] == "client everywhere, as described"
    assert seen["date_inclusive"].startswith("covered: ")


def test_without_a_stock_report_the_locks_stay_open(cmi: Asked) -> None:
    told = {one.question: one.unanswered for one in cmi.findings().observations}
    assert told["minmax_lock"] == "no stock report with MinMaxLocked in the window"


def test_a_service_as_in_the_samples_is_seen_for_what_it_is(cmi: Asked, ready: dict[str, Any]) -> None:
    SandboxAdmin(ready["url"]).switch(soap_personality="docs")
    seen = answers(cmi.findings())
    assert seen["element_order"].startswith("of the alphabet (")
    assert seen["date_formats"].endswith("SoldOn M/d/yyyy h:mm AM/PM")


def test_only_reads_are_asked(cmi: Asked, ready: dict[str, Any]) -> None:
    before = SandboxAdmin(ready["url"]).audit()["accepted"]
    cmi.findings()
    after = SandboxAdmin(ready["url"]).audit()
    called = {name for name, count in after["operation_calls"].items() if count}
    assert "cmi.GetPurchaseOrdersByStatus" in called
    assert all(name.startswith("cmi.Get") for name in called)
    assert after["accepted"] == before


def test_wrong_credentials_end_the_probe_at_once(ready: dict[str, Any]) -> None:
    stranger = Asked(ready, "not-the-password")
    with pytest.raises(CredentialsError) as refused:
        stranger.findings()
    stranger.close()
    assert "not-the-password" not in str(refused.value)
