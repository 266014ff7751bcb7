"""Measures what evidence costs, and writes it into `docs/benchmarks.md`.

    PYTHONPATH=scripts:tests python tests/evidence_benchmark.py

The log is made here, always the same one: lines as builds and tests print them.
"""

from __future__ import annotations

import gc
import hashlib
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmark import PAGE, REPEATS
from command import SCOPES, Curricle
from curricle.layout import JOURNAL
from curricle.redaction.redactor import Redactor
from curricle.runs.journal import Entry, Head, advance, encode_entry
from histories import AT, COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BEGIN, END = "<!-- evidence: begin -->", "<!-- evidence: end -->"
ENTRIES: Final = 1_000_000
LOG_BYTES: Final = 100_000_000
LINES: Final = (
    "2026-01-31T09:{a:02d}:{b:02d}.{n:07d}Z ##[group]Run actions/checkout@v4",
    "[INFO] Building module-{n} 1.{a}.{b}-SNAPSHOT [{a}/{b}]",
    "tests/unit/test_module_{a}.py::test_case_{b}[param-{n}] PASSED [ {a}%]",
    "npm http fetch GET 200 /package-{n}/-/package-{n}-1.{a}.{b}.tgz {n}ms (cache miss)",
    "gcc -O2 -Wall -Iinclude -c src/part_{a}/file_{n}.c -o build/part_{a}/file_{n}.o",
    "E   AssertionError: assert {a} == {b}",
    "Digest: sha256:{digest}",
    "   Compiling crate-{n} v0.{a}.{b} (/build/crates/crate-{n})",
    "at com.example.service.Module{a}.call(Module{a}.java:{n})",
    "Get:{a} http://deb.example.org/debian stable/main amd64 lib{n} 1.{a}.{b}-1 [{n} kB]",
    "HEAD is now at {short} Mend the {n}th thing",
)
SUSPICIOUS: Final = "key: build-cache-{short}, token count {n}, secret santa plugin loaded"
"""A line that has to be looked at closely; one in `SUSPICIOUS_EVERY`."""
SUSPICIOUS_EVERY: Final = 50


def make_log() -> str:
    """Return a log of `LOG_BYTES` bytes."""
    draw = random.Random(4)
    lines: list[str] = []
    size = 0
    while size < LOG_BYTES // 20:
        digest = hashlib.sha256(draw.randbytes(8)).hexdigest()
        facts = {"a": draw.randrange(60), "b": draw.randrange(60), "n": draw.randrange(100_000)}
        line = draw.choice(LINES) if len(lines) % SUSPICIOUS_EVERY else SUSPICIOUS
        lines.append(line.format(**facts, digest=digest, short=digest[:12]))
        size += len(lines[-1]) + 1
    return ("\n".join(lines) + "\n") * 20


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that a job takes."""
    begun_at = time.perf_counter()
    work()
    return time.perf_counter() - begun_at


def journal(run_id: str, name: str) -> Iterator[bytes]:
    """Yield the lines of a journal that chains."""
    head = Head()
    data = {"run_id": run_id, "name": name, "files": {}}
    for at in range(ENTRIES):
        entry = Entry(
            seq=at + 1,
            at=AT,
            actor="tester",
            event="note" if at else "init",
            command=COMMAND,
            previous=head.sha256,
            data=data if not at else {"text": f"entry {at} of a long journal, as they are"},
        )
        line = encode_entry(entry)
        head = advance(head, line)
        yield line


def measure_verify(folder: Path) -> tuple[float, float]:
    """Return megabytes of a long journal and the seconds that `audit verify` takes for it."""
    program = Curricle(runs_dir=folder / "runs", cwd=folder)
    run = program.init("Long", scope_file=SCOPES / "bread-baking.md")
    with (run / JOURNAL).open("wb") as file:
        file.writelines(journal(run.name, "Long"))
    (run / "run.json").unlink()
    shutil.rmtree(run / "objects")
    size = (run / JOURNAL).stat().st_size
    command = program.command("audit", "verify", run.name)
    environment = program.full_environment

    def verify() -> None:
        subprocess.run(command, env=environment, capture_output=True, check=True)

    return size / 1e6, median(timed(verify) for _ in range(REPEATS))


def measure_redaction() -> tuple[float, float]:
    """Return megabytes a second that are redacted, and how much longer that is than a digest."""
    text = make_log()
    data = text.encode()
    gc.disable()
    Redactor().redact(text[: LOG_BYTES // 20])  # RE2 builds its states as it goes
    pairs = [
        (timed(lambda: Redactor().redact(text)), timed(lambda: hashlib.sha256(data).digest()))
        for _ in range(REPEATS)
    ]
    gc.enable()
    seconds = median(pair[0] for pair in pairs)
    return len(data) / 1e6 / seconds, median(one / other for one, other in pairs)


def main() -> None:
    """Measure, and write the table."""
    with tempfile.TemporaryDirectory() as folder:
        megabytes, seconds = measure_verify(Path(folder))
    speed, ratio = measure_redaction()
    table = [
        "| what | measured | aimed at |",
        "|---|---|---|",
        (
            f"| `audit verify`, a journal of 1,000,000 entries ({megabytes:.0f} MB) |"
            f" {seconds:.1f} s | 5 s |"
        ),
        (
            f"| redaction of a log of {LOG_BYTES / 1e6:.0f} MB, in memory | {speed:.0f} MB/s,"
            f" {ratio:.1f} times as long as its SHA-256 | 100 MB/s |"
        ),
    ]
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(table) + f"\n\n{END}{after}")


if __name__ == "__main__":
    main()
