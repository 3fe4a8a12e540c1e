"""`$filter` as the documents write it: comparisons joined by `and`, `or` and parentheses, read into a predicate.

Names of fields are compared without case, text exactly, guids without case; a value of another kind than the literal
is never equal to it. Literals are 'text' with '' for a quote, numbers, true, false, null, guids bare or as guid'…', and
DateTime'…'. Anything that cannot be read is a 400, and so is a field that a resource does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from replenisher.sandbox.replies import RefusalError, message

Predicate = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>[Dd]ate[Tt]ime'[^']*')|(?P<guid>guid'[^']*')"
    r"|(?P<number>-?\d+(?:\.\d+)?(?![\w-]))|(?P<mark>[(),])|(?P<word>[\w-]+))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda ours, asked: bool(ours == asked),
    "ge": lambda ours, asked: bool(ours >= asked),
    "gt": lambda ours, asked: bool(ours > asked),
    "le": lambda ours, asked: bool(ours <= asked),
    "lt": lambda ours, asked: bool(ours < asked),
}
_SAMPLE_SPELLINGS = {"gte": "ge", "lte": "le"}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEEPEST = 50
_LONGEST_NUMBER = 40


def parse_filter(text: str, *, samples: bool = False) -> Predicate:
    """Read an expression; with `samples` also `gte` and `lte`, which the documents write and OData does not know.

    Raises:
        RefusalError: 400, when it cannot be read.
    """
    reader = _Reader(_tokens(text), samples=samples)
    found = reader.either()
    if reader.left():
        raise _refusal(f"'{reader.left()[0][1]}' is not expected here")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _refusal(f"syntax error at position {position}")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        position = match.end()
    return found


def _refusal(reason: str) -> RefusalError:
    return RefusalError(message(400, f"Error while extracting the request query: {reason}"))


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], *, samples: bool) -> None:
        self._tokens = tokens
        self._samples = samples
        self._depth = 0

    def left(self) -> list[tuple[str, str]]:
        return self._tokens

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise _refusal("the expression ends too early")
        return self._tokens.pop(0)

    def _is(self, word: str) -> bool:
        return bool(self._tokens) and self._tokens[0][1].lower() == word

    def either(self) -> Predicate:
        found = self._every()
        while self._is("or"):
            self._next()
            left, right = found, self._every()
            found = lambda row, left=left, right=right: left(row) or right(row)  # type: ignore[misc]  # noqa: E731
        return found

    def _every(self) -> Predicate:
        found = self._one()
        while self._is("and"):
            self._next()
            left, right = found, self._one()
            found = lambda row, left=left, right=right: left(row) and right(row)  # type: ignore[misc]  # noqa: E731
        return found

    def _expect(self, mark: str) -> None:
        if self._next()[1] != mark:
            raise _refusal(f"'{mark}' is expected")

    def _one(self) -> Predicate:
        kind, word = self._next()
        if word == "(":
            return self._inside()
        if kind != "word":
            raise _refusal(f"'{word}' is not the name of a field")
        if word.lower() == "substringof":
            return self._substring()
        operator = self._next()[1].lower()
        if self._samples:
            operator = _SAMPLE_SPELLINGS.get(operator, operator)
        if operator not in _COMPARE:
            raise _refusal(f"'{operator}' is not an operator")
        return _comparison(word.lower(), _COMPARE[operator], _literal(*self._next()))

    def _inside(self) -> Predicate:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _refusal("too many parentheses")
        found = self.either()
        self._expect(")")
        self._depth -= 1
        return found

    def _substring(self) -> Predicate:
        self._expect("(")
        kind, part = self._next()
        if kind != "text":
            raise _refusal(f"'{part}' is not a text")
        self._expect(",")
        kind, field = self._next()
        if kind != "word":
            raise _refusal(f"'{field}' is not the name of a field")
        self._expect(")")
        wanted, name = _literal("text", part), field.lower()
        return lambda row: wanted in str(_value(row, name) or "")


def _literal(kind: str, token: str) -> Any:
    if kind == "text":
        return token[1:-1].replace("''", "'")
    if kind == "number" and len(token) <= _LONGEST_NUMBER:
        return float(token) if "." in token else int(token)
    if kind == "guid" and _GUID.fullmatch(token[5:-1]):
        return token[5:-1]
    if kind == "moment":
        found = _moment(token.partition("'")[2][:-1])
        if found is None:
            raise _refusal(f"{token} is not a date")
        return found
    words = {"true": True, "false": False, "null": None}
    if token.lower() in words:
        return words[token.lower()]
    if _GUID.fullmatch(token):
        return token
    raise _refusal(f"'{token}' is not a literal")


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _value(row: dict[str, Any], field: str) -> Any:
    for name, value in row.items():
        if name.lower() == field:
            return value
    raise _refusal(f"could not find a property named '{field}'")


def _comparison(field: str, compare: Callable[[Any, Any], bool], asked: Any) -> Predicate:
    def holds(row: dict[str, Any]) -> bool:
        ours = _value(row, field)
        if isinstance(asked, datetime):
            ours = _moment(ours)
        elif isinstance(asked, str) and isinstance(ours, str) and _GUID.fullmatch(asked):
            return compare(ours.lower(), asked.lower())
        if isinstance(ours, bool) is not isinstance(asked, bool):
            return False
        try:
            return compare(ours, asked)
        except TypeError:
            return False

    return holds
