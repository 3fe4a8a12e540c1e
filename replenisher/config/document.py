"""A YAML file as plain data in which every key knows its line; nothing of the file is executed or expanded unseen.

Every scalar is kept as the text that was written (only `null`, `~` and nothing become None): `00123` stays `00123`,
`NO` stays `NO`, and the settings model decides what a text should be. Refused: files beyond `LARGEST_BYTES`, repeated
keys, tags, merge keys, several documents, deep nesting, and aliases that unfold to a huge document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from replenisher.errors import ConfigurationError

Place: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "dict[str, Value] | list[Value] | str | None"

LARGEST_BYTES = 1024 * 1024
_DEEPEST = 20
_MOST_NODES = 50_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "value")
)


@dataclass(frozen=True)
class Fault:
    """One fault of the configuration: the setting's place in the document, what is wrong and what to do.

    `line` is only given where the place does not tell it.
    """

    place: Place
    message: str
    line: int = 0


@dataclass
class Document:
    """The file's data, the line of every place in it, and the faults found while reading."""

    file: Path
    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    nodes: int = 0

    def line_of(self, place: Place) -> int:
        """Give the line of a place, or of the nearest section around it when the place itself is not written."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def report(self, fault: Fault) -> str:
        """Write a fault as `file:line: key: message`, which editors can jump to."""
        where = f"{self.file}:{fault.line or self.line_of(fault.place)}: "
        return where + (f"{dotted(fault.place)}: " if fault.place else "") + fault.message


def dotted(place: Place) -> str:
    """Write a place as people do: `companies[0].schedule`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def read(file: Path) -> Document:
    """Read a YAML file whose root is a mapping; raise ConfigurationError when it cannot be read as one at all.

    Repeated keys, tags and merge keys are collected in `faults`, so that they are told together with other faults.
    """
    text = _text(file)
    try:
        root = _compose(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigurationError(f"{file}:{mark.line + 1 if mark else 1}: {_explain(error)}") from None
    except yaml.YAMLError:
        line = text[: _first_control(text)].count("\n") + 1
        raise ConfigurationError(f"{file}:{line}: a control character stands here; delete it") from None
    if not isinstance(root, yaml.MappingNode):
        raise ConfigurationError(f"{file}:1: should be a mapping of settings such as `data_folder: ./var`")
    document = Document(file)
    values = _build(root, (), document, ())
    document.values = values if isinstance(values, dict) else {}
    return document


def _text(file: Path) -> str:
    try:
        if file.exists() and not file.is_file():
            raise ConfigurationError(f"{file}: is not a file; give the path of a YAML file")
        with file.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigurationError(f"{file}: does not exist; copy config.example.yaml there and edit it") from None
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None
    if len(content) > LARGEST_BYTES:
        raise ConfigurationError(f"{file}: is larger than 1 MiB; this cannot be a configuration file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{file}:{line}: is not UTF-8 text; save the file as UTF-8") from None


def _first_control(text: str) -> int:
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return found.start() if found else 0


def _compose(text: str, file: Path) -> yaml.Node | None:
    """Measure the document without recursion first, then build its nodes."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_LOADER), start=1):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or nodes > _MOST_NODES:
            problem = "is nested too deeply" if depth > _DEEPEST else "holds too many values"
            raise ConfigurationError(f"{file}:{event.start_mark.line + 1 if event.start_mark else 1}: {problem}")
    node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    return node


_HINTS = (
    ("that cannot start any token", "a text that begins with this character must stand in quotes; indent with spaces"),
    ("alias", 'a text that begins with * or & must stand in quotes, for example schedule: "*/30 * * * *"'),
    ("anchor", "a text that begins with * or & must stand in quotes"),
    ("expected a single document", "only one document is allowed; delete the line ---"),
    ("mapping values are not allowed", "a text that holds `: ` must stand in quotes; else check the indentation"),
    ("found unexpected end of stream", "a quote is not closed"),
    ("could not find expected ':'", "a key without a colon; write `key: value`"),
)


def _explain(error: yaml.MarkedYAMLError) -> str:
    """Say what is wrong without quoting the file, for the quoted part may be a secret."""
    problem = f"{error.context or ''} {error.problem or ''}"
    for sign, hint in _HINTS:
        if sign in problem:
            return f"not valid YAML: {hint}"
    return "not valid YAML: " + re.sub(r"'[^']{3,}'", "this", error.problem or "check the indentation")


def _build(node: yaml.Node, place: Place, document: Document, around: tuple[yaml.Node, ...]) -> Value:
    """Turn a node into plain data, noting lines; `around` holds the nodes that this one stands in."""
    document.nodes += 1
    if document.nodes > _MOST_NODES or node in around:
        raise ConfigurationError(f"{document.file}:{node.start_mark.line + 1}: an alias unfolds without end")
    document.lines.setdefault(place, node.start_mark.line + 1)
    if node.tag not in _PLAIN_TAGS:
        document.faults.append(Fault(place, "tags (!) are not used here; write the value alone"))
        return None
    inside = (*around, node)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, document, inside)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*place, index), document, inside) for index, item in enumerate(node.value)]
    return None if node.tag == _NULL else str(node.value)


def _mapping(node: yaml.MappingNode, place: Place, document: Document, inside: tuple[yaml.Node, ...]) -> Value:
    values: dict[str, Value] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in _PLAIN_TAGS:
            problem = "a key should be plain text; merge keys (<<) are not used here"
            document.faults.append(Fault(place, problem, line))
            continue
        key = str(key_node.value)
        if key in values:
            first = document.lines[(*place, key)]
            problem = f"given twice, first on line {first}; delete one of them"
            document.faults.append(Fault((*place, key), problem, line))
            continue
        document.lines[(*place, key)] = line
        values[key] = _build(value_node, (*place, key), document, inside)
    return values
