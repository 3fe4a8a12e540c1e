"""What a VMI service does where its documents disagree, seen by reads alone, in both personalities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from replenisher.errors import CredentialsError
from replenisher.gateways.observations import Findings, ProbeRequest
from replenisher.gateways.soap.probe import Ask
from replenisher.gateways.soap.questions import WRITES
from replenisher.gateways.vmi import Vmi
from replenisher.purchasing.platform import ReportWindow
from tests.gateways.vmi.conftest import SoapPlatform

DAYS = 14


def probed(vmi: Vmi, company: str, location: str | None = None, tell: Callable[[str], None] = print) -> Findings:
    today = vmi.platform_now().date()
    window = ReportWindow(today - timedelta(days=DAYS), today)
    return vmi.probe(ProbeRequest(company, location, window), tell)


def answers(found: Findings) -> dict[str, str]:
    return {one.question: one.seen for one in found.observations}


def test_a_service_as_described_needs_nobody(platform: SoapPlatform, vmi: Vmi) -> None:
    asked: list[str] = []
    found = probed(vmi, platform.company, tell=asked.append)
    assert [check.asked for check in found.checks if not check.answered] == []
    # Other tests of this package let days pass in the sandbox, so its clock may be ahead.
    needing = {one.question for one in found.observations if one.attention or one.setting}
    assert needing <= {"server_clock"}
    assert {check.asked for check in found.checks} <= set(asked)
    assert found.listed is not None
    assert found.location == found.listed[0]
    seen = answers(found)
    assert seen["element_order"].startswith("as described (")
    assert seen["date_formats"].endswith("SoldOn ISO")
    assert seen["empty_arrays"] == "an empty element"
    assert seen["absent_order"] == "no element at all"
    assert seen["store_id_meaning"] == f"-1 answers for {len(found.listed)} stores; store {found.location} for itself"
    assert seen["date_inclusive"].startswith("covered: ")
    assert seen["unknown_fields"] == "none"
    assert seen["identity_element"].startswith("Vendor in reports, vendor in lists")


def test_a_service_as_in_the_samples_is_seen_for_what_it_is(platform: SoapPlatform, vmi: Vmi) -> None:
    platform.admin.switch(soap_personality="docs", soap_order_not_found="fault")
    found = probed(vmi, platform.company)
    seen = answers(found)
    assert seen["element_order"].startswith("of the alphabet (")
    assert seen["date_formats"].endswith("SoldOn M/d/yyyy h:mm AM/PM")
    assert seen["absent_order"].startswith("a fault: Purchase order [PROBE")
    assert seen["fault_shape"].startswith("soap:Server, HTTP 500: ")
    assert [check.asked for check in found.checks if not check.answered] == []


def test_days_that_are_not_covered_are_found(platform: SoapPlatform, vmi: Vmi) -> None:
    platform.admin.switch(date_end="exclusive")
    seen = answers(probed(vmi, platform.company))
    platform.admin.switch(date_end="inclusive")
    assert seen["date_inclusive"].startswith("not covered: a sale of ")


def test_only_reads_are_asked_and_none_that_the_service_remembers(platform: SoapPlatform, vmi: Vmi) -> None:
    before = platform.admin.audit()
    probed(vmi, platform.company)
    after = platform.admin.audit()
    grown = {
        name
        for name, count in after["operation_calls"].items()
        if count > before["operation_calls"].get(name, 0) and name.startswith("vmi.")
    }
    assert "vmi.GetInventoryReport" in grown
    assert all(name.startswith("vmi.Get") for name in grown)
    assert not grown & {"vmi.GetInventoryList", "vmi.GetUpdatedInventoryList"}
    assert (after["accepted"], after["notices"]) == (before["accepted"], before["notices"])


@pytest.mark.parametrize(
    "operation", ["CreatePurchaseOrder", "EnableCompany", "GetUpdatedInventoryList", "GetInventoryList"]
)
def test_an_operation_that_is_no_harmless_read_cannot_be_asked(operation: str) -> None:
    with pytest.raises(ValueError, match="is not a read"):
        Ask("any", "any", operation, {}, lambda _: None)


def test_what_only_a_write_would_tell_is_left_open(platform: SoapPlatform, vmi: Vmi) -> None:
    found = probed(vmi, platform.company)
    told = {one.question: one.unanswered for one in found.observations if not one.seen}
    assert {question.name for question in WRITES} <= set(told)
    assert all(told.values())


def test_a_store_that_is_not_listed_is_not_asked_about(platform: SoapPlatform, vmi: Vmi) -> None:
    found = probed(vmi, platform.company, "999")
    assert found.location is None
    assert "inventory report" not in {check.asked for check in found.checks}


def test_a_refused_report_is_a_check_with_its_reason_and_still_evidence(platform: SoapPlatform, vmi: Vmi) -> None:
    platform.admin.add_faults(
        {"operation": "vmi.GetInventoryReport", "fault": "unknown_fault", "count": 20, "text": "Out of paper"}
    )
    found = probed(vmi, platform.company)
    (failed,) = [check for check in found.checks if not check.answered]
    assert failed.asked == "inventory report"
    assert "HTTP 500" in failed.problem
    assert {one.question: one.unanswered for one in found.observations}["minmax_lock"] == failed.problem


def test_wrong_credentials_end_the_probe_at_once(platform: SoapPlatform) -> None:
    with platform.vmi(password="not-the-password") as stranger, pytest.raises(CredentialsError) as refused:
        probed(stranger, platform.company)
    assert "not-the-password" not in str(refused.value)
