"""Faults of the configuration in words: what is wrong, what was expected, an example, the nearest valid name.

A value that came through a reference, and whatever was written into a secret setting or under an unknown key, is
never shown.
"""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from replenisher.config.document import Fault, Place
from replenisher.config.kinds import nearest
from replenisher.config.references import Resolved
from replenisher.config.schema import choices_of, field_at, inner_type, section_at, setting_paths

_LONGEST_SHOWN = 60
_SENTENCES = {
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "int_parsing_size": "should be a whole number of a sensible size",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "finite_number": "should be a number",
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "decimal_parsing": "should be an amount, with a point before the decimals",
    "decimal_type": "should be an amount, with a point before the decimals",
    "decimal_max_places": "should have at most {decimal_places} decimal places",
    "string_type": "should be text",
    "path_type": "should be the path of a file or folder",
    "string_too_short": "should not be empty",
    "string_too_long": "should have at most {max_length} characters",
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be at least {ge}",
    "less_than_equal": "should be at most {le}",
    "model_type": "should be a section: one `key: value` on each line, indented",
    "dict_type": "should be a section: one `key: value` on each line, indented",
    "tuple_type": "should be a list",
    "too_short": "should have at least one entry",
}


def faults_of(failure: ValidationError, root: type[BaseModel]) -> list[Fault]:
    """Turn what pydantic found into faults of the document."""
    errors = failure.errors(include_url=False)
    faulty = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    # A list whose every entry is refused counts as empty to pydantic; the entries' own faults say it better.
    told = [error for error in errors if error["type"] != "too_short" or error["loc"] not in faulty]
    return [_fault_of(error, root) for error in told]


def _fault_of(error: ErrorDetails, root: type[BaseModel]) -> Fault:
    place = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        return Fault(place, _unknown_key(place, root))
    field = field_at(root, place)
    if error["type"] == "disagreement":
        return Fault(place, error["msg"])
    if error["type"] == "missing":
        return Fault(place, "is missing" + _example(place, field))
    return Fault(place, _sentence(error, place, field) + _found(error, field) + _example(place, field))


def _sentence(error: ErrorDetails, place: Place, field: FieldInfo | None) -> str:
    if error["type"] in {"literal_error", "enum"} and field is not None:
        choices = choices_of(inner_type(inner_type(field.annotation), items=bool(place) and isinstance(place[-1], int)))
        shown = error["input"]
        meant = nearest(shown, choices) if isinstance(shown, str) and not isinstance(shown, Resolved) else None
        return f"should be one of {', '.join(choices)}" + (f"; nearest valid name: {meant}" if meant else "")
    template = _SENTENCES.get(error["type"])
    limits = {name: _number(value) for name, value in error.get("ctx", {}).items()}
    return template.format(**limits) if template else error["msg"]


def _number(limit: object) -> object:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _found(error: ErrorDetails, field: FieldInfo | None) -> str:
    """Show what was written, unless it is or may be a secret."""
    shown = error["input"]
    if shown is None:
        return "; found nothing" if error["type"] != "setting" else ""
    if error["type"] == "setting_unshown":
        return ""
    if isinstance(shown, Resolved):
        return "; the value comes through the reference and is not shown"
    hidden = field is None or inner_type(field.annotation) is SecretStr or not isinstance(shown, str)
    return "" if hidden or "@" in shown else f"; found {yaml_text(shown[:_LONGEST_SHOWN])}"


def _example(place: Place, field: FieldInfo | None) -> str:
    if field is None or not field.examples or not place:
        return ""
    key = next(part for part in reversed(place) if isinstance(part, str))
    return f"; for example `{key}: {yaml_text(field.examples[0])}`"


def yaml_text(value: Any) -> str:
    """Write a value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


def _unknown_key(place: Place, root: type[BaseModel]) -> str:
    section = section_at(root, place[:-1])
    names = list(section.model_fields) if section is not None else []
    key = str(place[-1])
    elsewhere = [path for path in setting_paths(root) if path.rpartition(".")[2] == key]
    meant = nearest(key, names)
    if elsewhere:
        return f"unknown key here; it belongs at {' or '.join(elsewhere)}"
    return "unknown key; " + (f"nearest valid name: {meant}" if meant else f"valid names: {', '.join(names)}")
