"""Which failures a user can act on, each with a stable code, an exit status and a hint.

The classes take facts and write the sentence. Who prints them: `cli/main.py`. What is not
one of these is a bug and leaves as `internal_error`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from curricle.printable import counted, listed, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

EXIT_OK: Final = 0
EXIT_FINDINGS: Final = 1
_SHOWN_MAX: Final = 5
_NAME_LENGTH_MAX: Final = 200


class CurricleError(Exception):
    """Anything the user can act on."""

    code: ClassVar[str]
    exit_status: ClassVar[int]
    hint: str = ""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        next_step: Sequence[str] = (),
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        if hint:
            self.hint = hint
        self.next_step = tuple(next_step)
        """Arguments of the command to type next, without the program's name; may be empty."""
        self.details = dict(details or {})
        """Facts for programs; JSON values only."""


class ValidationFailedError(CurricleError):
    """A curriculum was checked and has findings of severity error."""

    code = "validation_failed"
    exit_status = 1

    def __init__(
        self, run_id: str, *, errors: int, warnings: int, report: str, rules: Sequence[str] = ()
    ) -> None:
        super().__init__(
            f"curriculum.json of {run_id} has {counted(errors, 'error')}"
            f" and {counted(warnings, 'warning')}",
            hint=f"read {report}, mend what it names, then validate again",
            next_step=("validate", run_id),
            details={
                "run_id": run_id,
                "errors": errors,
                "warnings": warnings,
                "report": report,
                "rules": list(rules),
            },
        )


class InvalidArgumentError(CurricleError):
    """A command was typed in a way it cannot be carried out."""

    code = "invalid_argument"
    exit_status = 2
    hint = "see --help"


class RunNotFoundError(CurricleError):
    """No run has the given id or prefix."""

    code = "run_not_found"
    exit_status = 3

    def __init__(self, name: str, runs_dir: Path) -> None:
        super().__init__(
            f"no run is called {name!r} in {runs_dir}",
            hint="`list` shows the runs there; --runs-dir looks elsewhere",
            next_step=("list",),
            details={"run": name, "runs_dir": str(runs_dir)},
        )


class RevisionNotFoundError(CurricleError):
    """A revision of the curriculum that the run does not hold."""

    code = "revision_not_found"
    exit_status = 3

    def __init__(self, run_id: str, revision: str, why: str) -> None:
        super().__init__(
            f"{run_id} has no revision {revision!r}: {why}",
            hint="use `current`, `previous` or the first digits of a digest that `log` shows",
            next_step=("log", run_id),
            details={"run_id": run_id, "revision": revision},
        )


class ArchiveNotFoundError(CurricleError):
    """A file that `restore` was given is not there."""

    code = "archive_not_found"
    exit_status = 3

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no archive at {path}",
            hint="`archive` prints where it puts an archive",
            details={"path": str(path)},
        )


class CaseNotFoundError(CurricleError):
    """No case on record has the given id or fingerprint."""

    code = "case_not_found"
    exit_status = 3

    def __init__(self, name: str, runs_dir: Path, *, kind: str = "case") -> None:
        super().__init__(
            f"no {kind} on record in {runs_dir} begins with {name!r}",
            hint="`triage cases` shows what is on record; --runs-dir looks elsewhere",
            details={"name": name, "kind": kind, "runs_dir": str(runs_dir)},
        )


class RunAmbiguousError(CurricleError):
    """A prefix that more than one run starts with."""

    code = "run_ambiguous"
    exit_status = 4

    def __init__(self, prefix: str, candidates: Sequence[str]) -> None:
        shown = listed(candidates[:_SHOWN_MAX], len(candidates))
        super().__init__(
            f"{prefix!r} could be any of {len(candidates)} runs: {shown}",
            hint="type more of the run id",
            details={"prefix": prefix, "candidates": list(candidates)},
        )


class RunExistsError(CurricleError):
    """A run would be written where one already is."""

    code = "run_exists"
    exit_status = 4

    def __init__(self, run_id: str, runs_dir: Path) -> None:
        super().__init__(
            f"{run_id} already exists in {runs_dir}, and a run is never overwritten",
            hint="restore into another folder with --runs-dir",
            next_step=("status", run_id),
            details={"run_id": run_id},
        )


class StageConflictError(CurricleError):
    """A stage cannot start in the state the run is in."""

    code = "stage_conflict"
    exit_status = 4


class ArtifactStaleError(CurricleError):
    """A command would hand out an artifact that no longer follows from its inputs."""

    code = "artifact_stale"
    exit_status = 4

    def __init__(self, run_id: str, artifact: str, reason: str) -> None:
        super().__init__(
            f"{artifact} is stale: {reason}",
            hint="bring the run up to date first",
            next_step=("run", run_id),
            details={"run_id": run_id, "artifact": artifact},
        )


class TopicSpecInvalidError(CurricleError):
    """A topic spec that cannot be read, or breaks its schema."""

    code = "topic_spec_invalid"
    exit_status = 4
    hint = "mend what is named above; docs/reference/topic-spec.md lists all fields"


class ScopeInvalidError(CurricleError):
    """A scope document that cannot be read or selects nothing."""

    code = "scope_invalid"
    exit_status = 4
    hint = "a scope document is UTF-8 Markdown with headings or lists that name what to learn"


class LogInvalidError(CurricleError):
    """A log or a test report that cannot be read, or holds nothing."""

    code = "log_invalid"
    exit_status = 4
    hint = "give the log of the failed job as its CI service stored it: text, gzip or zstd"

    def __init__(self, name: str, why: str, *, line: int | None = None, hint: str = "") -> None:
        super().__init__(
            f"the log {one_line(name, _NAME_LENGTH_MAX)} cannot be read: {why}",
            hint=hint,
            details={"log": one_line(name, _NAME_LENGTH_MAX), "line": line},
        )


class RulesInvalidError(CurricleError):
    """A file of bucket rules that cannot be used as it stands."""

    code = "rules_invalid"
    exit_status = 4

    def __init__(self, name: str, why: str, *, line: int | None = None) -> None:
        place = f"{name}:{line}" if line else name
        super().__init__(
            f"the bucket rules in {one_line(place, _NAME_LENGTH_MAX)} cannot be used: {why}",
            hint="mend the place named above; `triage rules test` tells when it is well",
            details={"file": one_line(name, _NAME_LENGTH_MAX), "line": line, "why": why},
        )


class CurriculumInvalidError(CurricleError):
    """A curriculum that is no JSON or has no usable shape for the command."""

    code = "curriculum_invalid"
    exit_status = 4
    hint = "mend the place named above"


class RunMetadataInvalidError(CurricleError):
    """A `run.json` that is damaged or not one of ours, or missing with no journal to go by."""

    code = "run_metadata_invalid"
    exit_status = 4

    def __init__(
        self,
        run_id: str,
        why: str,
        *,
        line: int | None = None,
        hint: str = "",
        belongs_to: str | None = None,
    ) -> None:
        where = f" (line {line})" if line else ""
        super().__init__(
            f"invalid run metadata: run.json of {run_id}{where}: {why}",
            hint=hint or "`recover` makes it anew from the journal, or starts a fresh run",
            next_step=("recover", run_id),
            details={
                "run_id": run_id,
                "file": "run.json",
                "line": line,
                "belongs_to": belongs_to,
            },
        )


class RunbookInvalidError(CurricleError):
    """A file of entries for the runbook that cannot be used."""

    code = "runbook_invalid"
    exit_status = 4

    def __init__(self, path: Path, why: str, *, line: int | None = None) -> None:
        where = f" (line {line})" if line else ""
        super().__init__(
            f"{path} cannot be used as a runbook{where}: {why}",
            hint="`runbook list` shows the codes; docs/reference/files.md has all fields",
            details={"path": str(path), "line": line},
        )


class RunSchemaUnsupportedError(CurricleError):
    """A `run.json` written by a newer version of this program."""

    code = "run_schema_unsupported"
    exit_status = 4

    def __init__(self, run_id: str, found: str, known: str) -> None:
        super().__init__(
            f"run.json of {run_id} has schema_version {found}, this program knows {known}",
            hint="use the version of curricle that wrote the run, or a newer one",
            next_step=("archive", run_id),
            details={"run_id": run_id, "found": found, "known": known},
        )


class ProviderUnknownError(CurricleError):
    """A provider name that this program does not have."""

    code = "provider_unknown"
    exit_status = 4

    def __init__(self, name: str, known: Sequence[str], source: str) -> None:
        super().__init__(
            f"{source} names the provider {name!r}, this version has: {', '.join(known)}",
            hint=f"set {source} to one of {', '.join(known)}",
            details={"provider": name, "known": list(known), "source": source},
        )


class ProviderKeyMissingError(CurricleError):
    """A provider that needs a key was chosen, and none that can be used is set."""

    code = "provider_key_missing"
    exit_status = 4

    def __init__(self, why: str) -> None:
        super().__init__(
            f"OPENAI_API_KEY is required: {why}",
            hint="set OPENAI_API_KEY, or AGENT_PROVIDER=internal, which needs none",
            details={"variable": "OPENAI_API_KEY"},
        )


class ProviderBaseUrlInvalidError(CurricleError):
    """`OPENAI_BASE_URL` is no address of a server."""

    code = "provider_base_url_invalid"
    exit_status = 4

    def __init__(self, shown: str, why: str) -> None:
        super().__init__(
            f"invalid OPENAI_BASE_URL {shown!r}: {why}",
            hint="write it as http(s)://host[:port]/path, or unset it for the default",
            details={"variable": "OPENAI_BASE_URL"},
        )


class ProviderCommandMissingError(CurricleError):
    """`CODING_AGENT_CMD` names nothing that can be run."""

    code = "provider_command_missing"
    exit_status = 4

    def __init__(self, command: str, why: str) -> None:
        super().__init__(
            f"CODING_AGENT_CMD {command!r}: {why}",
            hint="install the Codex CLI, or set CODING_AGENT_CMD to its name or absolute path",
            details={"variable": "CODING_AGENT_CMD", "command": command},
        )


class ProviderConfigInvalidError(CurricleError):
    """A setting of a provider that cannot be."""

    code = "provider_config_invalid"
    exit_status = 4

    def __init__(self, variable: str, why: str, *, hint: str) -> None:
        super().__init__(f"{variable}: {why}", hint=hint, details={"variable": variable})


class ProviderError(CurricleError):
    """A provider was asked and gave no answer to use."""

    exit_status = 5
    is_transient: ClassVar[bool] = False
    """Whether asking again may help."""

    def __init__(
        self,
        provider: str,
        why: str,
        *,
        hint: str = "",
        retry_after_seconds: float | None = None,
        retries_max: int | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(
            f"{provider}: {why}", hint=hint, details={"provider": provider, **(details or {})}
        )
        self.retry_after_seconds = retry_after_seconds
        """What the server asked to wait, or None."""
        self.retries_max = retries_max
        """How often asking again is worth its time, where that is less than the budget."""


class ProviderAuthRejectedError(ProviderError):
    """The server does not accept the key, or not for this."""

    code = "provider_auth_rejected"
    hint = "check the key and its permissions; `doctor --provider P` tries it"


class ProviderModelUnsupportedError(ProviderError):
    """The model is not there, not for this account, or cannot do what is asked."""

    code = "provider_model_unsupported"
    hint = "unset AGENT_MODEL, or set it to a model that the server has"


class ProviderRateLimitedError(ProviderError):
    """Too many requests for now."""

    code = "provider_rate_limited"
    hint = "wait, then type the same command again: what was answered is not asked again"
    is_transient = True


class ProviderQuotaExhaustedError(ProviderError):
    """The account has nothing left."""

    code = "provider_quota_exhausted"
    hint = "check plan and billing of the account, or use another provider"


class ProviderUnavailableError(ProviderError):
    """The server cannot be reached, or failed."""

    code = "provider_unavailable"
    hint = "check the network and the server, then type the same command again"
    is_transient = True


class ProviderTimeoutError(ProviderError):
    """There was no answer in time."""

    code = "provider_timeout"
    hint = "raise AGENT_TIMEOUT_SECONDS, then type the same command again"
    is_transient = True


class ProviderOutputInvalidError(ProviderError):
    """There was an answer, but not the structured one that was asked for."""

    code = "provider_output_invalid"
    hint = "unset AGENT_MODEL or choose a model that keeps to a schema, then type the command again"
    is_transient = True


class ProviderRefusedError(ProviderError):
    """The model or a filter before it declined to answer."""

    code = "provider_refused"
    hint = "change what the documents ask for, or use another provider"


class ProviderContextOverflowError(ProviderError):
    """The request is larger than the model takes."""

    code = "provider_context_overflow"
    hint = "select sections with --scope-section, or use a model with a larger context"


class ProviderSandboxDeniedError(ProviderError):
    """The command could not set up its sandbox."""

    code = "provider_sandbox_denied"
    hint = (
        "allow unprivileged user namespaces or install bubblewrap; `doctor` shows what is missing"
    )


class BudgetExhaustedError(CurricleError):
    """A budget of attempts, tokens or seconds ended before the work did."""

    code = "budget_exhausted"
    exit_status = 8


class DependencyMissingError(CurricleError):
    """A library the program needs is not installed."""

    code = "dependency_missing"
    exit_status = 4

    hint = "run `make setup` in the checkout, or install curricle anew"

    # NOTE: the shim says the same where nothing of this can be imported.
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not installed", details={"missing": name})


class RunLockedError(CurricleError):
    """Another command is writing to the run."""

    code = "run_locked"
    exit_status = 6

    def __init__(self, run_id: str, holder: str, process: int | None = None) -> None:
        super().__init__(
            f"{run_id} is in use by {holder}",
            hint="wait until that command has ended; `status` can be read meanwhile",
            next_step=("status", run_id),
            details={"run_id": run_id, "holder": holder, "process": process},
        )


class DiskFullError(CurricleError):
    """The disk, a quota or a file-size limit stopped a write."""

    code = "disk_full"
    exit_status = 6

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"could not write {path}: {reason}",
            hint="make room, then type the same command again: what was there before is intact",
            details={"path": str(path), "reason": reason},
        )


class PermissionDeniedError(CurricleError):
    """The operating system refused access to a path."""

    code = "permission_denied"
    exit_status = 6

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"no access to {path}: {reason}",
            hint="check the owner and mode of the path, and that the disk is mounted writable",
            details={"path": str(path), "reason": reason},
        )


class IoError(CurricleError):
    """Any other failure of a file operation."""

    code = "io_error"
    exit_status = 6

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"could not use {path}: {reason}",
            hint="check that the path is what the message expects, then type the command again",
            details={"path": str(path), "reason": reason},
        )


class JournalBrokenError(CurricleError):
    """The journal's chain does not hold."""

    code = "journal_broken"
    exit_status = 7

    def __init__(self, run_id: str, why: str, *, line: int | None = None) -> None:
        where = f" line {line}" if line else ""
        super().__init__(
            f"the journal of {run_id} is broken:{where} {why}",
            hint="nothing was written; archive the run as evidence before anything else",
            next_step=("archive", run_id),
            details={"run_id": run_id, "line": line},
        )


class ArchiveInvalidError(CurricleError):
    """An archive that is damaged, unsafe to unpack, not one of ours, or in another's place."""

    code = "archive_invalid"
    exit_status = 7

    def __init__(self, path: Path, why: str, *, is_in_the_way: bool = False) -> None:
        if is_in_the_way:
            message = f"{path} is there already and not the archive it should be: {why}"
            hint = "nothing was overwritten; move that file away, or archive into another folder"
        else:
            message = f"{path} cannot be restored: {why}"
            hint = "nothing was unpacked; get another copy of the archive"
        super().__init__(message, hint=hint, details={"path": str(path), "reason": why})
        self.why = why


class StopRuleHitError(CurricleError):
    """A rule stopped the work for a person to decide."""

    code = "stop_rule_hit"
    exit_status = 8


class RedactionIncompleteError(CurricleError):
    """A bundle would let a secret out, so there is none."""

    code = "redaction_incomplete"
    exit_status = 8

    def __init__(self, places: Sequence[str]) -> None:
        shown = listed(places[:_SHOWN_MAX], len(places))
        super().__init__(
            f"something that looks like a secret is left in the bundle: {shown}",
            hint="nothing was written; unset a credential that is an ordinary word, or report this",
            details={"places": list(places)},
        )


class InternalError(CurricleError):
    """A bug in this program."""

    code = "internal_error"
    exit_status = 70

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            f"this is a bug in curricle: {type(error).__name__}: {error}",
            hint="type the command again with --traceback before its name"
            " and report what it prints",
            details={"type": type(error).__name__},
        )


class InterruptError(CurricleError):
    """The user or the system asked the program to stop."""

    code = "interrupted"
    exit_status = 130
    hint = "type the same command again: it goes on where the record ends"

    def __init__(self, signal_name: str) -> None:
        super().__init__(f"stopped by {signal_name}", details={"signal": signal_name})


def error_types() -> tuple[type[CurricleError], ...]:
    """Return every declared error type, in order of exit status and code."""
    declared = (error for error in _descendants(CurricleError) if hasattr(error, "code"))
    return tuple(sorted(declared, key=lambda t: (t.exit_status, t.code)))


def _descendants(base: type[CurricleError]) -> Iterator[type[CurricleError]]:
    for child in base.__subclasses__():
        yield child
        yield from _descendants(child)
