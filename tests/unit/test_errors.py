from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import curricle
from curricle import errors
from curricle.canonical import line_bytes
from curricle.errors import CurricleError, error_types

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE: Final = Path(curricle.__file__).parent

CODES_OF: Final[Mapping[int, frozenset[str]]] = {
    status: frozenset(codes.split())
    for status, codes in {
        1: "validation_failed",
        2: "invalid_argument",
        3: "run_not_found revision_not_found archive_not_found case_not_found",
        4: """
            run_ambiguous run_exists stage_conflict artifact_stale topic_spec_invalid
            scope_invalid curriculum_invalid log_invalid rules_invalid runbook_invalid
            run_metadata_invalid run_schema_unsupported provider_unknown provider_key_missing
            provider_base_url_invalid provider_command_missing provider_config_invalid
            dependency_missing
            """,
        5: """
            provider_auth_rejected provider_model_unsupported provider_rate_limited
            provider_quota_exhausted provider_unavailable provider_timeout
            provider_output_invalid provider_refused provider_context_overflow
            provider_sandbox_denied
            """,
        6: "run_locked disk_full permission_denied io_error",
        7: "journal_broken archive_invalid",
        8: "budget_exhausted stop_rule_hit redaction_incomplete policy_denied approval_required",
        70: "internal_error",
        130: "interrupted",
    }.items()
}
"""What scripts that call the program rely on."""

EXAMPLES: Final = (
    errors.ValidationFailedError("r-1", errors=1, warnings=2, report="report.md"),
    errors.InvalidArgumentError("--start 'x' is no date"),
    errors.RunNotFoundError("r-1", Path("/runs")),
    errors.RevisionNotFoundError("r-1", "abc", "no object starts with it"),
    errors.ArchiveNotFoundError(Path("/a.tar.gz")),
    errors.RunAmbiguousError("r", ["r-1", "r-2"]),
    errors.RunExistsError("r-1", Path("/runs")),
    errors.ArtifactStaleError("r-1", "plan.json", "topic_spec.json changed"),
    errors.RunMetadataInvalidError("r-1", "expecting value", line=3),
    errors.RunbookInvalidError(Path("/book.yaml"), "the key 'code' is there twice", line=4),
    errors.LogInvalidError("build.log", "it is empty"),
    errors.RulesInvalidError("rules.yaml", "the id 'a' is there twice", line=4),
    errors.CaseNotFoundError("case-0", Path("/runs")),
    errors.RedactionIncompleteError(["report.md"]),
    errors.RunSchemaUnsupportedError("r-1", "9.0", "1.0"),
    errors.ProviderUnknownError("intern", ["internal", "codex_exec"], "AGENT_PROVIDER"),
    errors.ProviderKeyMissingError("it is not set"),
    errors.ProviderBaseUrlInvalidError("ftp://models.example", "it is not http(s)"),
    errors.ProviderCommandMissingError("codex", "no such file"),
    errors.ProviderConfigInvalidError(
        "AGENT_TIMEOUT_SECONDS", "'x' is no number", hint="write seconds, such as 300"
    ),
    *(
        error("codex_exec", "said so")
        for error in error_types()
        if issubclass(error, errors.ProviderError)
    ),
    errors.DependencyMissingError("click"),
    errors.RunLockedError("r-1", "process 7"),
    errors.DiskFullError(Path("/runs/x"), "no space left on device"),
    errors.PermissionDeniedError(Path("/runs/x"), "permission denied"),
    errors.IoError(Path("/runs/x"), "it is a FIFO"),
    errors.JournalBrokenError("r-1", "the chain ends", line=4),
    errors.ArchiveInvalidError(Path("/a.tar.gz"), "it is cut short"),
    errors.InternalError(KeyError("nodes")),
    errors.InterruptError("SIGTERM"),
)


def test_every_code_is_declared_once() -> None:
    codes = [error.code for error in error_types()]
    assert len(codes) > 20
    assert len(set(codes)) == len(codes)


def test_the_walk_finds_every_error_of_the_module_in_order_of_status_and_code() -> None:
    declared = {
        member
        for _, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, CurricleError) and hasattr(member, "code")
    }
    assert declared <= set(error_types())
    order = [(error.exit_status, error.code) for error in error_types()]
    assert order == sorted(order)


@pytest.mark.parametrize("error", error_types(), ids=lambda error: error.code)
def test_a_code_has_the_exit_status_that_is_promised(error: type[CurricleError]) -> None:
    assert error.code in CODES_OF[error.exit_status]


@pytest.mark.parametrize("error", error_types(), ids=lambda error: error.code)
def test_an_error_declares_its_own_code_is_named_so_and_says_what_happened(
    error: type[CurricleError],
) -> None:
    assert "code" in vars(error)
    assert error.code == error.code.lower()
    assert error.__name__.endswith("Error")
    assert error.__doc__
    assert error.__doc__.endswith(".")


def test_no_code_is_promised_under_two_statuses() -> None:
    codes = [code for codes in CODES_OF.values() for code in codes]
    assert len(set(codes)) == len(codes)


def test_every_error_that_words_its_own_message_is_among_the_examples() -> None:
    wording = {error for error in error_types() if error.__init__ is not CurricleError.__init__}
    assert wording <= set(map(type, EXAMPLES))


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_a_message_is_one_printable_line_without_a_period_and_a_hint_follows(
    error: CurricleError,
) -> None:
    for text in (str(error), error.hint):
        assert text
        assert text.isprintable()
        assert not text.endswith(".")
    assert error.hint[0] == error.hint[0].lower()


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_the_facts_stand_in_the_details_as_json_and_in_the_words(error: CurricleError) -> None:
    assert line_bytes(error.details)
    said = f"{error} {error.hint} {error.next_step}"
    facts = [fact for fact in error.details.values() if isinstance(fact, str)]
    assert all(fact in said for fact in facts)


@pytest.mark.parametrize(
    "error", [e for e in EXAMPLES if e.details.get("run_id")], ids=lambda error: error.code
)
def test_an_error_of_a_run_gives_the_command_to_type_next_for_that_run(
    error: CurricleError,
) -> None:
    assert error.next_step[1:] == ("r-1",)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (EXAMPLES[0], "curriculum.json of r-1 has 1 error and 2 warnings"),
        (
            errors.ValidationFailedError("r-1", errors=0, warnings=1, report="r"),
            "curriculum.json of r-1 has 0 errors and 1 warning",
        ),
        (errors.RunAmbiguousError("r", list("abcde")), "'r' could be any of 5 runs: a, b, c, d, e"),
        (
            errors.RunAmbiguousError("r", list("abcdef")),
            "'r' could be any of 6 runs: a, b, c, d, e, and 1 more",
        ),
        (
            errors.RunMetadataInvalidError("r-1", "it is empty"),
            "invalid run metadata: run.json of r-1: it is empty",
        ),
        (
            errors.RunMetadataInvalidError("r-1", "expecting value", line=3),
            "invalid run metadata: run.json of r-1 (line 3): expecting value",
        ),
        (
            errors.JournalBrokenError("r-1", "the chain ends"),
            "the journal of r-1 is broken: the chain ends",
        ),
        (
            errors.JournalBrokenError("r-1", "the chain ends", line=4),
            "the journal of r-1 is broken: line 4 the chain ends",
        ),
        (
            errors.ProviderUnknownError("intern", ["internal"], "--provider"),
            "--provider names the provider 'intern', this version has: internal",
        ),
        (
            errors.ArchiveInvalidError(Path("/a.tar.gz"), "it is damaged"),
            "/a.tar.gz cannot be restored: it is damaged",
        ),
        (
            errors.ArchiveInvalidError(Path("/a.tar.gz"), "it is damaged", is_in_the_way=True),
            "/a.tar.gz is there already and not the archive it should be: it is damaged",
        ),
        (errors.InternalError(KeyError("a")), "this is a bug in curricle: KeyError: 'a'"),
    ],
)
def test_how_facts_become_a_sentence(error: CurricleError, message: str) -> None:
    assert str(error) == message


def test_names_from_outside_are_shown_escaped() -> None:
    hostile = "\x1b[2Jrun\n\u202e"
    for error in (
        errors.RunNotFoundError(hostile, Path("/runs")),
        errors.RunAmbiguousError(hostile, ["a", "b"]),
        errors.RevisionNotFoundError("r-1", hostile, "unknown"),
        errors.ProviderUnknownError(hostile, ["internal"], "--provider"),
    ):
        assert str(error).isprintable()


def test_a_hint_of_its_own_replaces_that_of_the_class_for_one_error_only() -> None:
    error = errors.ScopeInvalidError("scope.md is empty", hint="write something")
    assert error.hint == "write something"
    assert errors.ScopeInvalidError("scope.md is empty").hint == errors.ScopeInvalidError.hint
    assert errors.ScopeInvalidError.hint


def test_details_and_next_step_are_copies() -> None:
    details: dict[str, object] = {"fields": ["goal"]}
    step = ["run", "r-1"]
    error = errors.StageConflictError("topic spec not ready", next_step=step, details=details)
    details.clear()
    step.clear()
    assert error.details == {"fields": ["goal"]}
    assert error.next_step == ("run", "r-1")


def raised_without_a_hint(path: Path) -> list[str]:
    """Return where errors that have no hint of their own are made without one."""
    hintless = {error.__name__ for error in error_types() if takes_words_only(error)}
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)]
    return [
        f"{path.name}:{call.lineno}"
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in hintless
        and "hint" not in {keyword.arg for keyword in call.keywords}
    ]


def takes_words_only(error: Any) -> bool:
    return not error.hint and error.__init__ is CurricleError.__init__


def test_an_error_that_has_no_hint_of_its_own_is_never_raised_without_one() -> None:
    assert {e.code for e in error_types() if takes_words_only(e)} >= {"stage_conflict"}
    assert [at for path in PACKAGE.rglob("*.py") for at in raised_without_a_hint(path)] == []
