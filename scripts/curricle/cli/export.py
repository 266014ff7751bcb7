"""`export RUN`: a document for people or other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from curricle.cli.files import write_wanted
from curricle.cli.output import write_json, write_message, write_raw
from curricle.errors import InvalidArgumentError

if TYPE_CHECKING:
    from curricle.cli.settings import Settings


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
    from curricle.export.handout import export_run

    if as_json and output in {None, "-"}:
        raise InvalidArgumentError("--json tells where the document is, and needs -o PATH")
    run_dir = settings.find_run(run)
    text = export_run(run_dir, style)
    if output is None or output == "-":
        write_raw(text)
        return
    data = text.encode()
    write_wanted("-o", output, data, run_dir)
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
