from __future__ import annotations

import pytest

from curricle.extraction.scanning import find_candidates
from curricle.logs.held import hold_log
from curricle.logs.steps import Step, find_failed_steps


def steps_of(text: str) -> tuple[Step, ...]:
    held = hold_log([text.encode()], find_candidates)
    return find_failed_steps(held.lines, range(len(held.lines)))


ENDED = {
    "Travis": (
        (
            "travis_time:start:0a1b\n$ make\nok\ntravis_time:end:0a1b:start=1,finish=2\n"
            "travis_time:start:2c3d\n$ make test\nsum failed\n\n"
            'The command "make test" exited with 2.\n'
        ),
        Step(first=4, last=8, exit_code=2, command="make test"),
    ),
    "Travis, as it was written later": (
        (
            "travis_time:start:2c3d\n$ make test\nsum failed\n"
            'The command "make test" failed and exited with 2 during .\n'
        ),
        Step(first=0, last=3, exit_code=2, command="make test"),
    ),
    "Travis, tried again": (
        'travis_time:start:2c3d\n$ bundle install\nThe command "bundle install" failed 3 times.\n',
        Step(first=0, last=2, exit_code=None, command="bundle install"),
    ),
    "GitHub Actions": (
        (
            "2026-11-20T08:15:02.1Z ##[group]Run make\n2026-11-20T08:15:02.2Z built\n"
            "2026-11-20T08:15:03.1Z ##[group]Run make test\n2026-11-20T08:15:03.2Z sum failed\n"
            "2026-11-20T08:15:04.1Z ##[error]Process completed with exit code 101.\n"
            "2026-11-20T08:15:05.1Z Post job cleanup.\n"
        ),
        Step(first=2, last=4, exit_code=101, command="make test"),
    ),
    "GitHub Actions, a program of an action": (
        (
            "##[group]Run acme/lint@v2\nbad\n"
            "##[error]The process '/usr/bin/lint' failed with exit code 1\n"
        ),
        Step(first=0, last=2, exit_code=1, command="acme/lint@v2"),
    ),
    "GitLab": (
        (
            "\x1b[0Ksection_start:1763712935:step_script\r\x1b[0KExecuting\n"
            "$ make test\nsum failed\n"
            "\x1b[0Ksection_end:1763712999:step_script\r\x1b[0K"
            "\x1b[0Ksection_start:1763712999:cleanup_file_variables\r\x1b[0KCleaning up\n"
            "\x1b[0Ksection_end:1763713002:cleanup_file_variables\r\x1b[0K"
            "\x1b[31;1mERROR: Job failed: exit code 2\x1b[0;m\n"
        ),
        Step(first=0, last=4, exit_code=2, command=""),
    ),
    "GitLab on a machine of its own": (
        "section_start:1763712935:step_script\nsum failed\nERROR: Job failed: exit status 1\n",
        Step(first=0, last=2, exit_code=1, command=""),
    ),
    "GitLab, by its system": (
        (
            "section_start:1763712935:step_script\n"
            "ERROR: Job failed (system failure): prepare environment\n"
        ),
        Step(first=0, last=1, exit_code=None, command=""),
    ),
    "CircleCI": (
        "checkout\nsum failed\n\nExited with code exit status 1\n",
        Step(first=0, last=3, exit_code=1, command=""),
    ),
    "CircleCI, as it was": (
        "sum failed\nExited with code 137\n",
        Step(first=0, last=1, exit_code=137, command=""),
    ),
    "Buildkite": (
        (
            "~~~ Preparing\n~~~ Running command\n$ make test\nsum failed\n"
            "^^^ +++\n🚨 Error: The command exited with status 2\n"
        ),
        Step(first=1, last=5, exit_code=2, command=""),
    ),
    "a status that cannot be": (
        "sum failed\nExited with code 99999999999999999999\n",
        Step(first=0, last=1, exit_code=None, command=""),
    ),
    "a very long command": (
        f'The command "{"x" * 900}" exited with 1.\n',
        Step(first=0, last=0, exit_code=1, command="x" * 200),
    ),
}


@pytest.mark.parametrize(("text", "step"), ENDED.values(), ids=ENDED)
def test_the_step_that_failed_is_found(text: str, step: Step) -> None:
    assert steps_of(text) == (step,)


def test_each_failed_step_begins_after_the_one_before() -> None:
    text = 'a\nThe command "a" exited with 1.\nb\nThe command "b" exited with 2.\n'
    assert [(step.first, step.last, step.exit_code) for step in steps_of(text)] == [
        (0, 1, 1),
        (2, 3, 2),
    ]


PASSED = {
    "Travis": 'The command "make test" exited with 0.\n',
    "GitHub Actions": "##[group]Run make\nok\nPost job cleanup.\n",
    "GitLab": "section_start:1:step_script\nok\nJob succeeded\n",
    "only told of": "the docs say: The command exited with 0\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", PASSED.values(), ids=PASSED)
def test_where_nothing_failed_there_is_no_failed_step(text: str) -> None:
    assert steps_of(text) == ()
