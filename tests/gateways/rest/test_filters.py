"""`$filter` expressions: what is searched for stays inside its quotes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replenisher.errors import RefusedError
from replenisher.gateways.rest.filters import both, equals, literal, since

PRINTABLE = st.text(min_size=1, max_size=30).filter(str.isprintable)


def unquoted(written: str) -> tuple[str, str]:
    """Read a literal as a service does: give its text, and whatever stands behind its end."""
    assert written.startswith("'")
    text, rest = "", written[1:]
    while rest:
        if rest.startswith("''"):
            text, rest = text + "'", rest[2:]
        elif rest.startswith("'"):
            return text, rest[1:]
        else:
            text, rest = text + rest[0], rest[1:]
    raise AssertionError("the literal has no end")


@settings(deadline=None)
@given(PRINTABLE)
def test_a_text_comes_out_of_its_literal_as_it_went_in_with_nothing_behind_it(text: str) -> None:
    assert unquoted(literal(text)) == (text, "")


@settings(deadline=None)
@given(st.text("'ab ", min_size=1, max_size=8))
def test_not_even_quotes_break_out(text: str) -> None:
    written = equals("PrintableId", text)
    assert unquoted(written.removeprefix("PrintableId eq ")) == (text, "")


@pytest.mark.parametrize(
    ("text", "written"), [("229045", "'229045'"), ("O'Hara", "'O''Hara'"), ("'", "''''"), ("Søn №7", "'Søn №7'")]
)
def test_quotes_are_doubled(text: str, written: str) -> None:
    assert literal(text) == written


@pytest.mark.parametrize("text", ["", "\0", "a\nb", "a\r\nb", "\t", "\x7f", "\ud800", "\u2028", "\u202e"])
def test_what_no_literal_can_hold_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="cannot be searched for"):
        literal(text)
    with pytest.raises(RefusedError, match="cannot be searched for"):
        equals("PrintableId", text)


@settings(deadline=None)
@given(st.characters(categories=["Cc", "Cs", "Zl", "Zp"]), PRINTABLE)
def test_a_control_character_is_refused_wherever_it_stands(character: str, text: str) -> None:
    for written in (character + text, text + character, text + character + text):
        with pytest.raises(RefusedError):
            literal(written)


def test_a_number_stands_without_quotes_and_a_text_of_digits_with_them() -> None:
    assert equals("EntityId", 14202) == "EntityId eq 14202"
    assert equals("PrintableId", "14202") == "PrintableId eq '14202'"


def test_clauses_that_must_all_hold_are_joined() -> None:
    pending = both(equals("State", "Pending"), equals("EntityId", 14202))
    assert pending == "State eq 'Pending' and EntityId eq 14202"
    assert both(equals("State", "Pending")) == "State eq 'Pending'"


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    moment = datetime(2017, 9, 13, 18, 44, 55, 233000, timezone(timedelta(hours=-6)))
    assert since("UpdatedDate", moment) == "UpdatedDate ge DateTime'2017-09-14T00:44:55'"
    assert since("UpdatedDate", moment) == since("UpdatedDate", moment.astimezone(UTC))


@pytest.mark.parametrize("name", ["", "Id eq 1 or Id", "Id'", "1Id", "Items/SKU", "_Id", "Ïd", "Id\n", "a" * 65])
def test_what_is_no_name_of_a_field_is_a_program_error(name: str) -> None:
    for write in (lambda: equals(name, "x"), lambda: since(name, datetime.now(UTC))):
        with pytest.raises(ValueError, match="is no name of a field"):
            write()


def test_every_ordinary_name_is_taken() -> None:
    for name in ("Id", "PrintableId", "a_1", "a" * 64):
        assert equals(name, 1) == f"{name} eq 1"
