"""What is done about broken records, damaged archives, held locks, full disks and odd files."""

from __future__ import annotations

from typing import Final

from curricle.runbook.entry import (
    Action,
    Cause,
    Condition,
    Entry,
    EscalationRule,
    NeedsYou,
    Probe,
    Safe,
    shell,
    type_,
)

_ARCHIVE: Final = Safe(
    action=Action.ARCHIVE,
    text="archive the run as it is",
    undo="`rm` the archive; the run was not touched",
)
_START_AFRESH: Final = Safe(
    action=Action.START_AFRESH,
    text="start a fresh run, reapply the inputs, regenerate, and link the two",
    undo="`rm -r` the fresh run; the old one was not touched",
)
_RENAMED: Final = Cause(
    name="renamed",
    text="the folder was renamed: run.json names another run, which is not there",
    probe=Probe.IS_RENAMED,
    steps=(
        NeedsYou(
            text="give the folder its name back",
            commands=(shell("mv", "-T", "{run_dir}", "{source}"),),
        ),
    ),
)
_COPY: Final = Cause(
    name="copied",
    text="the folder is a copy of another run, which is there",
    probe=Probe.IS_COPY,
    steps=(
        NeedsYou(
            text="go on with the run it was copied from, and move this copy away",
            commands=(
                shell("mv", "-T", "{run_dir}", "{aside}"),
                type_("status", "{source_run}"),
            ),
        ),
    ),
)

RECORDS: Final = (
    Entry(
        code="run_metadata_invalid",
        path="run-metadata",
        letter="F",
        meaning="run.json is damaged, edited or gone, and the command cannot go by it.",
        causes=(
            _RENAMED,
            _COPY,
            Cause(
                name="copy-of-the-journal-damaged",
                text="run.json is damaged, and the journal still tells all that stood in it",
                probe=Probe.RECORD_CAN_BE_REBUILT,
                steps=(
                    Safe(
                        action=Action.REBUILD_RECORD,
                        text="make run.json anew from the journal; the damaged one is kept",
                        undo="the damaged run.json is in objects/, the journal names it",
                    ),
                ),
            ),
            Cause(
                name="journal-gone-too",
                text="the journal cannot stand in for run.json",
                probe=Probe.RECORD_CANNOT_BE_REBUILT,
                steps=(_ARCHIVE, _START_AFRESH),
            ),
        ),
        condition=Condition.RECORD_READABLE,
        undo="a run.json that was replaced is in objects/; a run that was replaced stays as it is",
        rules=(EscalationRule.CORE_FILE_UNREADABLE, EscalationRule.TRIED_TWICE),
    ),
    Entry(
        code="run_schema_unsupported",
        path="run-of-a-newer-version",
        meaning="run.json was written by a newer version of this program, or edited to say so.",
        causes=(
            Cause(
                name="edited",
                text="the version was edited: the journal is one that this program wrote",
                probe=Probe.RECORD_CAN_BE_REBUILT,
                steps=(
                    Safe(
                        action=Action.REBUILD_RECORD,
                        text="make run.json anew from the journal; the other one goes to objects/",
                        undo="the run.json before is in objects/, the journal names it",
                    ),
                ),
            ),
            Cause(
                name="newer",
                text="a newer version wrote the run",
                probe=Probe.RECORD_IS_NEWER,
                steps=(
                    NeedsYou(
                        text="use the version that wrote it, or a newer one",
                        commands=(shell("git", "pull"), shell("make", "setup")),
                    ),
                    NeedsYou(
                        text="or begin again with this version, from the run's inputs",
                        commands=(
                            type_("archive", "{run}"),
                            type_(
                                "init",
                                "{name}",
                                "--topic-spec",
                                "{spec}",
                                "--scope-file",
                                "{scope}",
                            ),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.RECORD_READABLE,
        undo="the run.json before is in objects/",
    ),
    Entry(
        code="journal_broken",
        path="journal-broken",
        meaning="The record does not hold: an entry was changed, cut or moved, or a version lost.",
        causes=(
            Cause(
                name="objects-lost",
                text="versions that the journal names were removed from objects/, or damaged there",
                probe=Probe.OBJECTS_ARE_LOST,
                steps=(
                    Safe(
                        action=Action.KEEP_AGAIN,
                        text="keep again what is still in inputs/ and outputs/",
                        undo="nothing was replaced but what was damaged, which is kept too",
                    ),
                ),
            ),
            Cause(
                name="changed",
                text="somebody or a failing disk changed the record of what happened",
                probe=Probe.JOURNAL_IS_BROKEN,
                steps=(
                    _ARCHIVE,
                    NeedsYou(
                        text="find out who or what changed it: this names the first line that does"
                        " not hold",
                        commands=(type_("audit", "verify", "{run}"),),
                    ),
                    NeedsYou(
                        text="bring back an archive from before into another folder, or begin"
                        " again from the inputs",
                        commands=(type_("init", "{name}", "--topic-spec", "{spec}"),),
                    ),
                ),
            ),
        ),
        condition=Condition.JOURNAL_WHOLE,
        undo="nothing was written to the run",
        rules=(EscalationRule.RECORD_WAS_CHANGED,),
    ),
    Entry(
        code="archive_invalid",
        path="archive-damaged",
        meaning="An archive is damaged, unsafe to unpack, none of ours, or in another's place.",
        causes=(
            Cause(
                name="damaged-here",
                text="an archive of this run was damaged, and the run is still here",
                probe=Probe.ARCHIVE_IS_DAMAGED,
                steps=(
                    Safe(
                        action=Action.SET_ARCHIVE_ASIDE,
                        text="rename the damaged archive",
                        undo="rename it back",
                    ),
                    _ARCHIVE,
                ),
            ),
            Cause(
                name="damaged-elsewhere",
                text="the file was damaged on its way, or is no archive of a run",
                probe=Probe.CANNOT_TELL,
                steps=(
                    NeedsYou(
                        text="see what is wrong with it, and get another copy",
                        commands=(
                            type_("audit", "verify", "{archive}"),
                            type_("restore", "{archive}"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.ARCHIVES_WHOLE,
        undo="nothing was unpacked or overwritten",
    ),
    Entry(
        code="run_locked",
        path="run-in-use",
        meaning="Another command is writing to the run.",
        causes=(
            Cause(
                name="at-work",
                text="the other command is at work and will end",
                probe=Probe.LOCK_IS_HELD,
                steps=(
                    Safe(
                        action=Action.WAIT_FOR_LOCK,
                        text="wait a little for the lock",
                        undo="nothing was changed",
                    ),
                    NeedsYou(
                        text="see what it is, wait for it, or end it: the lock goes with it, and"
                        " what it committed stays",
                        commands=(
                            shell("ps", "-fp", "{process}"),
                            shell("kill", "{process}"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.LOCK_FREE,
        undo="nothing was changed",
    ),
    Entry(
        code="disk_full",
        path="disk-full",
        meaning="The disk, a quota or a limit on files stopped a write.",
        causes=(
            Cause(
                name="left-drafts",
                text="commands that died left drafts behind",
                probe=Probe.DRAFTS_ARE_LEFT,
                steps=(
                    Safe(
                        action=Action.REMOVE_DRAFTS,
                        text="remove the drafts of commands that died",
                        undo="drafts were never part of a run",
                    ),
                ),
            ),
            Cause(
                name="full",
                text="there is no room left",
                probe=Probe.DISK_IS_FULL,
                steps=(
                    NeedsYou(
                        text="see what takes the room, and make some; old runs and archives can be"
                        " moved away whole",
                        commands=(
                            shell("df", "-h", "{runs_dir}"),
                            shell("du", "-sh", "{runs_dir}"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.ROOM_ON_DISK,
        undo="nothing was half-written: what was there before is intact",
    ),
    Entry(
        code="permission_denied",
        path="permission-denied",
        meaning="The operating system refused access to a path.",
        causes=(
            Cause(
                name="owner-or-mode",
                text="owner or mode of the path do not let you, or the disk is mounted read-only",
                probe=Probe.ACCESS_IS_DENIED,
                steps=(
                    NeedsYou(
                        text="see whose it is and how its disk is mounted; take the right, or ask",
                        commands=(
                            shell("ls", "-ld", "{path}"),
                            shell("findmnt", "-T", "{path}"),
                            shell("chmod", "u+rwX", "{path}"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.FILES_USABLE,
        undo="`chmod` back",
    ),
    Entry(
        code="io_error",
        path="odd-file",
        meaning="A file is not what it should be: a link, a device, too large, gone or unreadable.",
        causes=(
            Cause(
                name="no-plain-file",
                text="something else stands where a plain file or folder should",
                probe=Probe.NO_PLAIN_FILE,
                steps=(
                    NeedsYou(
                        text="see what it is and move it out of the run; what can be made anew is",
                        commands=(
                            shell("ls", "-ld", "{path}"),
                            shell("mv", "{path}", "{aside}"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.FILES_USABLE,
        undo="move it back",
    ),
    Entry(
        code="interrupted",
        path="interrupted",
        meaning="A person or the system asked the program to stop.",
        causes=(
            Cause(
                name="half-way",
                text="the command ended before its work did; what it committed stays",
                probe=Probe.MADE_IS_STALE,
                steps=(
                    Safe(
                        action=Action.BRING_UP_TO_DATE,
                        text="go on where the record ends",
                        undo="every version before is in objects/",
                    ),
                ),
            ),
        ),
        condition=Condition.NOTHING_STALE,
        undo="every version before is in objects/",
    ),
)
