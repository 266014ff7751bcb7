"""`iterate RUN`: validates, plans, compares; asks for repair or a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from curricle.cli.files import read_given
from curricle.cli.output import progress, write_json, write_styled
from curricle.cli.summary import ladder, next_json, next_lines, shape_line, shape_of
from curricle.errors import InvalidArgumentError, ScopeInvalidError
from curricle.fsio import read_file
from curricle.layout import DIFF_PAGE, DIFF_REPORT

if TYPE_CHECKING:
    from curricle.cli.settings import Settings

FEEDBACK_LENGTH_MAX: Final = 20_000
"""Characters; more is a document, not a wish."""


@click.command("iterate")
@click.argument("run")
@click.option("--feedback", metavar="TEXT", help="What to change, in words.")
@click.option("--feedback-file", metavar="FILE", help="The same, from a file.")
@click.option("--repair", is_flag=True, help="Mend what the provider can mend.")
@click.option("--provider", metavar="NAME", help="Who mends [$AGENT_PROVIDER, internal].")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    run: str,
    feedback: str | None,
    feedback_file: str | None,
    repair: bool,
    provider: str | None,
    as_json: bool,
) -> None:
    """Validate, plan, and compare with the previous revision."""
    import json

    from curricle.inspection import inspect_run
    from curricle.pipeline import choose_for, iterate_run
    from curricle.providers.choice import DEFAULT_PROVIDER, name_of_provider

    text = _feedback(feedback, feedback_file)
    run_dir = settings.find_run(run)
    with progress("iterating") as tell:
        session = settings.session(tell)
        if not repair and not text:
            # Who is not asked needs no settings, but a name that there is.
            name_of_provider(provider, session.environment)
            provider = DEFAULT_PROVIDER
        chosen = choose_for(session, run_dir, provider, again=("iterate", run_dir.name))
        iterate_run(session, run_dir, chosen, repair=repair, feedback=text)
    report = json.loads(read_file(run_dir / DIFF_REPORT))
    inspection = inspect_run(run_dir)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "stage": inspection.stage.value,
                "diff": report,
                "next": next_json(inspection, settings),
            }
        )
        return
    nodes = report["nodes"]
    write_styled(
        [
            ladder(inspection.stage, use_color=settings.use_color),
            *shape_line(shape_of(run_dir)),
            "since the previous revision: "
            + ", ".join(
                f"{len(nodes[name])} {name}" for name in ("added", "removed", "renamed", "changed")
            )
            + f", {report['minutes_delta'] / 60:+.1f} hours; report: {run_dir / DIFF_PAGE}",
            *next_lines(inspection, settings),
        ]
    )


def _feedback(text: str | None, file: str | None) -> str:
    from curricle.stages.reading import read_scope

    if text is not None and file is not None:
        raise InvalidArgumentError("--feedback and --feedback-file exclude each other")
    data = read_given("--feedback-file", file)
    if data is not None:
        try:
            text = read_scope(data, file or "")
        except ScopeInvalidError as error:
            raise InvalidArgumentError(f"--feedback-file: {error}") from error
    if text is not None and not text.strip():
        raise InvalidArgumentError("the feedback is empty")
    if text is not None and len(text) > FEEDBACK_LENGTH_MAX:
        raise InvalidArgumentError(
            f"the feedback has {len(text)} characters, at most {FEEDBACK_LENGTH_MAX} are allowed"
        )
    return text or ""
