"""Begins a run: a folder made aside and renamed into place, so there is a whole one or none."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes
from curricle.errors import InvalidArgumentError, IoError
from curricle.fsio import append_to_file, make_folder, path_within, write_file
from curricle.layout import JOURNAL, RUN_FILE
from curricle.printable import has_control_characters, is_utf_8
from curricle.runs.draft import draft_folder, put_in_place
from curricle.runs.journal import Entry, Head, advance, encode_entry
from curricle.runs.objects import keep_object
from curricle.runs.record import EVENT_INIT, EVENT_STAGE, apply_entries, first_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from curricle.layout import Stage

_FOLDERS: Final = ("inputs", "outputs/curriculum", "outputs/reviews", "outputs/plan", "logs")
NAME_LENGTH_MAX: Final = 120
_SLUG_LENGTH_MAX: Final = 40
_TRIES_MAX: Final = 200
_ODD: Final = re.compile(r"[\w+/-]{16,}|[:=]")
"""What a name with a secret in it has at least."""


def begin_run(
    runs_dir: Path,
    name: str,
    files: Mapping[str, bytes],
    *,
    now: datetime,
    actor: str,
    command: str,
    stage: Stage,
    made: Sequence[Mapping[str, Any]],
    origin: Mapping[str, str | None] | None = None,
    recovered_from: Mapping[str, str] | None = None,
) -> Path:
    """Make a run that holds `files` (path inside the run to bytes) and return its folder.

    `made` are stages that the files stand for, as `stage_data`; `stage` is the one reached.
    `origin` is what the run came out of, as far as that is known; `recovered_from` names the broken
    run whose place it takes, and the archive of that one.

    Raises:
        InvalidArgumentError: the name is empty, too long, or holds control characters.
        DiskFullError, PermissionDeniedError, IoError: there is no new run.
    """
    _check_name(name)
    for _ in range(_TRIES_MAX):
        run_id = f"{now:%Y%m%d-%H%M%S}-{_slug(name)}-{secrets.token_hex(2)}"
        if os.path.lexists(runs_dir / run_id):
            continue
        with draft_folder(runs_dir) as draft:
            run_dir = draft / run_id
            events = [
                (
                    EVENT_INIT,
                    {
                        "run_id": run_id,
                        "name": name,
                        "files": _fill(run_dir, files),
                        "origin": None if origin is None else dict(origin),
                        "recovered_from": dict(recovered_from) if recovered_from else None,
                    },
                ),
                *((EVENT_STAGE, data) for data in made),
            ]
            _write_record(
                run_dir, events, at=timestamp(now), actor=actor, command=command, stage=stage
            )
            if put_in_place(run_dir, runs_dir / run_id):
                return runs_dir / run_id
    raise IoError(runs_dir, f"found no free run id in {_TRIES_MAX} tries")


def timestamp(moment: datetime) -> str:
    """Return a UTC moment as it stands in records: `2026-01-31T09:30:00.123456Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _check_name(name: str) -> None:
    if not name.strip():
        raise InvalidArgumentError("a run needs a name", hint='for example: init "Sorting"')
    if len(name) > NAME_LENGTH_MAX:
        raise InvalidArgumentError(
            f"the name has {len(name)} characters, at most {NAME_LENGTH_MAX} are allowed",
            hint="use a short name; the goal goes into inputs/topic_spec.json",
        )
    if not is_utf_8(name):
        raise InvalidArgumentError(
            f"the name {name!r} did not arrive as UTF-8",
            hint="type it in a UTF-8 terminal, or set PYTHONUTF8=1",
        )
    if _ODD.search(name) and _holds_secret(name):
        raise InvalidArgumentError(
            "the name looks as if it held a secret, and it would be part of the run's id",
            hint="use a name that everybody may read",
        )
    if has_control_characters(name) or "\n" in name or "\t" in name:
        raise InvalidArgumentError(
            f"the name {name!r} holds control characters", hint="leave them out"
        )


def _holds_secret(name: str) -> bool:
    # Loading the expressions takes longer than all else here, and few names look odd at all.
    from curricle.redaction.redactor import find_left

    return bool(find_left(name))


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH_MAX].strip("-") or "run"


def _fill(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    make_folder(folder, mode=0o700)
    for below in _FOLDERS:
        make_folder(folder / below)
    for path, data in files.items():
        target = path_within(folder, path)
        make_folder(target.parent)
        write_file(target, data)
    return {path: keep_object(folder, data) for path, data in files.items()}


def _write_record(
    folder: Path,
    events: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    at: str,
    actor: str,
    command: str,
    stage: Stage,
) -> None:
    head = Head()
    entries = []
    for event, data in events:
        entry = Entry(
            seq=head.entries + 1,
            at=at,
            actor=actor,
            event=event,
            command=command,
            previous=head.sha256,
            data=data,
        )
        line = encode_entry(entry)
        append_to_file(folder / JOURNAL, line)
        entries.append(entry)
        head = advance(head, line)
    record = apply_entries(first_record(entries[0]), entries[1:], head)
    write_file(folder / RUN_FILE, document_bytes(record.to_json(stage)))
