"""Measures what users wait for, and writes the table into `docs/benchmarks.md`.

Each figure is the median of whole processes; the graphs and the document are made here, always
the same ones. Nothing is measured inside the program.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "benchmarks.md"
SHIM: Final = ROOT / "scripts" / "orchestration.py"
SCOPES: Final = ROOT / "templates" / "scopes"
REPEATS: Final = 5
SMALL, LARGE = 10_000, 100_000
LISTED_RUNS: Final = 10_000
DOCUMENT_CHARACTERS: Final = 1_000_000
PREREQUISITES: Final = 3
NEAR: Final = 1000
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Needs = Callable[[int, random.Random], list[int]]
SHAPES: Final[Mapping[str, Needs]] = {
    "random": lambda at, draw: draw.sample(range(at), min(PREREQUISITES, at)),
    "local": lambda at, draw: draw.sample(range(max(0, at - NEAR), at), min(PREREQUISITES, at)),
    "chain": lambda at, _: [at - 1] if at else [],
    "star": lambda at, _: [0] if at else [],
}
"""How the prerequisites of the node at a place are drawn: `random` from all nodes before it,
`local` from the last thousand."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one job took: medians of whole processes."""

    seconds: float
    megabytes: float


Costs = Mapping[tuple[str, int], Mapping[str, Cost]]
"""Shape and size of a graph to the cost of each command on it."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """The command line with a folder of runs."""

    runs_dir: Path

    def __call__(self, *arguments: str) -> str:
        """Run a command whose exit status may tell of findings, and return its output."""
        done = subprocess.run(  # noqa: S603 - our own program
            self.command(*arguments), capture_output=True, text=True, check=False
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stderr)
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        """Return a command as an argument list."""
        return [sys.executable, str(SHIM), "--runs-dir", str(self.runs_dir), *arguments]


def main() -> None:
    """Measure everything and put the tables into the page."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", ROOT / "scripts"], check=True)  # noqa: S603
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        light = list(_light_jobs(work))
        graphs = {
            (shape, size): _graph_costs(work / f"{shape}{size}", shape, size)
            for shape in SHAPES
            for size in (SMALL, LARGE)
        }
        parts = [_machine(), _jobs([*light, *_graph_jobs(graphs)]), _growth(graphs)]
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after}")


def _jobs(rows: Iterable[tuple[str, Cost, str]]) -> str:
    """Return the table of jobs that have a figure to meet."""
    lines = [
        f"| {job} | {cost.seconds:.3f} s | {cost.megabytes:.0f} MB | {limit} |"
        for job, cost, limit in rows
    ]
    return "\n".join(["| job | time | memory | at most |", "|---|---|---|---|", *lines])


def _light_jobs(work: Path) -> Iterator[tuple[str, Cost, str]]:
    finished = Program(runs_dir=work / "finished")
    run = finished("init", "Bread", f"--scope-file={SCOPES / 'bread-baking.md'}").strip()
    finished("run", run)
    yield "bare interpreter", _cost([[sys.executable, "-c", "pass"]] * REPEATS), ""
    for command in ("status", "next"):
        cost = _cost([finished.command(command, run)] * REPEATS)
        yield f"`{command}` on a finished run", cost, "bare + 0.08 s"
    many = _many_runs(work / "many", finished.runs_dir / run)
    yield f"`list` with {LISTED_RUNS:,} runs", _cost([many.command("list")] * REPEATS), "0.5 s"
    document = work / "document.md"
    document.write_text(make_document(DOCUMENT_CHARACTERS))
    cost = _compile_cost(work / "scope", document)
    yield "`run`: compile a scope document of 1 MB", cost, "5 s"


def _graph_jobs(graphs: Costs) -> Iterator[tuple[str, Cost, str]]:
    limits = {
        SMALL: {"validate": "0.4 s"},
        LARGE: {"validate": "4 s, 800 MB", "plan": "6 s", "diff": "6 s"},
    }
    for size, commands in limits.items():
        for command, limit in commands.items():
            for shape in SHAPES:
                cost = graphs[shape, size][command]
                yield f"`{command}`, {shape} graph of {size:,} nodes", cost, limit


def _growth(graphs: Costs) -> str:
    """Return the table of how cost grows from 10,000 to 100,000 nodes."""
    lines = []
    for shape in SHAPES:
        small, large = graphs[shape, SMALL], graphs[shape, LARGE]
        ratios = " | ".join(f"{large[c].seconds / small[c].seconds:.1f}" for c in small)
        lines.append(f"| {shape} | {ratios} |")
    return "\n".join(
        [
            f"Times of {LARGE:,} nodes over times of {SMALL:,}, at most 13:",
            "",
            "| graph | validate | plan | diff |",
            "|---|---|---|---|",
            *lines,
        ]
    )


def _graph_costs(folder: Path, shape: str, size: int) -> dict[str, Cost]:
    """Return the cost of each command on a run that holds a graph of the given shape."""
    program = Program(runs_dir=folder)
    spec, curriculum = folder / "spec.json", folder / "curriculum.json"
    folder.mkdir()
    try:
        spec.write_text(json.dumps(make_spec()))
        _write_curriculum(curriculum, shape, size)
        run = program("init", shape, f"--topic-spec={spec}", f"--curriculum={curriculum}").strip()
        # A plan that is current is not made again, so each has another start.
        starts = [f"2027-01-{day + 1:02}" for day in range(REPEATS)]
        costs = {
            "validate": _cost([program.command("validate", run)] * REPEATS),
            "plan": _cost([program.command("plan", run, "--start", start) for start in starts]),
        }
        target = folder / run / "outputs" / "curriculum" / "curriculum.json"
        _write_curriculum(target, shape, size, revised=True)
        program("validate", run)
        before = hashlib.sha256(curriculum.read_bytes()).hexdigest()
        diff = program.command("diff", run, "--from", before)
        return {**costs, "diff": _cost([diff] * REPEATS)}
    finally:
        shutil.rmtree(folder)


def _compile_cost(folder: Path, document: Path) -> Cost:
    """Return the cost of generating a curriculum anew from a document, and all that follows."""
    program = Program(runs_dir=folder)
    run = program("init", "Document", f"--scope-file={document}").strip()
    return _cost([program.command("run", run, "--force")] * REPEATS)


def _many_runs(folder: Path, finished: Path) -> Program:
    record = json.loads((finished / "run.json").read_text())
    for number in range(LISTED_RUNS):
        run_id = f"20260101-{number:06}-run-{number:04x}"
        (folder / run_id).mkdir(parents=True)
        (folder / run_id / "run.json").write_text(json.dumps({**record, "run_id": run_id}))
    return Program(runs_dir=folder)


def _cost(commands: Sequence[list[str]]) -> Cost:
    """Return the median cost of processes."""
    samples = [_measure(command) for command in commands]
    return Cost(
        seconds=median(seconds for seconds, _ in samples),
        megabytes=median(megabytes for _, megabytes in samples),
    )


def _measure(command: list[str]) -> tuple[float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"{command} left with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def _write_curriculum(path: Path, shape: str, size: int, *, revised: bool = False) -> None:
    """Write a graph, in a process of its own: what ours takes counts as what our children take."""

    def write() -> None:
        path.write_text(json.dumps(make_curriculum(shape, size, revised=revised), indent=2))

    writer = get_context("fork").Process(target=write)
    writer.start()
    writer.join()


def make_curriculum(shape: str, size: int, *, revised: bool = False) -> dict[str, Any]:
    """Return a valid curriculum; `revised` changes every hundredth estimate and title."""
    draw = random.Random(size)  # noqa: S311 - the same graph every time
    nodes = []
    for at in range(size):
        needs = sorted(SHAPES[shape](at, draw))
        nodes.append(_node(at, needs, is_revised=revised and at % 100 == 0))
    return {"topic": f"A {shape} graph of {size} nodes", "nodes": nodes}


def _node(at: int, needs: list[int], *, is_revised: bool) -> dict[str, Any]:
    return {
        "id": f"n{at}",
        "title": f"Concept {at} of the {'new' if is_revised else 'old'} field",
        "capability": f"Explain concept {at} and apply it to a new case",
        "prerequisites": [f"n{before}" for before in needs],
        "core_ideas": [
            "What the part is for, what it needs and where it fails, with one worked example.",
            f"How concept {at} differs from its neighbours.",
        ],
        "pitfalls": [f"Mixing concept {at} up with its neighbour"],
        "mastery_check": {
            "task": f"Work through case {at} and explain each step",
            "pass_criteria": "All steps are correct and explained",
        },
        "estimate_minutes": 30 + at % 60 + (5 if is_revised else 0),
        "resources": [
            {
                "title": "Handbook",
                "url": f"https://example.org/{at}",
                "kind": "text",
                "role": "primary",
            }
        ],
    }


def make_spec() -> dict[str, Any]:
    """Return a ready topic spec that the curricula keep to."""
    return {
        "spec_version": "1.0",
        "goal": "Explain every concept of the field",
        "audience": "Readers",
        "prerequisites": [],
        "scope_in": ["Concept 1 of the old field"],
        "scope_out": [],
        "constraints": {
            "hours_per_week": 6,
            "total_hours_min": 0,
            "total_hours_max": 100_000,
            "depth": "practical",
        },
        "domain_mode": "mature",
        "evidence_mode": "standard",
    }


def make_document(characters: int) -> str:
    """Return a scope document of sections that mention one another, in words of real ones."""
    text = " ".join(path.read_text() for path in sorted(SCOPES.glob("*.md")))
    words = sorted(set(re.findall(r"[a-z]{3,12}", text.lower())))
    draw = random.Random(characters)  # noqa: S311 - the same document every time
    titles: list[str] = []
    parts = ["# A large subject\n"]
    length = 0
    while length < characters:
        titles.append(" ".join(draw.sample(words, 2)).capitalize())
        sentences = [
            " ".join(draw.choices(words, k=12)).capitalize()
            + (f", as in {draw.choice(titles).lower()}." if draw.random() < 0.4 else ".")  # noqa: PLR2004
            for _ in range(4)
        ]
        parts.append(f"\n## {titles[-1]}\n\n{' '.join(sentences)}\n")
        length += len(parts[-1])
    return "".join(parts)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {platform.system()} {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GiB, Python {platform.python_version()}; medians of {REPEATS} whole"
        " processes."
    )


if __name__ == "__main__":
    main()
