"""`validate RUN`: checks the curriculum by every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.output import (
    error_json,
    progress,
    styled,
    write_answer,
    write_error,
    write_json,
    write_raw,
    write_styled,
)
from curricle.errors import EXIT_FINDINGS, EXIT_OK
from curricle.layout import CURRICULUM, VALIDATION_PAGE
from curricle.printable import counted

if TYPE_CHECKING:
    from pathlib import Path

    from curricle.cli.settings import Settings
    from curricle.findings import Finding
    from curricle.stages.validate import ValidationResult


@click.command("validate")
@click.argument("run")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="How findings are written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def command(settings: Settings, run: str, style: str, as_json: bool) -> int:
    """Check a curriculum by every rule.

    Exits with 1 when a finding is an error.
    """
    from curricle.pipeline import validate_run

    run_dir = settings.find_run(run)
    with progress("validating") as tell:
        result, error = validate_run(settings.session(tell), run_dir)
    match "json" if as_json else style:
        case "json":
            write_json(
                {
                    "valid": result.verdict.is_valid,
                    "findings": result.report["findings"],
                    "counts": result.verdict.counts,
                    "skipped": result.report["skipped"],
                    "report": str(run_dir / VALIDATION_PAGE),
                    "error": error_json(error) if error else None,
                }
            )
        case "sarif":
            _write_sarif(result, run_dir)
        case "github":
            from curricle.export.findings import findings_github

            write_answer(findings_github(result.verdict.findings, run_dir.as_posix()))
        case _:
            write_styled(_lines(settings, result, run_dir))
            if error:
                write_error(error, settings.command_line)
    return EXIT_FINDINGS if error else EXIT_OK


def _lines(settings: Settings, result: ValidationResult, run_dir: Path) -> list[str]:
    counts = result.verdict.counts
    lines = [
        line for finding in result.verdict.findings for line in _finding_lines(settings, finding)
    ]
    verdict = "valid" if result.verdict.is_valid else "not valid"
    style = "good" if result.verdict.is_valid else "error"
    skipped = (
        f", {counted(len(result.verdict.skipped), 'rule')} skipped"
        if result.verdict.skipped
        else ""
    )
    lines.append(
        styled(verdict, style, use_color=settings.use_color)
        + f": {', '.join(counted(number, severity) for severity, number in counts.items())}"
        + f"{skipped}; report: {run_dir / VALIDATION_PAGE}"
    )
    return lines


def _finding_lines(settings: Settings, finding: Finding) -> list[str]:
    severity = finding.severity.value
    style = severity if severity in {"error", "warning"} else "strong"
    marked = styled(severity, style, use_color=settings.use_color)
    message = styled(finding.message, "strong", use_color=False)
    place = f"{CURRICULUM.rpartition('/')[2]}:{finding.line}"
    return [f"{place}: {marked} {finding.rule}: {message}", f"  hint: {finding.hint}"]


def _write_sarif(result: ValidationResult, run_dir: Path) -> None:
    import json

    from curricle.export.findings import findings_sarif

    log = findings_sarif(result.verdict.findings, run_dir.as_posix())
    # Escaping everything beyond ASCII keeps control characters of pointers from a terminal.
    write_raw(json.dumps(log, indent=2, sort_keys=True) + "\n")
