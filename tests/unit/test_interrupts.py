from __future__ import annotations

import os
import signal

import pytest

from curricle.interrupts import uninterrupted


def test_an_interrupt_comes_after_the_block() -> None:
    reached = []

    def work() -> None:
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("the end of the block")
        reached.append("what follows")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["the end of the block"]
