"""Reads YAML with one meaning only: no key twice, no aliases, nothing but plain data.

`jsontext.py` does the same for JSON. What a document should hold is checked by its schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from curricle.jsontext import MalformedJsonError, decode_text

if TYPE_CHECKING:
    import yaml

BYTES_MAX: Final = 4_000_000
NESTING_MAX: Final = 50
_TEXT: Final = "tag:yaml.org,2002:str"
_MAPPING: Final = "tag:yaml.org,2002:map"
_SEQUENCE: Final = "tag:yaml.org,2002:seq"
_SCALARS: Final = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null")
)


class MalformedYamlError(Exception):
    """A text that is no YAML, or YAML with two meanings."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        """1-based, or None where no line can be named."""


def parse_yaml(data: bytes) -> Any:
    """Return the document that a file holds; None for an empty one.

    Raises:
        MalformedYamlError: it is none, has a key twice, an alias, or is too large or too deep.
    """
    import yaml

    if len(data) > BYTES_MAX:
        raise MalformedYamlError(f"it has {len(data)} bytes, the limit is {BYTES_MAX}")
    try:
        text = decode_text(data)
    except MalformedJsonError as error:
        raise MalformedYamlError(error.why, error.line) from error
    try:
        _verify_events(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        return None if node is None else _plain(node, yaml.constructor.SafeConstructor())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        why = error.problem or "it is no YAML"
        raise MalformedYamlError(why, mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError) as error:
        raise MalformedYamlError(f"it is no YAML: {error}") from error


def _verify_events(text: str) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise MalformedYamlError("it has an alias, write the value out", line)
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > NESTING_MAX:
            raise MalformedYamlError(f"it is nested deeper than {NESTING_MAX}", line)


def _plain(node: yaml.Node, constructor: yaml.constructor.SafeConstructor) -> Any:
    """Return what a node stands for: plain data, each key once."""
    tag = node.tag
    if tag == _TEXT:
        return node.value
    if tag == _MAPPING:
        return _mapping(node, constructor)
    if tag == _SEQUENCE:
        return [_plain(item, constructor) for item in node.value]
    if tag not in _SCALARS:
        what = repr(node.value) if isinstance(node.value, str) else tag
        line = node.start_mark.line + 1
        raise MalformedYamlError(f"{what} is no plain value, put it in quotes", line)
    return constructor.construct_object(node)


def _mapping(node: yaml.Node, constructor: yaml.constructor.SafeConstructor) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if key.tag != _TEXT:
            line = key.start_mark.line + 1
            raise MalformedYamlError(f"the key {key.value!r} is no text", line)
        if key.value in found:
            line = key.start_mark.line + 1
            raise MalformedYamlError(f"the key {key.value!r} is there twice", line)
        found[key.value] = _plain(value, constructor)
    return found
