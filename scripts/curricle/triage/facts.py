"""What is known of a failed job beside its log: said by the caller, or by the CI service."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from curricle.errors import InvalidArgumentError
from curricle.printable import has_control_characters, is_utf_8, one_line
from curricle.redaction.redactor import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT_LENGTH_MAX: Final = 200
_SHARD: Final = re.compile(r"[1-9]\d{0,5}/[1-9]\d{0,5}")
_TEXTS: Final = ("repo", "workflow", "job", "sha", "run_id")
_ATTEMPT_MAX: Final = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class JobFacts:
    """Where in CI a job failed; None is what nobody said."""

    repo: str | None = None
    workflow: str | None = None
    job: str | None = None
    sha: str | None = None
    run_id: str | None = None
    shard: str | None = None
    """As `2/5`."""
    attempt: int | None = None
    """From 1 on."""
    run_link: str | None = None


def verify_facts(facts: JobFacts) -> JobFacts:
    """Return the facts, which are short lines of text, without secrets such as those of a URL.

    Raises:
        InvalidArgumentError: one is not, or a shard or an attempt cannot be.
    """
    for name in _TEXTS:
        value = getattr(facts, name)
        if value is not None:
            _verify_text(name.replace("_", "-"), value)
    if facts.shard is not None and not _is_shard(facts.shard):
        raise InvalidArgumentError(f"the shard {facts.shard!r:.60} is not of the form N/M")
    if facts.attempt is not None and not 1 <= facts.attempt <= _ATTEMPT_MAX:
        raise InvalidArgumentError(f"the attempt {facts.attempt} is no number from 1 on")
    redactor = Redactor()
    told: dict[str, Any] = {
        name: redactor.redact(value) for name in _TEXTS if (value := getattr(facts, name))
    }
    return replace(facts, **told)


def facts_of_row(row: Mapping[str, Any]) -> JobFacts:
    """Return the facts of a row of a list.

    Raises:
        InvalidArgumentError: a member is of the wrong type, or cannot be.
    """
    texts = {}
    for name in ("repo", "workflow", "job", "sha", "run_id", "shard"):
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise InvalidArgumentError(f"{name!r} is no text")
        texts[name] = value
    attempt = row.get("attempt")
    if attempt is not None and (isinstance(attempt, bool) or not isinstance(attempt, int)):
        raise InvalidArgumentError("'attempt' is no whole number")
    return verify_facts(JobFacts(**texts, attempt=attempt))


def with_environment(facts: JobFacts, environment: Mapping[str, str]) -> JobFacts:
    """Return the facts with what the CI service's variables say, where the caller said nothing.

    The variables are of the job that asks. Where the caller names another run, or another job, only
    what both share is taken from them.
    """
    if environment.get("GITHUB_ACTIONS") == "true":
        return _filled(facts, _of_github(facts, environment))
    if environment.get("GITLAB_CI") == "true":
        return _filled(facts, _of_gitlab(facts, environment))
    return facts


def _of_github(facts: JobFacts, environment: Mapping[str, str]) -> JobFacts:
    own = environment.get("GITHUB_RUN_ID")
    server = environment.get("GITHUB_SERVER_URL")
    repo = facts.repo or environment.get("GITHUB_REPOSITORY")
    run = facts.run_id or own
    link = f"{server}/{repo}/actions/runs/{run}" if server and repo and run else None
    if run != own:
        return JobFacts(repo=repo, run_link=link)
    return JobFacts(
        repo=repo,
        workflow=environment.get("GITHUB_WORKFLOW"),
        job=environment.get("GITHUB_JOB"),
        sha=environment.get("GITHUB_SHA"),
        run_id=run,
        attempt=_number(environment.get("GITHUB_RUN_ATTEMPT")),
        run_link=link,
    )


def _of_gitlab(facts: JobFacts, environment: Mapping[str, str]) -> JobFacts:
    own, project = environment.get("CI_PIPELINE_ID"), environment.get("CI_PROJECT_URL")
    repo = environment.get("CI_PROJECT_PATH")
    run = facts.run_id or own
    pipeline = f"{project}/-/pipelines/{run}" if project and run else None
    if run != own:
        return JobFacts(repo=repo, run_link=pipeline)
    job = environment.get("CI_JOB_NAME")
    is_own_job = facts.job in {None, job}
    node, total = environment.get("CI_NODE_INDEX"), environment.get("CI_NODE_TOTAL")
    return JobFacts(
        repo=repo,
        workflow=environment.get("CI_PIPELINE_NAME") or environment.get("CI_PIPELINE_SOURCE"),
        job=job,
        sha=environment.get("CI_COMMIT_SHA"),
        # GitLab numbers no attempts, and each is a job of its own in the same pipeline.
        run_id=(environment.get("CI_JOB_ID") if is_own_job and not facts.attempt else None) or run,
        shard=f"{node}/{total}" if is_own_job and node and total else None,
        run_link=environment.get("CI_JOB_URL") if is_own_job else pipeline,
    )


def _filled(facts: JobFacts, said: JobFacts) -> JobFacts:
    """Fill in what a CI service says; what of it cannot be is not known."""
    found = {name: getattr(said, name) for name in JobFacts.__dataclass_fields__}
    texts = {name: one_line(found[name], TEXT_LENGTH_MAX) for name in _TEXTS if found[name]}
    found |= dict.fromkeys(_TEXTS) | {name: text for name, text in texts.items() if text}
    if found["shard"] and not _is_shard(found["shard"]):
        found["shard"] = None
    missing = {name: value for name, value in found.items() if getattr(facts, name) is None}
    return verify_facts(replace(facts, **missing))


def _is_shard(text: str) -> bool:
    number, _, total = text.partition("/")
    return _SHARD.fullmatch(text) is not None and int(number) <= int(total)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _verify_text(name: str, value: str) -> None:
    is_text = is_utf_8(value) and not has_control_characters(value) and "\n" not in value
    if not value.strip() or not is_text or len(value) > TEXT_LENGTH_MAX:
        raise InvalidArgumentError(
            f"the {name} is not one line of 1 to {TEXT_LENGTH_MAX} characters"
        )
