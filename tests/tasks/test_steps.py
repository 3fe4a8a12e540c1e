"""A task is thin: it takes ids, makes its call, and knows no time; read from the source, so none can be forgotten."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

import replenisher
from replenisher.tasks.steps import HINTS
from replenisher.workflows.sweep import Due

PACKAGE = Path(str(replenisher.__file__)).parent
STEPS = ast.parse((PACKAGE / "tasks" / "steps.py").read_text())
TASKS = {
    node.name: node
    for node in STEPS.body
    if isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "shared_task" for one in node.decorator_list)
}
NAMED = {"run_job"}
"""Tasks about what has no number: companies and jobs go by their names."""
NO_TIME_IN_MESSAGES = re.compile(
    r"\b(eta|countdown|autoretry_for|retry_backoff|max_retries|default_retry_delay)\s*=|\.retry\(|\.apply_async\("
    r"|\b(chord|chain|group|chunks|AsyncResult)\("
)
"""Celery's ways to keep time or wait for results; times stand in PostgreSQL's `next_at`."""


def body_lines(task: ast.FunctionDef) -> int:
    """Lines of the body, the docstring not counted."""
    statements = task.body[1:] if ast.get_docstring(task) else task.body
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def test_every_function_of_the_module_is_a_task_and_the_business_has_its_steps() -> None:
    functions = {node.name for node in ast.walk(STEPS) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert functions == set(TASKS)
    assert {
        "tick",
        "sweep_due",
        "advance_run",
        "plan_batch",
        "submit_order",
        "track_order",
        "reconcile_order",
        "announce_notice",
        "settle_notice",
        "run_job",
    } <= functions


def test_everything_that_the_sweeper_finds_has_its_task() -> None:
    assert set(HINTS) == {field.name for field in dataclasses.fields(Due)}
    assert {task.name.rpartition(".")[2] for task in HINTS.values()} <= set(TASKS)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_task_is_ten_lines_or_fewer_and_says_what_it_does(task: ast.FunctionDef) -> None:
    assert 1 <= body_lines(task) <= 10
    assert (ast.get_docstring(task) or "").endswith(".")


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_task_takes_ids_alone_and_gives_nothing(task: ast.FunctionDef) -> None:
    arguments = task.args
    ids = {"str"} if task.name in NAMED else {"int"}
    assert {ast.unparse(one.annotation) for one in arguments.args if one.annotation} <= ids
    assert all(one.annotation for one in arguments.args)
    assert [arguments.vararg, arguments.kwarg, arguments.kwonlyargs, arguments.defaults] == [None, None, [], []]
    assert task.returns is not None
    assert ast.unparse(task.returns) == "None"


def test_no_message_carries_a_time_and_nobody_waits_for_a_result() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in [
            *(PACKAGE / "tasks").glob("*.py"),
            *(PACKAGE / "workflows").rglob("*.py"),
            *(PACKAGE / "cli").glob("*.py"),
        ]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if NO_TIME_IN_MESSAGES.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "submit_order.apply_async((1,), countdown=5)",
        "submit_order.delay(1, eta=soon)",
        "raise self.retry(exc=error)",
        "@shared_task(autoretry_for=(OSError,))",
        "group(submit_order.s(1))()",
    ],
)
def test_a_time_in_a_message_would_be_seen(line: str) -> None:
    assert NO_TIME_IN_MESSAGES.search(line)
