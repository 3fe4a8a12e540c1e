"""`make bench`: the benchmarks one after another, each in a process of its own so that none warms another's."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from rich.console import Console

from tests.bench.results import FOLDER, machine

BENCHMARKS = (
    "bench_planning",
    "bench_rules",
    "bench_demand",
    "bench_cycle",
    "bench_orders",
    "bench_memory",
    "bench_soap",
    "bench_history",
    "bench_limits",
    "bench_tryton",
)


def main() -> int:
    """Run them all, also when one fails; gives 1 when any did."""
    console = Console(highlight=False)
    before, started = machine(), time.monotonic()
    console.print(
        f"{before['processor']}, {before['cores']} cores, Python {before['python']}, load {before['load_average']}"
    )
    failed = []
    for name in BENCHMARKS:
        began = time.monotonic()
        console.print(f"\n[bold]{name}[/bold] …")
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode != 0:
            failed.append(name)
        console.print(f"{time.monotonic() - began:.0f} s, load {machine()['load_average']}")
    FOLDER.mkdir(exist_ok=True)
    facts = {**before, "load_average_after": machine()["load_average"], "failed": failed}
    (FOLDER / "machine.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    console.print(f"\n{time.monotonic() - started:.0f} s in all; figures in {FOLDER}/*.json")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
