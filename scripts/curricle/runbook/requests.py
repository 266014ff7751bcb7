"""What is done about commands that could not be carried out as they were typed.

Nothing is wrong with a run then: whoever typed the command types another.
"""

from __future__ import annotations

from typing import Final

from curricle.runbook.entry import Cause, Command, Condition, Entry, NeedsYou, Probe, shell, type_


def _typed(code: str, meaning: str, text: str, advice: str, *commands: Command) -> Entry:
    path = code.replace("_", "-")
    cause = Cause(
        name="typed",
        text=text,
        probe=Probe.CANNOT_TELL,
        steps=(NeedsYou(text=advice, commands=commands),),
    )
    return Entry(
        code=code,
        path=path,
        meaning=meaning,
        causes=(cause,),
        condition=Condition.COMMAND_WORKS,
        undo="nothing was changed",
        rules=(),
    )


REQUESTS: Final = (
    _typed(
        "invalid_argument",
        "A command was typed in a way it cannot be carried out.",
        "an option is unknown, missing, or has a value that cannot be",
        "see what the command takes, and type it again",
        type_("--help"),
    ),
    _typed(
        "run_not_found",
        "No run has the given id or prefix.",
        "the id is mistyped, or the run lies in another folder",
        "see the runs there are, here and elsewhere",
        type_("list"),
        type_("--runs-dir", "DIR", "list"),
    ),
    _typed(
        "run_ambiguous",
        "More than one run starts with the given prefix.",
        "the prefix is too short",
        "see the runs, and type more of the id",
        type_("list"),
    ),
    _typed(
        "run_exists",
        "A run would be written where one already is.",
        "the run was restored before, or was never removed",
        "look at the one that is there, or restore into another folder",
        type_("list"),
        type_("--runs-dir", "DIR", "restore", "{archive}"),
    ),
    _typed(
        "revision_not_found",
        "The run does not hold that revision of the curriculum.",
        "the digest is mistyped, or the run has no earlier revision",
        "see the digests that the run recorded",
        type_("log", "{run}"),
    ),
    _typed(
        "archive_not_found",
        "There is no archive at the given path.",
        "the path is mistyped, or the archive was moved",
        "see what is there, or archive the run anew",
        shell("ls", "{runs_dir}/archives"),
        type_("archive", "{run}"),
    ),
    _typed(
        "case_not_found",
        "No case on record has that id or fingerprint, or the run has no failure on record.",
        "the name is mistyped, nothing was recorded with --record, or it lies in another folder",
        "see what is on record, here and elsewhere",
        type_("triage", "cases"),
        type_("list", "--failed"),
        type_("--runs-dir", "DIR", "triage", "cases"),
    ),
    _typed(
        "log_invalid",
        "A log or a test report cannot be read, or holds nothing.",
        "it was cut off on its way, is packed in a way that is not known, or is another file",
        "get it from the CI service again, as text, gzip or zstd",
        type_("triage", "--log", "FILE"),
    ),
    _typed(
        "rules_invalid",
        "A file of bucket rules cannot be used.",
        "--rules or CURRICLE_RULES names a file with a mistake in it",
        "correct what the message names, or do without the file",
        shell("unset", "CURRICLE_RULES"),
        type_("triage", "rules", "test"),
    ),
    _typed(
        "runbook_invalid",
        "A file of entries for the runbook cannot be used.",
        "--runbook or CURRICLE_RUNBOOK names a file with a mistake in it",
        "correct what the message names, or do without the file",
        shell("unset", "CURRICLE_RUNBOOK"),
        type_("runbook", "list"),
    ),
    _typed(
        "redaction_incomplete",
        "A bundle would let something out that looks like a secret, so none was written.",
        "a credential that is set is an ordinary word of the bundle itself",
        "unset it where the bundle is written, or set a real credential, then write it again",
        shell("unset", "OPENAI_API_KEY"),
        type_("escalate", "{run}"),
    ),
    _typed(
        "internal_error",
        "A bug in this program, or a damaged installation of it.",
        "the program did not expect what it met",
        "check the installation; see where it arose, and report what that prints",
        type_("doctor"),
        type_("--traceback", "status", "{run}"),
    ),
)
