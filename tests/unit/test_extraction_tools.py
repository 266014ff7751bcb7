from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from curricle.extraction.scanning import find_candidates, find_sign
from curricle.extraction.signs import SIGNS
from curricle.extraction.words import WORDS
from curricle.failures.rule_file import load_rules
from curricle.logs.held import HeldLog, hold_log
from curricle.triage.judge import Judge
from failed_logs import FAILED_LOGS, FailedLog

if TYPE_CHECKING:
    from curricle.extraction.failure import Failure
    from curricle.extraction.sign import Sign

JUDGE: Final = Judge(load_rules())
BESIDE: Final = 4
ECHOED: Final = 6
TOOLS = pytest.mark.parametrize("log", FAILED_LOGS.values(), ids=FAILED_LOGS)


def held(log: FailedLog) -> HeldLog:
    return hold_log([log.text], find_candidates)


def failure_of(log: FailedLog) -> Failure:
    return JUDGE.of_log(held(log)).failure


@TOOLS
def test_the_lines_of_the_failure_are_found_and_few_others(log: FailedLog) -> None:
    first, last = log.numbers
    main = [block for block in failure_of(log).blocks if block.is_main]
    found = {number for block in main for number in range(block.first, block.last + 1)}
    assert {first, last} <= found
    assert main[0].first <= last
    assert main[0].last >= first
    near = range(first - BESIDE, last + BESIDE + 1)
    assert {main[0].first, main[0].last} <= set(near)
    assert len(found - set(near)) <= ECHOED


@TOOLS
def test_the_test_and_the_file_are_named_as_in_the_repository(log: FailedLog) -> None:
    failure = failure_of(log)
    assert failure.tests[:1] == ((log.test,) if log.test else ())
    assert log.file is None or log.file in {*failure.files, failure.test_file}


@TOOLS
def test_the_step_that_failed_is_known_with_its_exit_status(log: FailedLog) -> None:
    failure = failure_of(log)
    assert failure.exit_code == log.exit_code
    assert failure.step_command in {log.command, ""}
    assert failure.project == "shop"


@TOOLS
def test_the_failure_falls_into_its_bucket(log: FailedLog) -> None:
    verdict = JUDGE.of_log(held(log)).verdict
    assert verdict.bucket is log.bucket, verdict.why


@TOOLS
def test_every_line_that_is_given_stands_in_the_log(log: FailedLog) -> None:
    kept = held(log)
    failure = JUDGE.of_log(kept).failure
    for block in failure.blocks:
        assert block.key in block.lines
        for line in block.lines:
            assert kept.lines[line.number - 1].decode() == line.text
    assert len({line.number for line in failure.around}) == len(failure.around)


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_an_example_is_stopped_at_and_recognised(sign: Sign) -> None:
    line = sign.example.encode()
    assert list(find_candidates(b"\n" + line)) == [1]
    found = find_sign(line)
    assert found is not None
    assert found is sign or found.weight >= sign.weight


def test_names_of_signs_are_unique_and_no_word_is_empty() -> None:
    names = [sign.name for sign in SIGNS]
    assert len(set(names)) == len(names)
    assert all(len(word.encode()) > 1 for word in WORDS)
    assert len(set(WORDS)) == len(WORDS)
