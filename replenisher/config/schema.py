"""Finding a setting's model and kind by its place in the document, for messages and the page of settings."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from replenisher.config.document import Place


def kind_of(annotation: Any) -> str:
    """Name the kind of value a setting takes, for messages and the table of settings."""
    inner = inner_type(annotation)
    if get_origin(inner) is tuple:
        entry = kind_of(get_args(inner)[0])
        return "list of sections" if entry == "section" else f"list: {entry}"
    if get_origin(inner) is dict and kind_of(get_args(inner)[1]) != "section":
        return f"by name: {kind_of(get_args(inner)[1])}"
    choices = choices_of(inner)
    if choices:
        return " / ".join(f"`{choice}`" for choice in choices)
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "`true` / `false`", "Decimal": "amount"}
    names |= {"SecretStr": "secret", "Path": "path"}
    return names.get(getattr(inner, "__name__", ""), "section")


def setting_paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """List every setting as a dotted path, `companies[].planning.trigger`."""
    for name, field in model.model_fields.items():
        inner = inner_type(field.annotation)
        section = as_section(inner_type(inner, items=True))
        yield prefix + name
        if section is not None:
            yield from setting_paths(section, f"{prefix}{name}{list_mark(inner)}.")


def inner_type(annotation: Any, *, items: bool = False) -> Any:
    """Give what a setting holds: its annotation without Annotated and `| None`, with `items` without list or dict."""
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


def choices_of(annotation: Any) -> Sequence[str]:
    """List the words that a setting may have; none when it takes anything else."""
    inner = inner_type(annotation)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return [str(member.value) for member in inner]
    arguments = get_args(inner)
    return [str(argument) for argument in arguments] if arguments and isinstance(arguments[0], str) else []


def as_section(annotation: Any) -> type[BaseModel] | None:
    """Give the model when a type is a section of settings."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def section_at(root: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """Find the model of a section by its place in the document."""
    if not place:
        return root
    field = field_at(root, place)
    return None if field is None else as_section(inner_type(field.annotation, items=True))


def field_at(root: type[BaseModel], place: Place) -> FieldInfo | None:
    """Find the setting at a place; entries of a list or of `platforms` count as the setting around them."""
    section: type[BaseModel] | None = root
    field: FieldInfo | None = None
    for part in place:
        if section is not None and part in section.model_fields:
            field = section.model_fields[str(part)]
            section = as_section(inner_type(field.annotation))
        elif field is not None and section is None:
            section = as_section(inner_type(field.annotation, items=True))
        else:
            return None
    return field


def list_mark(annotation: Any) -> str:
    """Write what stands between a setting and its entries: `[]` for a list, `.<name>` for named sections."""
    return {tuple: "[]", dict: ".<name>"}.get(get_origin(inner_type(annotation)), "")
