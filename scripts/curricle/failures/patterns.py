"""Bucket rules compiled, so that one pass over a line tells all that hold."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from curricle.expressions import (
    PatternSet,
    RefusedExpressionError,
    compile_pattern,
    escaped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curricle.failures.rules import Rule

_LITERAL_LENGTH_MIN: Final = 3
_EVERYDAY: Final = (
    "Tests run: 10, Failures: 0, Errors: 0, Skipped: 0",
    "added 120 packages, and audited 121 packages in 3s",
    "Step 3/9 : RUN apt-get update && make test install check",
    "warning: unused variable `index` in the function error at line 12",
    "2024-05-01T12:00:00Z Downloading https://registry.example.org/library/-/a-1.0.tgz",
)
_BRACE: Final = re.compile(r"\{.*\}")


class RuleSet:
    """Rules, compiled."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        found = [
            (number, expression)
            for number, rule in enumerate(self._rules)
            for expression in _expressions(rule)
        ]
        self._owners = [number for number, _ in found]
        self._set = PatternSet(expression for _, expression in found)

    def rules_of(self, line: str) -> tuple[Rule, ...]:
        """Return the rules whose texts, expressions and signals hold for a line."""
        places = self._set.matching(line.encode(errors="replace"))
        numbers = sorted({self._owners[place] for place in places})
        return tuple(
            rule for rule in (self._rules[number] for number in numbers) if _line_holds(rule, line)
        )


def find_problem(rule: Rule) -> str:
    """Return why a rule cannot be used as it stands, or nothing."""
    for text in rule.match_any:
        if is_too_general(text):
            return f"{text!r} stands in nearly every line"
    for expression in (*rule.match_regex, *filter(None, (rule.step,))):
        try:
            compiled = compile_pattern(expression, has_groups=False)
        except RefusedExpressionError as error:
            return f"RE2 refuses {expression!r}: {error}"
        if any(compiled.search(line.encode()) for line in ("", *_EVERYDAY)):
            return f"{expression!r} is found in nearly every line"
    if rule.is_textual and rule not in RuleSet([rule]).rules_of(rule.example):
        return "it does not match its own example"
    return ""


def find_step(expression: str, command: str) -> bool:
    """Tell whether an expression is found in what a step called."""
    pattern = compile_pattern(expression, has_groups=False)
    return pattern.search(command.encode(errors="replace")) is not None


def is_too_general(text: str) -> bool:
    """Tell whether a plain string stands in lines that tell of no failure."""
    return len(text.strip()) < _LITERAL_LENGTH_MIN or any(text in line for line in _EVERYDAY)


def _expressions(rule: Rule) -> Iterator[str]:
    yield from map(escaped, rule.match_any)
    yield from rule.match_regex
    if rule.signal and not (rule.match_any or rule.match_regex):
        yield r"\{"


def _line_holds(rule: Rule, line: str) -> bool:
    if any(text in line for text in rule.unless_any):
        return False
    return not rule.signal or _has_signal(rule.signal, line)


def _has_signal(signal: Iterable[tuple[str, str]], line: str) -> bool:
    found = _BRACE.search(line)
    if not found:
        return False
    try:
        document = json.loads(found[0])
    except (ValueError, RecursionError):
        return False
    return all(_value_at(document, path) == value for path, value in signal)


def _value_at(document: Any, path: str) -> str | None:
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return None
        document = document[name]
    if isinstance(document, bool):
        return "true" if document else "false"
    return str(document) if isinstance(document, (str, int, float)) else None
