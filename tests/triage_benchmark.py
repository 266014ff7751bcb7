"""Measures what triage costs, and writes it into `docs/benchmarks.md`.

    PYTHONPATH=scripts:tests python tests/triage_benchmark.py

The logs and the ledger are made here, always the same ones.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmark import PAGE, REPEATS
from command import Curricle
from curricle.canonical import sha256_hex
from curricle.cases.history import history
from curricle.cases.index import rebuild_index
from curricle.cases.recording import Failure, Job, record_failure
from curricle.failures.bucket import Bucket, Lane
from curricle.runs.begin import timestamp
from curricle.runs.journal import Entry, Head, advance, encode_entry
from evidence_benchmark import make_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

BEGIN, END = "<!-- triage: begin -->", "<!-- triage: end -->"
SMALL_BYTES: Final = 5_000_000
LARGE_BYTES: Final = 1_000_000_000
CASES: Final = 1_000_000
FINGERPRINTS: Final = 5_000
BEGAN_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
FAILURE: Final = """\
##[group]Run make test
--- FAIL: TestSum (0.03s)
    sum_test.go:12: expected 3, got 4
FAIL
make: *** [Makefile:12: test] Error 1
##[error]Process completed with exit code 2.
"""


def write_log(path: Path, size_bytes: int) -> None:
    """Write a log of a failed job of about that size."""
    text = make_log().encode()
    with path.open("wb") as file:
        for _ in range(size_bytes // len(text)):
            file.write(text)
        rest = size_bytes - file.tell()
        file.write(text[: text.rfind(b"\n", 0, rest) + 1])
        file.write(FAILURE.encode())


def measure_log(folder: Path, size_bytes: int) -> tuple[float, float]:
    """Return the median seconds of a whole process, and the most memory one took, in MB."""
    path = folder / f"{size_bytes}.log"
    # In a process of its own: what ours takes counts as what our children take.
    writer = get_context("fork").Process(target=write_log, args=(path, size_bytes))
    writer.start()
    writer.join()
    program = Curricle(runs_dir=folder / "runs", cwd=folder)
    command = program.command("triage", "--log", str(path))
    costs = [run(command, program.full_environment) for _ in range(REPEATS + 1)]
    path.unlink()
    # The first one fills the disk's cache.
    return median(seconds for seconds, _ in costs[1:]), max(memory for _, memory in costs)


def run(command: list[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Return the seconds of a process that names the failing test, and its megabytes."""
    begun_at = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun_at
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode == 0
    assert b"TestSum" in told
    return seconds, usage.ru_maxrss * 1024 / 1e6


def failed(number: int) -> dict[str, Any]:
    """Return the data of a case."""
    fingerprint = f"go-test:-:Test{number % FINGERPRINTS}@v1-{number % FINGERPRINTS:012x}"
    return {
        "repo": "acme/app",
        "workflow": "ci",
        "job": f"test-{number % 7}",
        "shard": f"{number % 4 + 1}/4",
        "attempt": 1,
        "run_id": str(number),
        "commit_sha": sha256_hex(str(number // 20).encode())[:40],
        "case": f"case-{number:012x}",
        "fingerprint": fingerprint,
        "fingerprint_version": "1",
        "bucket": Bucket.FLAKY_TEST.value,
        "lane": Lane.RERUN.value,
        "action": "rerun_same_sha",
        "reason": "rerun 1 of 1",
        "retries_used": 0,
        "max_retries": 1,
        "rules": ["go-test-fail"],
        "pack_sha256": sha256_hex(str(number).encode()),
    }


def ledger() -> Iterator[bytes]:
    """Yield the lines of a ledger of many cases."""
    head = Head()
    for number in range(CASES):
        line = encode_entry(
            Entry(
                seq=number + 1,
                at=timestamp(BEGAN_AT + timedelta(seconds=number)),
                actor="tester",
                event="case_failed",
                command="triage",
                previous=head.sha256,
                data=failed(number),
            )
        )
        head = advance(head, line)
        yield line


def measure_ledger(runs_dir: Path) -> Mapping[str, float]:
    """Return the seconds of a record, a query and a rebuild."""
    runs_dir.mkdir()
    with (runs_dir / "ledger.jsonl").open("wb") as file:
        file.writelines(ledger())
    begun_at = time.perf_counter()
    rebuild_index(runs_dir)
    rebuilt = time.perf_counter() - begun_at
    now = BEGAN_AT + timedelta(seconds=CASES)
    records, queries = [], []
    for number in range(REPEATS * 4):
        begun_at = time.perf_counter()
        record(runs_dir, CASES + number, now + timedelta(seconds=number))
        records.append(time.perf_counter() - begun_at)
        begun_at = time.perf_counter()
        found = history(runs_dir, failed(number)["fingerprint"], now=now)
        queries.append(time.perf_counter() - begun_at)
        assert found.cases >= CASES // FINGERPRINTS
    return {"record": median(records), "query": median(queries), "rebuild": rebuilt}


def record(runs_dir: Path, number: int, now: datetime) -> None:
    """Put one more case on record."""
    data = failed(number)
    failure = Failure(
        job=Job(
            repo=data["repo"],
            workflow=data["workflow"],
            job=data["job"],
            shard=data["shard"],
            attempt=1,
            run_id=data["run_id"],
            commit_sha=data["commit_sha"],
        ),
        fingerprint=data["fingerprint"],
        fingerprint_version="1",
        bucket=Bucket.FLAKY_TEST,
        lane=Lane.RERUN,
        action="rerun_same_sha",
        reason="rerun 1 of 1",
        retries_used=0,
        max_retries=1,
        rules=("go-test-fail",),
    )
    kept = record_failure(
        runs_dir, {"number": number}, failure, now=now, actor="tester", command="triage"
    )
    assert kept.is_new


def main() -> None:
    """Measure, and write the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, _ = measure_log(folder, SMALL_BYTES)
        large, memory = measure_log(folder, LARGE_BYTES)
        seconds = measure_ledger(folder / "ledger")
    table = [
        "| what | measured | aimed at |",
        "|---|---|---|",
        f"| `triage --log`, a log of 5 MB, whole process | {small:.2f} s | 0.4 s |",
        (
            f"| `triage --log`, a log of 1 GB, whole process | {LARGE_BYTES / 1e6 / large:.0f} MB/s"
            f" ({large:.1f} s), {memory:.0f} MB | 100 MB/s, 150 MB |"
        ),
        (
            f"| a record into a ledger of {CASES:,} cases, synced |"
            f" {seconds['record'] * 1e3:.1f} ms | 10 ms |"
        ),
        f"| the history of a fingerprint in it | {seconds['query'] * 1e3:.1f} ms | 500 ms |",
        f"| the index made anew from it, once | {seconds['rebuild']:.0f} s | |",
    ]
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n".join(table) + f"\n\n{END}{after}")


if __name__ == "__main__":
    main()
