"""`interfaces`: every operation of the platform that is used: who calls it, when, and what becomes of errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from replenisher.cli.interface_table import ERRORS, INTERFACES, OPERATIONS, Operation
from replenisher.cli.options import JsonOption
from replenisher.cli.screen import add_row, out, print_json, table

_INTRODUCTION = """\
# The platform's interfaces, operation by operation

Who calls each documented operation, when, and what happens when it fails. Written by `replenisher interfaces
--markdown > docs/interfaces.md`; tests hold it against the gateways, the callers and the sandbox, so it cannot go
stale. `replenisher demo --channel all` uses every one of them and ends with the number of calls and their answers.

Behind *errors* stands a word of the list at the end of this page.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("interfaces", rich_help_panel="Setting up")(interfaces)


def interfaces(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/interfaces.md.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List every operation of the platform that is used: who calls it, when, and what happens on each error."""
    if markdown:
        typer.echo(render(), nl=False)
    elif as_json:
        print_json([_as_data(operation) for operation in OPERATIONS])
    else:
        _print()


def _as_data(operation: Operation) -> dict[str, str]:
    return {
        "interface": INTERFACES[operation.interface],
        "operation": operation.title,
        "called_by": f"{operation.caller}:{operation.method}",
        "when": operation.when,
        "errors": ERRORS[operation.errors],
    }


def _print() -> None:
    screen = out()
    for interface, title in INTERFACES.items():
        made = table("operation", "called by", "when", "errors", title=title)
        for operation in OPERATIONS:
            if operation.interface == interface:
                add_row(made, operation.title, _caller(operation), operation.when, operation.errors)
        screen.print(made)
        screen.print()
    legend = table("errors", "what happens", keep=["errors"])
    for name, text in ERRORS.items():
        add_row(legend, name, text)
    screen.print(legend)


def _caller(operation: Operation) -> str:
    return operation.caller.removeprefix("replenisher.")


def render() -> str:
    """Write the page docs/interfaces.md."""
    return "\n".join([_INTRODUCTION, *_sections(), "## Errors", "", *_legend()]) + "\n"


def _sections() -> Iterator[str]:
    for interface, title in INTERFACES.items():
        yield f"## {title}"
        yield ""
        yield "| operation | called by | when | errors |"
        yield "|---|---|---|---|"
        for operation in OPERATIONS:
            if operation.interface == interface:
                yield f"| `{operation.title}` | `{_caller(operation)}` | {operation.when} | {operation.errors} |"
        yield ""


def _legend() -> Iterator[str]:
    for name, text in ERRORS.items():
        yield f"* **{name}**: {text}"


def called(outcomes: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[Operation, int, str]]:
    """Give each operation with how often it was called and what came of it, by the sandbox's outcome counts."""
    for operation in OPERATIONS:
        counted = outcomes.get(operation.audited, {})
        told = ", ".join(f"{count} x {status}" for status, count in sorted(counted.items()))
        yield operation, sum(counted.values()), told or "never"
