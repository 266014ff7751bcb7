"""Where a run is made before it takes its place: a folder aside, under a lock, gone at the end.

The lock tells a draft that a command is working on from one whose command died.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from curricle.errors import CurricleError, IoError, RunLockedError
from curricle.fsio import DRAFT_PREFIX, make_folder, sync_folder, translated
from curricle.layout import LOCK_FILE
from curricle.runs.lock import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

_TRIES_MAX: Final = 20


@contextmanager
def draft_folder(runs_dir: Path) -> Iterator[Path]:
    """Yield a new folder in `runs_dir`, which is made if need be; remove it when the block ends.

    Removes the drafts of commands that died as well.

    Raises:
        DiskFullError, PermissionDeniedError, IoError: there is no new folder.
    """
    make_folder(runs_dir)
    remove_dead_drafts(runs_dir)
    with ExitStack() as stack:
        yield _new_draft(runs_dir, stack)


def put_in_place(made: Path, target: Path) -> bool:
    """Move a run that was made in a draft to its place; False where something is there already."""
    if os.path.lexists(target):
        return False
    with translated(target):
        try:
            os.rename(made, target)  # noqa: PTH104 - must fail where there is a run
        except OSError as error:
            if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                raise
            return False
    sync_folder(target.parent)
    return True


def remove_dead_drafts(runs_dir: Path) -> None:
    """Remove the drafts whose commands died, and none that somebody works on."""
    for lock in runs_dir.glob(f"{DRAFT_PREFIX}*/{LOCK_FILE}"):
        # It may be in use, be gone meanwhile, or be somebody else's.
        with suppress(CurricleError), _lock_of(lock.parent):
            shutil.rmtree(lock.parent, ignore_errors=True)


def _new_draft(runs_dir: Path, stack: ExitStack) -> Path:
    for _ in range(_TRIES_MAX):
        draft = runs_dir / f"{DRAFT_PREFIX}{secrets.token_hex(8)}"
        make_folder(draft, mode=0o700)
        stack.callback(shutil.rmtree, draft, ignore_errors=True)
        # Between the two, another command may take it for the draft of one that died.
        with suppress(RunLockedError):
            stack.enter_context(_lock_of(draft))
            if os.path.lexists(draft / LOCK_FILE):
                return draft
    raise IoError(runs_dir, f"found no folder to make a run in, in {_TRIES_MAX} tries")


def _lock_of(draft: Path) -> AbstractContextManager[None]:
    # Nobody is ever told who holds it.
    return locked(draft, command="", at="")
