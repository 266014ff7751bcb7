"""`run RUN`: brings a run up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.files import read_given
from curricle.cli.output import progress, write_json, write_styled
from curricle.cli.summary import ladder, next_json, next_lines, shape_line, shape_of
from curricle.errors import InvalidArgumentError

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.cli.settings import Settings
    from curricle.steps.spec import ScopeChoice


@click.command("run")
@click.argument("run")
@click.option("--scope-file", metavar="FILE", help="A document that says what to teach.")
@click.option(
    "--scope-mode",
    type=click.Choice(["full", "section", "seed-list"]),
    help="How to read it: all of it, the sections named, or a list of titles.",
)
@click.option("--scope-section", metavar="HEADING", multiple=True, help="For mode section.")
@click.option("--provider", metavar="NAME", help="Who writes [$AGENT_PROVIDER, internal].")
@click.option("--repair", is_flag=True, help="Mend what the provider can mend.")
@click.option("--force", is_flag=True, help="Generate the curriculum anew.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    run: str,
    scope_file: str | None,
    scope_mode: str | None,
    scope_section: tuple[str, ...],
    provider: str | None,
    repair: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Bring a run up to date, doing only what is stale."""
    from curricle.pipeline import bring_up_to_date, choose_for

    run_dir = settings.find_run(run)
    scope = _scope(scope_file, scope_mode, scope_section)
    messages: list[str] = []
    with progress("working on the run") as tell:

        def note(text: str) -> None:
            messages.append(text)
            tell(text)

        session = settings.session(note)
        chosen = choose_for(session, run_dir, provider, again=("run", run_dir.name))
        bring_up_to_date(session, run_dir, chosen, scope=scope, repair=repair, force=force)
    _show(settings, run_dir, messages, as_json=as_json)


def _scope(file: str | None, mode: str | None, sections: tuple[str, ...]) -> ScopeChoice | None:
    from curricle.generation.selection import ScopeMode, Selection
    from curricle.steps.spec import ScopeChoice

    data = read_given("--scope-file", file)
    if data is None:
        if mode or sections:
            raise InvalidArgumentError(
                "--scope-mode and --scope-section say how to read a --scope-file,"
                " and there is none",
                hint="name the document with --scope-file",
            )
        return None
    chosen = ScopeMode(mode) if mode else ScopeMode.SECTION if sections else ScopeMode.FULL
    if (chosen is ScopeMode.SECTION) != bool(sections):
        raise InvalidArgumentError(
            "--scope-mode section and --scope-section go together",
            hint="name each heading with --scope-section, and no other mode",
        )
    return ScopeChoice(data=data, selection=Selection(mode=chosen, sections=sections))


def _show(settings: Settings, run_dir: Path, messages: list[str], *, as_json: bool) -> None:
    from curricle.inspection import inspect_run

    inspection = inspect_run(run_dir)
    shape = shape_of(run_dir)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "run_dir": str(run_dir),
                "stage": inspection.stage.value,
                "shape": shape,
                "messages": messages,
                "next": next_json(inspection, settings),
            }
        )
    else:
        write_styled(
            [
                ladder(inspection.stage, use_color=settings.use_color),
                *shape_line(shape),
                *next_lines(inspection, settings),
            ]
        )
