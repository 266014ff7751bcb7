"""Which test failed and which files are concerned, as the lines of a failure name them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TEST_LENGTH_MAX: Final = 200
_SPREAD: Final = frozenset({"mocha-failure"})
"""Signs of runners that give each group of a test a line of its own."""
_NAME_LINES: Final = 6
_TESTS: Final[Mapping[str, str]] = {
    "pytest-failure": r"^_{3,} (?:ERROR (?:at \w+ of|collecting) )?(?P<test>.+?) _{3,}$",
    "pytest-summary": r"^(?:FAILED|ERROR) (?P<file>[^:\s]+)(?:::(?P<test>\S+))?",
    "unittest-failure": r"^(?:FAIL|ERROR): (?P<test>.+)$",
    "doctest-failure": r"^File \"(?P<file>.+)\", line \d+, in (?P<test>\S+)$",
    "jest-failure": r"^ *● (?P<test>.+)$",
    "jest-file": r"^ *FAIL +(?:\w+ +)?(?P<file>\S+)",
    "vitest-failure": r"^ *FAIL +(?:\|.*\| +)?(?P<file>\S+) > (?P<test>.+)$",
    "vitest-line": r"^ *(?:×|✗|✖|❯) (?P<test>.+?)(?: \d+ ?ms)?$",
    "mocha-failure": r"^ +\d+\) (?P<test>.+?):?$",
    "karma-failure": r"^\S.*?\([^)]*\) (?P<test>.+) FAILED$",
    "minitest-failure": r"^ *(?P<test>[A-Z][\w:]*#\S+?)(?: \[(?P<file>[^:\]]+):\d+\])?:?$"
    r"|^(?P<old>test\S+\(\S+\)) \[",
    "rspec-failure": r"^ +\d+\) (?P<test>.+)$",
    "phpunit-failure": r"^\d+\) (?P<test>.+)$",
    "jasmine-failure": r"^\d+\) (?P<test>.+)$",
    "tap-not-ok": r"^ *not ok \d+(?: -)? *(?P<test>.*)$",
    "playwright-failure": r"^ *\d+\) (?:\[\S+\] › )?(?P<file>[^:\s]+):\d+:\d+ ›"
    " (?P<test>.+?)[ ─]*$",
    "surefire-test": r"^(?:\[ERROR\] +)?(?!Tests run)(?P<test>[\w$.]+(?:\([\w$.]+\))?) .*<<<",
    "junit-tree": r"^\W*(?P<test>\w.*?) \[(?:X|✘)\]",
    "junit-console": r"^ +JUnit \w+:(?P<test>\S.*)$",
    "gradle-test": r"^(?P<test>\S.* > .+) FAILED$",
    "scalatest-failed": r"^(?:\[info\] )?- (?P<test>.+?) \*\*\* ",
    "partest-failed": r"^!! +\d+ - (?P<test>\S+)",
    "clojure-test": r"^(?:FAIL|ERROR) in \((?P<test>.+?)\) \((?P<file>[^:)]+)",
    "dotnet-test": r"^ *(?:Failed|X) +(?P<test>.+?) \[.*\]$|(?P<xunit>\S+) \[FAIL\]$",
    "ctest-line": r"Test +#\d+: (?P<test>\S+)",
    "gtest-line": r"^\[ +FAILED +\] (?P<test>[\w./]+)",
    "automake-test": r"^(?:FAIL|XPASS|ERROR):? (?P<test>\S+)$",
    "boost-test": r'error: in "(?P<test>[^"]+)"',
    "go-test": r"^\s*--- FAIL: (?P<test>\S+)",
    "rust-test-output": r"^---- (?P<test>.+) std(?:out|err) ----$",
    "rust-test-line": r"^test (?P<test>.+) \.\.\. FAILED$",
    "rust-panic": r"^thread '(?P<test>[^']+::[^']+)'",
    "tasty-fail": r"^ *(?P<test>.+?):\s+FAIL",
    "xctest-error": r"error: -\[(?P<test>.+?)\] : ",
    "xcpretty-test": r"^ {2}(?P<test>\S+), ",
    "xcpretty-line": r"✗ (?P<test>\S+), ",
    "phpt-fail": r"^FAIL (?P<test>.+) \[(?P<file>.+)\]",
    "perl-test": r"^ *# +Failed test '(?P<test>.+)'",
    "prove-line": r"^(?P<file>\S+) \.{2,} ",
    "rspec-summary": r"^rspec '?\./(?P<file>[^:\s]+)\S* # (?P<test>.+)$",
    "exunit-test": r"^ +\d+\) (?P<test>.+) \(\S+\)$",
    "erlang-test": r"^(?P<test>[\w:]+) failed on line",
    "ert-test": r"^Test (?P<test>\S+) condition:",
}
_FILE: Final = re.compile(
    r"(?<![\w@/.])(?!//)((?:[A-Za-z]:)?[\w./\\@+-]*[\w)\]]\.(?:py|pyx|pyi|[cm]?[jt]sx?|vue|svelte|coffee|java|kt|"
    r"kts|scala|groovy|clj[cs]?|go|rs|c|cc|cpp|cxx|h|hh|hpp|m|mm|swift|cs|fs|vb|rb|erb|rake|php|phpt|"
    r"pl|pm|t|lua|ex|exs|erl|hrl|hs|lhs|ml|mli|el|lisp|r|R|jl|dart|vim|sh|bash|ps1|sql|proto|tf|ya?ml|"
    r"toml|json|xml|gradle|sbt|cabal|cmake|md|rst|org|adoc|tex|(?<=CMakeLists\.)txt|s?css|sass|less|html?|nix|feature))"
    r"(?![\w/-])"
)
_FOREIGN: Final = re.compile(
    r"node_modules|site-packages|dist-packages|/usr/(lib|include|share|local/lib)|\.cargo/|/rustc/"
    r"|/go/pkg/mod|internal/modules|\.rvm/|/gems/|\.m2/|\.gradle/|/opt/hostedtoolcache|/\.nvm/"
    r"|(^|/)(package(-lock)?\.json|pom\.xml)$|^node:|^internal/|^(module|events|net)\.js$|\.\.\./"
)
_ROOTS: Final = re.compile(
    r"^(/home/travis/build/[^/]+/[^/]+/|/Users/travis/build/[^/]+/[^/]+/|/home/runner/work/[^/]+/[^/]+/"
    r"|/github/workspace/|/builds/[^/]+/[^/]+/|/builds/worker/[^/]+/[^/]+/|/__w/[^/]+/[^/]+/"
    r"|/Users/runner/work/[^/]+/[^/]+/|[A-Za-z]:[/\\]a[/\\][^/\\]+[/\\][^/\\]+[/\\]"
    r"|/var/lib/jenkins/workspace/[^/]+/|/workspace/|/(?:root|home/circleci)/[^/]+/|\./)"
)


def find_test(sign: str, line: str, below: Sequence[str] = ()) -> tuple[str | None, str | None]:
    """Return the test and the file that a line with a sign names, None for what it does not.

    `below` are the lines after it: a name may be spread over some of them.
    """
    pattern = _TESTS.get(sign)
    found = re.search(pattern, line) if pattern else None
    if not found:
        return None, None
    groups = found.groupdict()
    test = groups.get("test") or groups.get("xunit") or groups.get("old")
    file = groups.get("file")
    if test and sign in _SPREAD and not line.rstrip().endswith(":"):
        test = " ".join((test.strip(), *_rest_of_name(below)))
    return (test or "").strip()[:TEST_LENGTH_MAX] or None, file and relative(file)


def _rest_of_name(below: Sequence[str]) -> Sequence[str]:
    """Return the lines up to the one that ends a name with a colon; none where none does."""
    for count, line in enumerate(below[:_NAME_LINES], start=1):
        if not line.strip():
            break
        if line.rstrip().endswith(":"):
            return [part.strip().rstrip(":") for part in below[:count]]
    return ()


def find_files(lines: Iterable[str], *, limit: int) -> tuple[str, ...]:
    """Return the source files that lines name, those of the project only, in order."""
    found: dict[str, None] = {}
    for line in lines:
        for match in _FILE.finditer(line):
            if not _FOREIGN.search(match[1]):
                found.setdefault(relative(match[1]))
        if len(found) >= limit:
            break
    return tuple(found)[:limit]


def relative(path: str) -> str:
    """Return a path as it stands in the repository, without the runner's working folder."""
    return _ROOTS.sub("", path.replace("\\", "/") if ":" in path[:3] else path)
