from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from curricle.cli.commands import COMMANDS
from curricle.cli.main import cli
from curricle.export import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator


def command_of(name: str) -> click.Command:
    command: click.Command = import_module(COMMANDS[name][0]).command
    return command


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with what has to be typed for it."""
    for name in COMMANDS:
        yield from leaves_of(name, command_of(name))


def leaves_of(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for below, part in command.commands.items():
        yield from leaves_of(f"{name} {below}", part)


LEAVES = dict(leaves())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_static_help_table_says_what_the_command_says(name: str) -> None:
    command = command_of(name)
    assert command.name == name
    assert command.help is not None
    assert COMMANDS[name][1] == command.help.splitlines()[0]
    assert command.get_short_help_str(limit=100).rstrip(".") == COMMANDS[name][1].rstrip(".")


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_json_and_explains_every_option(name: str) -> None:
    options = {opt: p for p in LEAVES[name].params for opt in p.opts}
    assert isinstance(options["--json"], click.Option)
    assert options["--json"].is_flag
    assert options["--json"].help
    for option in options.values():
        is_explained = isinstance(option, click.Argument) or getattr(option, "help", None)
        assert is_explained or isinstance(option.type, click.Choice)


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("name", [*COMMANDS, *LEAVES])
def test_every_command_has_help(name: str, option: str) -> None:
    done = CliRunner().invoke(cli, [*name.split(), option])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: cli {name} ")


def test_the_commands_of_the_contract_are_there() -> None:
    assert {*"init run status next validate plan iterate diff log list".split()} <= set(COMMANDS)
    assert {*"archive restore export doctor journal".split()} <= set(COMMANDS)
    assert {"journal verify", "journal head"} <= set(LEAVES)


def test_export_offers_every_format_there_is() -> None:
    (option,) = [p for p in LEAVES["export"].params if "--format" in p.opts]
    assert isinstance(option.type, click.Choice)
    assert set(option.type.choices) == set(FORMATS)


def test_the_program_s_own_options_are_explained() -> None:
    assert {opt for p in cli.params for opt in p.opts} >= {
        *("--runs-dir", "--actor", "--color", "--traceback", "--version")
    }
    assert all(getattr(param, "help", None) for param in cli.params)
