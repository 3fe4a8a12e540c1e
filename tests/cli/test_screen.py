"""What is printed is what is: no markup, no control characters, no cut ids."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from replenisher.cli import screen
from replenisher.cli.order_pages import LONGEST_SHOWN, print_events
from replenisher.database.models import OrderEvent
from replenisher.purchasing.states import OrderState


def _printed(shown: object, width: int = 60) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False, markup=False, emoji=False).print(shown)
    return stream.getvalue()


@pytest.mark.parametrize("sku", ["=cmd|' /C calc'!A0", "[bold]X[/bold]", "[/]", ":smile:", "00123", "NA", "Étui 5,8″"])
def test_a_sku_is_printed_as_it_is(sku: str) -> None:
    assert _printed(screen.literal(sku)).strip() == sku
    made = screen.table("sku", "units", right=("units",))
    screen.add_row(made, sku, 3)
    assert sku in _printed(made)


def test_a_control_character_cannot_reach_the_terminal() -> None:
    assert _printed(screen.literal("A\x1b[31mB\x07\r")).strip() == "A\\x1b[31mB\\x07\\r"


@given(st.text())
def test_no_text_breaks_the_screen(text: str) -> None:
    shown = screen.literal(text).plain
    assert all(one.isprintable() or one == "\n" for one in shown)


def test_a_long_id_is_folded_and_never_cut() -> None:
    made = screen.table("id", "message")
    screen.add_row(made, "X" * 50, "word " * 20)
    printed = _printed(made, width=40)
    assert printed.count("X") == 50
    assert "…" not in printed


@pytest.mark.parametrize("length", [LONGEST_SHOWN, LONGEST_SHOWN + 1])
def test_an_answer_that_fills_pages_is_cut_and_says_so(length: int) -> None:
    stream = io.StringIO()
    event = OrderEvent(
        at=datetime(2026, 11, 27, tzinfo=UTC), name="sent", actor="worker", evidence={"answer": "y" * length}
    )
    print_events(Console(file=stream, width=1000), [event])
    assert stream.getvalue().count("y") - stream.getvalue().count("by") == LONGEST_SHOWN
    assert ("(301 characters; --json shows all)" in stream.getvalue()) == (length > LONGEST_SHOWN)


def test_away_from_a_terminal_lines_are_wide_and_plain(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    screen.out().print(screen.literal("x" * 200, "bold red"))
    assert capsys.readouterr().out == "x" * 200 + "\n"
    monkeypatch.setenv("COLUMNS", "100")
    screen.out().print(screen.literal("x" * 200))
    assert capsys.readouterr().out == "x" * 100 + "\n" + "x" * 100 + "\n"


def test_json_keeps_amounts_and_instants_exact(capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    screen.print_json({"value": Decimal("12.50"), "at": moment, "day": date(2026, 3, 2), "state": OrderState.HELD})
    assert json.loads(capsys.readouterr().out) == {
        "value": "12.50",
        "at": "2026-03-02T05:00:00+00:00",
        "day": "2026-03-02",
        "state": "held",
    }


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "never"), (0.4, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7200, "2 h ago"), (172_800, "2 d ago")],
)
def test_an_age_is_told_in_the_largest_unit(seconds: float | None, told: str) -> None:
    assert screen.ago(seconds) == told


def test_counts_leave_out_what_is_not_there() -> None:
    assert screen.counted({"planned": 1200, "refused": 0, "missing": 1}) == "1,200 planned, 1 missing"
    assert screen.counted({}) == "none"
