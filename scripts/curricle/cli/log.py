"""`log RUN`: what happened to a run."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import click

from curricle.cli.output import write_answer, write_json, write_message
from curricle.errors import InvalidArgumentError
from curricle.printable import counted, one_line
from curricle.runs.journal import load_journal
from curricle.runs.record import EVENT_CALL, EVENT_FAILURE, EVENT_INIT, EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.cli.settings import Settings
    from curricle.providers.prices import Prices
    from curricle.runs.journal import Entry

_POLL_SECONDS: Final = 0.3
_DIGITS: Final = 12


@click.command("log")
@click.argument("run")
@click.option("--follow", is_flag=True, help="Go on showing what happens until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(settings: Settings, run: str, follow: bool, as_json: bool) -> None:
    """Show what happened to a run."""
    if follow and as_json:
        raise InvalidArgumentError("--follow never ends and --json is one object: choose one")
    run_dir = settings.find_run(run)
    chain = load_journal(run_dir)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "entries": [entry.to_json() for entry in chain.entries],
                "unfinished_last_line": bool(chain.torn),
            }
        )
        return
    for entry in chain.entries:
        write_answer(_line(entry))
    if chain.torn:
        write_message("the last line was never finished: its command died before its commit")
    while follow:
        time.sleep(_POLL_SECONDS)
        known = chain.head.entries
        chain = load_journal(run_dir)
        for entry in chain.entries[known:]:
            write_answer(_line(entry))


def _line(entry: Entry) -> str:
    what = _WHAT.get(entry.event, _other)(entry.data)
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


def _other(data: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(data.items()))


_WHAT: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    EVENT_CALL: _call,
    EVENT_INIT: _init,
    EVENT_STAGE: _stage,
    EVENT_FAILURE: _failure,
}
