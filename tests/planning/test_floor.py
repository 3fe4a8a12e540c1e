from __future__ import annotations

from tests.bench.bench_planning import figures, measure, table


def test_the_benchmark_measures_a_plan_that_its_floor_confirms() -> None:
    lines = measure(1_000)
    assert [line["what"].split()[0] for line in lines] == ["plan", "floor:", "plan,", "every", "snapshot"]
    assert all(line["rows"] == 1_000 and line["rows_per_second"] > 0 for line in lines)


def test_the_table_shows_rows_per_second_and_the_distance_to_the_floor() -> None:
    line = figures("plan", 1_000, 0.5) | {"times_the_floor": 2.5, "peak_rss_megabytes": 100}
    cells = [next(iter(column.cells)) for column in table([line]).columns]
    assert cells == ["plan", "1,000", "2,000", "2.5", "100"]
