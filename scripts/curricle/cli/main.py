"""The entry point: parses, calls a command, and turns every error into words and a status.

The only place that catches everything: what is not one of ours is a bug, and says so.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from curricle import __version__
from curricle.cli.commands import COMMANDS
from curricle.cli.output import error_json, is_plain, write_error, write_json, write_message
from curricle.cli.settings import Settings, runs_dir_of
from curricle.errors import (
    CurricleError,
    DependencyMissingError,
    DiskFullError,
    InternalError,
    InterruptError,
    InvalidArgumentError,
    IoError,
)
from curricle.printable import one_line

if TYPE_CHECKING:
    from types import FrameType

_OUTPUT_ERRORS: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), DiskFullError),
    **dict.fromkeys((errno.EIO, errno.EBADF), IoError),
}
_CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _LazyGroup(click.Group):
    """Imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings=_CONTEXT, no_args_is_help=True)
@click.option("--runs-dir", metavar="DIR", help="Where runs lie [$CURRICLE_RUNS_DIR, ./runs].")
@click.option("--actor", metavar="NAME", help="Who acts [$CURRICLE_ACTOR, git's user.email].")
@click.option(
    "--color",
    type=click.Choice(["auto", "never", "always"]),
    default="auto",
    help="Colour the answer [auto: on a terminal without $NO_COLOR].",
)
@click.option("--traceback", "show_traceback", is_flag=True, help="Show where an error arose.")
@click.version_option(__version__, prog_name="curricle")
@click.pass_context
def cli(
    ctx: click.Context,
    runs_dir: str | None,
    actor: str | None,
    color: str,
    show_traceback: bool,
) -> None:
    """Compile topic specs and scope documents into validated curricula, in runs on disk.

    A run can be named by any unambiguous prefix of its id.
    """
    del show_traceback  # read by `main` from the arguments, which also hold when parsing fails
    ctx.obj = Settings(
        runs_dir=runs_dir_of(runs_dir),
        runs_dir_option=runs_dir,
        actor_option=actor,
        use_color=color == "always" or (color == "auto" and _is_terminal() and not is_plain()),
        arguments=tuple(sys.argv[1:]),
    )


def run() -> NoReturn:
    """Run the command line and leave with its exit status."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.flush()
    # Taking a hundred thousand nodes apart before leaving would take longer than planning them.
    os._exit(status)


def main() -> int:
    """Run the command line and return the exit status."""
    arguments = sys.argv[1:]
    # A command is over before collecting cycles pays, and large documents would be walked again
    # and again: off, they load in half the time.
    gc.disable()
    _prepare_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_terminated)
    try:
        status: Any = cli.main(args=arguments, standalone_mode=False)
        _flush_stdout()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has enough of it; that is no failure.
        # NOTE: inside a command, click makes a SystemExit of it.
        _silence_stdout()
        return 0
    except BaseException as error:  # noqa: BLE001 - the one place: nothing prints a traceback
        return _report(_typed(error), arguments, error)
    return status if isinstance(status, int) else 0


def _typed(error: BaseException) -> CurricleError:
    """Return what a user is told of anything that was raised."""
    match error:
        case CurricleError():
            return error
        case click.Abort() | KeyboardInterrupt():
            cause = error.__cause__ or error
            return InterruptError(str(cause) if isinstance(cause, _Terminated) else "SIGINT")
        case click.ClickException():
            return _usage_error(error)
        case ModuleNotFoundError():
            return DependencyMissingError(error.name or str(error))
        case OSError(errno=number) if number in _OUTPUT_ERRORS:
            return _OUTPUT_ERRORS[number](Path("standard output"), os.strerror(number).lower())
        case _:
            return InternalError(error)


class _Terminated(KeyboardInterrupt):
    """The process was asked to end."""


def _raise_terminated(number: int, _: FrameType | None) -> None:
    raise _Terminated(signal.Signals(number).name)


def _report(error: CurricleError, arguments: list[str], cause: BaseException) -> int:
    if "--traceback" in arguments:
        write_message("".join(traceback.format_exception(cause)).rstrip())
    try:
        if _wants_json(arguments):
            write_json({"error": error_json(error)})
        else:
            write_error(error, _settings_for_messages(arguments).command_line)
    except OSError:
        _silence_stdout()
    return error.exit_status


def _wants_json(arguments: list[str]) -> bool:
    return "--json" in arguments or "--format=json" in arguments or _follows(arguments, "json")


def _follows(arguments: list[str], value: str) -> bool:
    return any(one == "--format" and other == value for one, other in pairwise(arguments))


def _settings_for_messages(arguments: list[str]) -> Settings:
    option = None
    for at, argument in enumerate(arguments):
        if argument == "--runs-dir" and at + 1 < len(arguments):
            option = arguments[at + 1]
        elif argument.startswith("--runs-dir="):
            option = argument.partition("=")[2]
    return Settings(
        runs_dir=runs_dir_of(option),
        runs_dir_option=option,
        actor_option=None,
        use_color=False,
        arguments=tuple(arguments),
    )


def _usage_error(error: click.ClickException) -> InvalidArgumentError:
    is_bare = isinstance(error, click.exceptions.NoArgsIsHelpError)
    message = "no command is named" if is_bare else one_line(error.format_message()).rstrip(".")
    hint = "see --help"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"{error.ctx.get_usage().replace('Usage: ', '').strip()}; see --help"
    return InvalidArgumentError(message[:1].lower() + message[1:], hint=hint)


def _prepare_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _flush_stdout() -> None:
    """Flush now: what fails at exit would be printed by the interpreter."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _silence_stdout() -> None:
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
