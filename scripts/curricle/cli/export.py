"""`export RUN`: a document for people or other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curricle.cli.output import write_json, write_message, write_raw
from curricle.errors import ArtifactStaleError, InvalidArgumentError

if TYPE_CHECKING:
    from curricle.cli.settings import Settings
    from curricle.export.material import Material
    from curricle.inspection import Inspection


@click.command("export")
@click.argument("run")
@click.option(
    "--format",
    "style",
    type=click.Choice(["md", "html", "ics", "mermaid", "dot", "csv"]),
    required=True,
)
@click.option("-o", "--output", metavar="PATH", help="A file to write; stdout otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object; needs -o.")
@click.pass_obj
def command(
    settings: Settings,
    run: str,
    style: str,
    output: str | None,
    as_json: bool,
) -> None:
    """Make a document for people or other programs."""
    from curricle.canonical import sha256_hex
    from curricle.export import FORMATS
    from curricle.fsio import write_file
    from curricle.inspection import inspect_run

    if as_json and output is None:
        raise InvalidArgumentError("--json tells where the document is, and needs -o PATH")
    run_dir = settings.find_run(run)
    inspection = inspect_run(run_dir)
    text = FORMATS[style](_material(run_dir, inspection, style))
    if output is None:
        write_raw(text)
        return
    data = text.encode()
    write_file(Path(output), data)
    if as_json:
        write_json(
            {
                "run_id": run_dir.name,
                "format": style,
                "path": output,
                "sha256": sha256_hex(data),
                "size_bytes": len(data),
            }
        )
    else:
        write_message(f"wrote {output} ({len(data)} bytes)")


def _material(run_dir: Path, inspection: Inspection, style: str) -> Material:
    """Read what a document is made from; nothing stale is handed out."""
    import json

    from curricle.curriculum.values import Curriculum
    from curricle.export import NEEDS_PLAN
    from curricle.export.material import Material
    from curricle.inspection import require_artifact
    from curricle.layout import CURRICULUM, PLAN, VALIDATION_REPORT, Stage
    from curricle.stages.iterate import comparable

    generated = inspection.freshness.stages[Stage.GENERATED]
    data = require_artifact(run_dir, inspection, CURRICULUM)
    if generated.is_stale:
        raise _stale(run_dir, inspection, CURRICULUM)
    documents: dict[str, Any] = {}
    for stage, path in ((Stage.PLANNED, PLAN), (Stage.VALIDATED, VALIDATION_REPORT)):
        if inspection.freshness.stages[stage].is_current:
            documents[path] = json.loads(require_artifact(run_dir, inspection, path))
    if style in NEEDS_PLAN:
        if PLAN not in documents:
            require_artifact(run_dir, inspection, PLAN)
            raise _stale(run_dir, inspection, PLAN)
        if documents[PLAN]["start_date"] is None:
            raise InvalidArgumentError(
                "a calendar needs to know when week 1 begins, and the plan does not say",
                hint=f"plan {run_dir.name} --start YYYY-MM-DD",
            )
    return Material(
        curriculum=Curriculum.from_json(comparable(data, "curriculum.json")),
        plan=documents.get(PLAN),
        report=documents.get(VALIDATION_REPORT),
    )


def _stale(run_dir: Path, inspection: Inspection, path: str) -> ArtifactStaleError:
    reason = next((a.reason for a in inspection.artifacts if a.path == path), "")
    return ArtifactStaleError(run_dir.name, path, reason)
