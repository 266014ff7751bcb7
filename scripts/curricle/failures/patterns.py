"""Bucket rules compiled, so that one pass over a line tells all that hold; the border to RE2."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import re2

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from curricle.failures.rules import Rule

_MEMORY_BYTES: Final = 32 << 20
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
        self._owners: list[int] = []
        self._set = re2.Set.SearchSet(_options())
        self.problem = ""
        """Why an expression cannot be used; empty when all can."""
        for number, rule in enumerate(self._rules):
            for expression in (*map(_escaped, rule.match_any), *rule.match_regex):
                self._add(number, expression)
            if not (rule.match_any or rule.match_regex) and rule.signal:
                self._add(number, r"\{")
            if rule.step and not rule.is_shipped:
                self._checked(rule.step)
        if self._owners:
            self._set.Compile()

    def rules_of(self, line: str) -> tuple[Rule, ...]:
        """Return the rules whose texts, expressions and signals hold for a line."""
        if not self._owners:
            return ()
        numbers = sorted({self._owners[place] for place in self._set.Match(line.encode()) or ()})
        return tuple(
            rule for rule in (self._rules[number] for number in numbers) if _line_holds(rule, line)
        )

    def matches_example(self, rule: Rule) -> bool:
        """Tell whether a rule holds for its own example, its surroundings left out."""
        if rule.match_any or rule.match_regex or rule.signal:
            return rule in self.rules_of(rule.example)
        return bool(rule.exit_codes or rule.kinds)

    def _add(self, number: int, expression: str) -> None:
        if not (self._rules[number].is_shipped or self._checked(expression)):
            return
        self._set.Add(expression.encode())
        self._owners.append(number)

    def _checked(self, expression: str) -> bool:
        try:
            compiled = re2.compile(expression.encode(), _options())
        except re2.error as error:
            detail = error.args[0] if error.args else error
            text = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
            self.problem = self.problem or f"RE2 refuses {expression!r}: {text}"
            return False
        if compiled.search(b"") is not None:
            self.problem = self.problem or f"{expression!r} matches every line"
            return False
        return True


def compile_set(rules: Sequence[Rule]) -> RuleSet:
    """Return rules, compiled; `problem` tells of the first expression that cannot be used."""
    return RuleSet(rules)


def find_step(expression: str, command: str) -> bool:
    """Tell whether an expression is found in what a step called."""
    return re2.search(expression.encode(), command.encode(), _options()) is not None


def is_too_general(text: str) -> bool:
    """Tell whether a plain string stands in lines that tell of no failure."""
    return len(text.strip()) < _LITERAL_LENGTH_MIN or any(text in line for line in _EVERYDAY)


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


def _escaped(text: str) -> str:
    return "".join(char if char.isalnum() or not char.isascii() else "\\" + char for char in text)


def _options() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY_BYTES
    options.never_capture = True
    options.log_errors = False
    return options
