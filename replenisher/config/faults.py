"""Faults of the configuration in words: what is wrong, what was expected, an example, the nearest valid name.

A value that came through a reference, and whatever was written into a secret setting or under an unknown key, is
never shown.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from replenisher.config.document import Fault, Place
from replenisher.config.kinds import nearest
from replenisher.config.references import Resolved

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
    field = _field_at(root, place)
    if error["type"] == "missing":
        return Fault(place, "is missing" + _example(place, field))
    return Fault(place, _sentence(error, place, field) + _found(error, field) + _example(place, field))


def kind_of(annotation: Any) -> str:
    """Name the kind of value a setting takes, for messages and the table of settings."""
    inner = _inner(annotation)
    if get_origin(inner) is tuple:
        return f"list of {kind_of(get_args(inner)[0])}"
    choices = _choices(inner)
    if choices:
        return " / ".join(f"`{choice}`" for choice in choices)
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "`true` / `false`", "Decimal": "amount"}
    names |= {"SecretStr": "secret", "Path": "path"}
    return names.get(getattr(inner, "__name__", ""), "section")


def _sentence(error: ErrorDetails, place: Place, field: FieldInfo | None) -> str:
    if error["type"] in {"literal_error", "enum"} and field is not None:
        choices = _choices(_inner(_inner(field.annotation), items=bool(place) and isinstance(place[-1], int)))
        shown = error["input"]
        meant = nearest(shown, choices) if isinstance(shown, str) and not isinstance(shown, Resolved) else None
        return f"should be one of {', '.join(choices)}" + (f"; nearest valid name: {meant}" if meant else "")
    if error["type"] == "string_pattern_mismatch":
        return f"should match {error['ctx']['pattern']}"
    template = _SENTENCES.get(error["type"])
    return template.format(**error.get("ctx", {})) if template else error["msg"]


def _found(error: ErrorDetails, field: FieldInfo | None) -> str:
    """Show what was written, unless it is or may be a secret."""
    shown = error["input"]
    if shown is None:
        return "; found nothing" if error["type"] != "setting" else ""
    if error["type"] == "setting_unshown":
        return ""
    if isinstance(shown, Resolved):
        return "; the value comes through the reference and is not shown"
    hidden = field is None or _inner(field.annotation) is SecretStr or not isinstance(shown, str)
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
    section = _section_at(root, place[:-1])
    names = list(section.model_fields) if section is not None else []
    key = str(place[-1])
    elsewhere = [path for path in _paths(root) if path.rpartition(".")[2] == key]
    meant = nearest(key, names)
    if elsewhere:
        return f"unknown key here; it belongs at {' or '.join(elsewhere)}"
    return "unknown key; " + (f"nearest valid name: {meant}" if meant else f"valid names: {', '.join(names)}")


def _paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """List every setting as a dotted path, `companies[].planning.trigger`."""
    for name, field in model.model_fields.items():
        inner = _inner(field.annotation)
        mark = {tuple: "[]", dict: ".<name>"}.get(get_origin(inner), "")
        section = _as_section(_inner(inner, items=True))
        yield prefix + name
        if section is not None:
            yield from _paths(section, f"{prefix}{name}{mark}.")


def _inner(annotation: Any, *, items: bool = False) -> Any:
    """Take Annotated and `| None` off an annotation, and with `items` the list or dict around it."""
    while True:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = arguments[0]
        elif origin in {Union, types.UnionType}:
            annotation = next(one for one in arguments if one is not types.NoneType)
        elif items and origin in {tuple, dict}:
            annotation = arguments[0] if origin is tuple else arguments[1]
        else:
            return annotation


def _choices(annotation: Any) -> Sequence[str]:
    inner = _inner(annotation)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return [str(member.value) for member in inner]
    arguments = get_args(inner)
    return [str(argument) for argument in arguments] if arguments and isinstance(arguments[0], str) else []


def _as_section(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _section_at(root: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """Find the model of a section by its place in the document."""
    if not place:
        return root
    field = _field_at(root, place)
    return None if field is None else _as_section(_inner(field.annotation, items=True))


def _field_at(root: type[BaseModel], place: Place) -> FieldInfo | None:
    """Find the setting at a place; entries of a list or of `platforms` count as the setting around them."""
    section: type[BaseModel] | None = root
    field: FieldInfo | None = None
    for part in place:
        if section is not None and part in section.model_fields:
            field = section.model_fields[str(part)]
            section = _as_section(_inner(field.annotation))
        elif field is not None and section is None:
            section = _as_section(_inner(field.annotation, items=True))
        else:
            return None
    return field
