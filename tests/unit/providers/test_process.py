from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from command import ROOT
from curricle.errors import IoError
from curricle.providers.process import LINE_BYTES_MAX, Line, Process, running
from processes import command_line, left_over, marked, new_mark, wait_for

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

LONG = "sleep 60"
STUBBORN = "trap '' INT TERM; while :; do sleep 0.05; done"
# A daemon: in a session of its own, and no child of anybody.
DAEMON = f"setsid sh -c '({LONG}) & echo started' ; "


@pytest.fixture
def mark() -> str:
    """What marks the processes of a test."""
    return new_mark()


@pytest.fixture
def start(tmp_path: Path, mark: str) -> Any:
    """Start a command as `running` does, in an empty folder."""

    def start(*command: str, stdin: bytes = b"") -> AbstractContextManager[Process]:
        return running(
            command,
            stdin=stdin,
            environment={"PATH": os.environ["PATH"], "MARK": mark},
            cwd=tmp_path,
            scratch_dir=tmp_path / "scratch",
        )

    return start


def soon(seconds: float = 20) -> float:
    return time.monotonic() + seconds


def output(process: Process) -> list[str]:
    return [line.text.decode() for line in process.lines(soon())]


def sessions(mark: str) -> int:
    """In how many sessions a daemon's and its starter's commands are."""
    return len(
        {os.getsid(pid) for pid in marked(mark) if command_line(pid)[:1] in (["sh"], ["sleep"])}
    )


def test_lines_of_both_streams_come_with_their_origin(start: Any) -> None:
    with start("sh", "-c", "echo one; echo two >&2; printf three") as process:
        lines = list(process.lines(soon()))
    assert [line for line in lines if not line.is_error] == [
        Line(text=b"one", is_error=False),
        Line(text=b"three", is_error=False),
    ]
    assert [line for line in lines if line.is_error] == [Line(text=b"two", is_error=True)]
    assert process.status == 0


def test_a_line_comes_when_it_is_written_not_when_the_command_ends(start: Any) -> None:
    with start("sh", "-c", f"echo early; {LONG}") as process:
        assert next(process.lines(soon())).text == b"early"
    assert process.status is None


def test_what_goes_in_comes_out_and_the_end_is_told(start: Any) -> None:
    text = "".join(f"{number}\n" for number in range(100_000))
    with start("cat", stdin=text.encode()) as process:
        lines = output(process)
    assert lines == text.splitlines()
    assert process.status == 0


def test_a_command_that_reads_nothing_does_not_stop_the_reading(start: Any) -> None:
    with start("sh", "-c", "exec 0<&-; echo ready", stdin=b"x" * (1 << 20)) as process:
        assert output(process) == ["ready"]
    assert process.status == 0


def test_a_line_without_an_end_does_not_fill_the_memory(start: Any) -> None:
    program = f"import sys; sys.stdout.write('x' * ({LINE_BYTES_MAX} + 300_000) + chr(10) + 'end')"
    with start(sys.executable, "-I", "-S", "-c", program) as process:
        sizes = [len(line.text) for line in process.lines(soon())]
    assert sum(sizes) == LINE_BYTES_MAX + 300_000 + 3
    assert max(sizes) <= LINE_BYTES_MAX + (1 << 16)
    assert sizes[-1] == 3


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 3", 3), ("kill -9 $$", 137), ("kill -15 $$", 143), ("kill -13 $$", 141)],
)
def test_the_status_is_the_one_a_shell_has(start: Any, script: str, status: int) -> None:
    with start("sh", "-c", script) as process:
        assert output(process) == []
    assert process.status == status


def test_a_command_that_is_not_there_ends_with_127(start: Any) -> None:
    with start("/no/such/command") as process:
        assert output(process) == ["/no/such/command: No such file or directory"]
    assert process.status == 127


def test_a_file_that_cannot_be_run_ends_with_126(start: Any, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("no program")
    with start(str(tmp_path / "plain")) as process:
        assert output(process) == [f"{tmp_path / 'plain'}: Permission denied"]
    assert process.status == 126


def test_a_script_whose_interpreter_is_missing_ends_with_127(start: Any, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/usr/bin/env no-such-interpreter\n")
    script.chmod(0o755)
    with start(str(script)) as process:
        assert "no-such-interpreter" in "".join(output(process))
    assert process.status == 127


def test_a_folder_that_is_not_there_is_a_typed_error(tmp_path: Path) -> None:
    with (
        pytest.raises(IoError, match="no such file"),
        running(
            ["true"], stdin=b"", environment={}, cwd=tmp_path / "no", scratch_dir=tmp_path / "no"
        ),
    ):
        pass


def test_a_command_sees_only_the_environment_it_is_given(start: Any, mark: str) -> None:
    with start("env") as process:
        seen = {line.partition("=")[0] for line in output(process)}
    # The shell's own variables aside, which `env` does not make.
    assert seen <= {"PATH", "MARK", "LC_CTYPE"}
    assert not left_over(mark)


def test_time_ends_a_command_that_goes_on(start: Any, mark: str) -> None:
    started_at = time.monotonic()
    with start("sh", "-c", LONG) as process:
        assert not list(process.lines(soon(0.3)))
    assert process.status is None
    assert time.monotonic() - started_at < 1.3
    assert not marked(mark)


def test_a_command_that_closes_its_streams_is_still_waited_for(start: Any, mark: str) -> None:
    with start("sh", "-c", "exec 0<&- 1>&- 2>&-; sleep 0.3; exit 4") as process:
        assert output(process) == []
    assert process.status == 4
    assert not marked(mark)


def test_a_command_may_clean_up_when_it_is_interrupted(start: Any, tmp_path: Path) -> None:
    script = "trap 'echo > cleaned; exit' INT; echo ready; while :; do sleep 0.02; done"
    with start("sh", "-c", script) as process:
        next(process.lines(soon()))
    assert (tmp_path / "cleaned").exists()


def test_a_command_that_ignores_all_but_kill_is_killed(start: Any, mark: str) -> None:
    with start("sh", "-c", f"echo ready; {STUBBORN}") as process:
        next(process.lines(soon()))
        started_at = time.monotonic()
    assert time.monotonic() - started_at < 1.5
    assert not marked(mark)


@pytest.mark.parametrize("tail", [LONG, STUBBORN])
def test_what_moved_to_a_session_of_its_own_is_ended_too(start: Any, mark: str, tail: str) -> None:
    with start("sh", "-c", DAEMON + tail) as process:
        next(process.lines(soon()))
        assert wait_for(lambda: sessions(mark) >= 2)
    assert not marked(mark)


def test_a_daemon_that_keeps_the_pipes_does_not_keep_us(start: Any, mark: str) -> None:
    started_at = time.monotonic()
    with start("sh", "-c", DAEMON + "exit 5") as process:
        assert output(process) == ["started"]
    assert time.monotonic() - started_at < 1
    assert process.status == 5
    assert not marked(mark)


def test_an_interrupt_of_ours_leaves_nothing(start: Any, mark: str) -> None:
    def interrupted() -> None:
        with start("sh", "-c", DAEMON + LONG) as process:
            for _ in process.lines(soon()):
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not marked(mark)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_keepers_death_takes_the_command_with_it(
    start: Any, mark: str, number: signal.Signals
) -> None:
    with start("sh", "-c", f"echo ready; exec {LONG}") as process:
        lines = process.lines(soon())
        next(lines)
        os.kill(process._popen.pid, number)  # noqa: SLF001 - there is no other way to meet it
        assert list(lines) == []
    assert process.status in {137, 130}
    assert not left_over(mark)


OURSELVES = """
import os, sys, time
from pathlib import Path
from curricle.providers.process import running
scratch = Path(sys.argv[1]); scratch.mkdir()
with running(["sh", "-c", sys.argv[2]], stdin=b"", environment=os.environ, cwd=scratch,
             scratch_dir=scratch) as process:
    for line in process.lines(time.monotonic() + 60):
        print(line.text.decode(), flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("tail", [LONG, STUBBORN])
def test_our_own_death_leaves_neither_process_nor_file(
    tmp_path: Path, mark: str, number: signal.Signals, tail: str
) -> None:
    scratch = tmp_path / "scratch"
    with subprocess.Popen(
        [sys.executable, "-c", OURSELVES, str(scratch), DAEMON + tail],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "scripts"), "MARK": mark},
        stdout=subprocess.PIPE,
    ) as ourselves:
        assert ourselves.stdout is not None
        assert ourselves.stdout.readline() == b"started\n"
        ourselves.send_signal(number)
        assert ourselves.wait(10) == -number
        assert not left_over(mark)
        assert wait_for(lambda: not scratch.exists())


@pytest.mark.parametrize(("last_word", "is_there"), [(b".", True), (b"", False)])
def test_files_are_removed_for_whoever_closed_the_lifeline_without_a_word(
    tmp_path: Path, last_word: bytes, *, is_there: bool
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    lifeline, our_end = os.pipe()
    keeper = [sys.executable, "-I", "-S", str(ROOT / "scripts/curricle/providers/keeper.py")]
    arguments = [str(lifeline), str(os.getpid()), str(scratch), "sleep", "60"]
    with subprocess.Popen([*keeper, *arguments], pass_fds=[lifeline]) as process:
        os.close(lifeline)
        os.write(our_end, last_word)
        os.close(our_end)
        process.wait(10)
    assert scratch.exists() == is_there
