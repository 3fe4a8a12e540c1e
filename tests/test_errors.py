"""The tree of errors drawn in the docstring is the tree of the classes."""

from __future__ import annotations

import inspect

from replenisher import errors
from replenisher.errors import (
    AbsentError,
    ConfigurationError,
    FileFault,
    GatewayError,
    PlannerFileError,
    ReplenisherError,
    ReportRefusedError,
    ThrottledError,
)

INDENT = 4


def drawn() -> list[tuple[str, str, str]]:
    """Name, parent and what to do next of every line of the drawing, top to bottom."""
    picture = (errors.__doc__ or "").split("```")[1].strip("\n").splitlines()
    found: list[tuple[str, str, str]] = []
    above = ["Exception"]
    for line in picture:
        name, _, advice = line.lstrip("│├└─ ").partition(" ")
        depth = line.index(name) // INDENT
        found.append((name, above[depth], advice.strip()))
        above = [*above[: depth + 1], name]
    return found


def classes() -> dict[str, type[Exception]]:
    return {
        name: kind
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == errors.__name__
    }


def test_the_drawing_names_every_class_once_under_its_parent() -> None:
    assert sorted((name, parent) for name, parent, _ in drawn()) == sorted(
        (name, kind.__bases__[0].__name__) for name, kind in classes().items()
    )


def test_every_kind_says_what_to_do_next() -> None:
    assert [name for name, _, advice in drawn() if not advice] == [ReplenisherError.__name__]
    assert [name for name, kind in classes().items() if not (kind.__doc__ or "").rstrip().endswith(".")] == []


def test_every_error_of_the_program_is_one_of_ours() -> None:
    assert [name for name, kind in classes().items() if not issubclass(kind, ReplenisherError)] == []


def test_a_fault_of_a_file_is_a_place_an_editor_can_jump_to() -> None:
    assert str(FileFault("levels.csv", 7, "min", "'x' is not a number")) == "levels.csv:7: min: 'x' is not a number"
    assert str(FileFault("levels.csv", 7, "", "too few columns")) == "levels.csv:7: too few columns"
    assert str(FileFault("levels.csv", 0, "", "is empty")) == "levels.csv: is empty"


def test_a_planners_file_error_lists_every_fault_and_stops_like_a_wrong_configuration() -> None:
    faults = [FileFault("a.csv", 2, "sku", "is empty"), FileFault("a.csv", 3, "sku", "is repeated")]
    error = PlannerFileError(faults)
    assert str(error) == "a.csv:2: sku: is empty\na.csv:3: sku: is repeated"
    assert error.faults == faults
    assert isinstance(error, ConfigurationError)


def test_only_the_start_of_an_answer_is_kept() -> None:
    assert GatewayError("told", answer="x" * 3000).answer == "x" * 2000


def test_a_refused_report_names_location_report_and_field() -> None:
    refused = ReportRefusedError(location="11412", report="inventory", field="quantityOnHand", reason="is NaN")
    assert str(refused) == "location 11412, inventory report, field quantityOnHand: is NaN"
    whole = ReportRefusedError(location="11412", report="inventory", reason="is empty")
    assert str(whole) == "location 11412, inventory report: is empty"
    assert whole.operation == "inventory"


def test_kinds_with_a_status_of_their_own_tell_it() -> None:
    assert ThrottledError("wait", retry_after_seconds=3).status == 429
    assert AbsentError("gone", explained=True).status == 404
