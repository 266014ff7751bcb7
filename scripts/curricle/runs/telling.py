"""What an entry of a journal says, on one line for people."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from curricle.printable import counted, one_line
from curricle.runs.record import (
    EVENT_CALL,
    EVENT_DECIDED,
    EVENT_ESCALATED,
    EVENT_FAILURE,
    EVENT_INIT,
    EVENT_RECOVERY_BEGUN,
    EVENT_RECOVERY_ENDED,
    EVENT_RECOVERY_STEP,
    EVENT_STAGE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.providers.prices import Prices
    from curricle.runs.journal import Entry

_DIGITS: Final = 12


def tell_entry(entry: Entry) -> str:
    """Return an entry on one line: its number, time, actor, what it says, and the command."""
    try:
        what = _WHAT.get(entry.event, _other)(entry.data)
    except (TypeError, ValueError, AttributeError, KeyError):
        what = _other(entry.data)  # not of the form that this version writes
    return one_line(f"#{entry.seq} {entry.at} {entry.actor}: {what}  [{entry.command}]")


def _init(data: Mapping[str, Any]) -> str:
    return f"run begun: {data.get('name')}"


def _stage(data: Mapping[str, Any]) -> str:
    outputs = ", ".join(
        f"{path.rpartition('/')[2]} {digest[:_DIGITS]}"
        for path, digest in sorted(data.get("outputs", {}).items())
    )
    by = f" by {data['provider']}" if data.get("provider") else ""
    return f"{data.get('stage')}{by}" + (f": {outputs}" if outputs else "")


def _failure(data: Mapping[str, Any]) -> str:
    return f"failed: {data.get('code')}: {data.get('message')}"


def _call(data: Mapping[str, Any]) -> str:
    from curricle.runs.calls import Call

    try:
        call = Call.from_json(data)
    except (KeyError, TypeError):
        return _other(data)
    asked = f"asked {call.provider}{f' ({call.model})' if call.model else ''}: {call.name}: "
    took = f"{counted(len(call.attempts), 'attempt')}, {call.seconds:.1f} s"
    code = (call.code,) if call.code else ()
    usage = call.usage
    if usage.input_tokens is None:
        return asked + ", ".join([*code, "tokens unknown", took, *call.notes])
    model = call.answered_by or call.model
    cost = _prices().find_cost(model, usage)
    price = f"${cost:,.4f}" if cost is not None else f"no price known for {model or 'its model'}"
    tokens = f"{_tokens(usage.input_tokens)} in, {_tokens(usage.output_tokens)} out"
    return asked + ", ".join([*code, tokens, took, price, *call.notes])


def _tokens(number: int | None) -> str:
    return "unknown tokens" if number is None else f"{number:,} tokens"


@cache
def _prices() -> Prices:
    from curricle.providers.prices import load_prices

    return load_prices()


def _recovery_begun(data: Mapping[str, Any]) -> str:
    return f"recovery by path {data.get('path')}: {data.get('message')}"


def _recovery_step(data: Mapping[str, Any]) -> str:
    step = f"{data.get('cause')}, {data.get('step')}"
    return f"recovery step {data.get('outcome')}: {step}: {data.get('detail')}"


def _recovery_ended(data: Mapping[str, Any]) -> str:
    fresh = f", in {data['fresh_run']}" if data.get("fresh_run") else ""
    return f"recovery ended: {data.get('outcome')}{fresh}: {data.get('reason')}"


def _escalated(data: Mapping[str, Any]) -> str:
    return (
        f"escalated to {data.get('to') or 'whoever takes over'}: {data.get('code') or 'no failure'}"
    )


def _decided(data: Mapping[str, Any]) -> str:
    return f"{data.get('decision')}: {data.get('why')}"


def _other(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(data.items()))


_WHAT: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    EVENT_CALL: _call,
    EVENT_INIT: _init,
    EVENT_STAGE: _stage,
    EVENT_FAILURE: _failure,
    EVENT_RECOVERY_BEGUN: _recovery_begun,
    EVENT_RECOVERY_STEP: _recovery_step,
    EVENT_RECOVERY_ENDED: _recovery_ended,
    EVENT_ESCALATED: _escalated,
    EVENT_DECIDED: _decided,
}
