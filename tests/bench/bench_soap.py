"""An inventory report of 2,000 SKUs over SOAP: from its bytes to our frame, beside lxml alone and zeep's objects.

`python -m tests.bench.bench_soap` prints the table and writes `bench-results/soap.json`. The bytes come from a sandbox
over HTTP and are the same for all. The floor parses them with lxml and makes rows by name, nothing checked and nothing
converted; the peer lets zeep make objects of them. Memory is what a process of its own adds at its peak (VmHWM) while
it reads the report once, after everything is imported and one small report was read.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from lxml import etree
from rich.console import Console
from rich.table import Column, Table

from replenisher.gateways.http.answers import Answer
from replenisher.gateways.soap.envelopes import Envelopes
from replenisher.gateways.soap.packaged import NAMESPACE, description
from replenisher.gateways.soap.replies import open_reply
from replenisher.gateways.vmi.identity import Identity, dates
from replenisher.gateways.vmi.inventory import store_report
from replenisher.purchasing.platform import ReportWindow
from tests.bench.proc import peak_megabytes
from tests.bench.results import Line, keep, machine, repeated
from tests.world import started_sandbox

SKUS = 2_000
REPEATS = 9
OPERATION = "GetInventoryReport"
TODAY = date(2026, 1, 1)
SMALL = 3
"""Rows of the report that warms a process up before its memory is measured."""


def fetched() -> bytes:
    """Fetch the report's bytes from a sandbox with one location."""
    size = ("--companies", "1", "--locations", "1", "--skus", str(SKUS), "--below-minimum", "0")
    with started_sandbox(*size) as sandbox:
        company = sandbox["companies"][0]
        identity = Identity(sandbox["vendor_guid"]).at(company["guid"], str(company["stores"][0]))
        window = dates(ReportWindow(date(2026, 1, 1), date(2026, 1, 7)))
        envelopes = Envelopes("vmi", sandbox["username"], sandbox["password"])
        body, action = envelopes.write(OPERATION, identity | window)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        request = Request(sandbox["vmi_url"], body, headers)  # noqa: S310 - our own sandbox on this machine
        with urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            return bytes(answer.read())


def answer_of(body: bytes) -> Answer:
    moment = datetime.now(UTC)
    return Answer(200, {"content-type": "text/xml; charset=utf-8"}, body, moment, moment)


def ours(body: bytes) -> int:
    """Read the bytes as the gateway does, into a checked frame."""
    return len(store_report(open_reply(answer_of(body), OPERATION), "31", TODAY))


def floor(body: bytes) -> int:
    """Parse with lxml and make a row by name of each product, all as text."""
    rows = etree.fromstring(body).iter(f"{{{NAMESPACE}}}ProductInformation")
    name = len(NAMESPACE) + 2
    return len([{cell.tag[name:]: cell.text for cell in row} for row in rows])


def zeep_objects(body: bytes) -> int:
    """Let zeep make an object of each product."""
    (binding,) = description("vmi").bindings.values()
    envelope = etree.fromstring(body)
    return len(binding.get(OPERATION).process_reply(envelope))


WAYS: dict[str, Callable[[bytes], int]] = {"ours": ours, "lxml, rows by name": floor, "zeep objects": zeep_objects}


def timed(body: bytes) -> list[Line]:
    """Time every way in turn, so that a busy moment meets all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for read in WAYS.values():
        assert read(body) >= SKUS, "a way has lost rows"
    for _ in range(REPEATS):
        for name, read in WAYS.items():
            gc.collect()
            began = time.perf_counter()
            read(body)
            seconds[name].append(time.perf_counter() - began)
    lines = [repeated(name, found, rows=SKUS, megabytes=round(len(body) / 1e6, 2)) for name, found in seconds.items()]
    best = lines[1]["seconds_median"]
    return [line | {"times_floor": round(line["seconds_median"] / best, 2)} for line in lines]


def small(body: bytes) -> bytes:
    """Cut the report down to its first rows."""
    root = etree.fromstring(body)
    rows = list(root.iter(f"{{{NAMESPACE}}}ProductInformation"))
    for row in rows[SMALL:]:
        parent = row.getparent()
        assert parent is not None
        parent.remove(row)
    return etree.tostring(root)


def added_megabytes(name: str, path: Path) -> float:
    """Measure in a process of its own how much its peak grows while it reads the report once."""
    command = [sys.executable, "-m", "tests.bench.bench_soap", "--measure", name, "--body", str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(name: str, path: Path) -> None:
    body, read = path.read_bytes(), WAYS[name]
    read(small(body))
    before = peak_megabytes()
    read(body)
    print(peak_megabytes() - before)


def run() -> list[Line]:
    """Time every way and measure its memory."""
    body = fetched()
    lines = timed(body)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xml"
        path.write_bytes(body)
        return [line | {"added_megabytes": round(added_megabytes(line["what"], path), 1)} for line in lines]


def table(lines: list[Line]) -> Table:
    """Lay the lines out for people."""
    title = f"Inventory report over SOAP, {SKUS:,} SKUs, {lines[0]['megabytes']} MB"
    shown = Table(Column("how", no_wrap=True), title=title)
    for heading in ("median ms", "best ms", "times the floor", "adds MB"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        figures = [f"{line[name] * 1000:.1f}" for name in ("seconds_median", "seconds_best")]
        shown.add_row(line["what"], *figures, f"{line['times_floor']:.2f}", f"{line['added_megabytes']:.1f}")
    return shown


def main() -> None:
    """Measure, print the table and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", choices=WAYS, help="measure the memory of one way, in this process")
    parser.add_argument("--body", type=Path, help="the report to measure with")
    arguments: Any = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure, arguments.body)
        return
    before = machine()
    lines = run()
    Console().print(table(lines))
    keep("soap", before, lines)


if __name__ == "__main__":
    main()
