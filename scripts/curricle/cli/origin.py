"""What a run comes out of: the ticket that asks for it, and the code and job it is begun from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from curricle.errors import InvalidArgumentError
from curricle.printable import has_control_characters, is_utf_8, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from subprocess import Popen

SOURCE_LENGTH_MAX: Final = 500
_GIT_SECONDS_MAX: Final = 2
_GIT_QUESTIONS: Final = (
    ("config", "--get", "remote.origin.url"),
    ("rev-parse", "HEAD", "--abbrev-ref", "HEAD"),
)
_PULL_REQUEST: Final = "refs/pull/"
_DETACHED: Final = "HEAD"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOrigin:
    """Where a run comes from; None is what nobody said."""

    source: str | None
    """Ticket or issue that authorises the run."""
    repository: str | None
    branch: str | None
    commit: str | None
    job: str | None
    """CI job; None outside CI."""
    request: str | None
    """Number of the pull or merge request that the job is for."""

    def to_json(self) -> dict[str, str | None]:
        """Return it as it stands in the first entry of a journal."""
        return asdict(self)


def find_origin(source: str | None, environment: Mapping[str, str]) -> RunOrigin:
    """Return what is known of a run that is about to begin: from CI, else from git.

    Raises:
        InvalidArgumentError: `source` is no one-line reference.
    """
    verify_source(source)
    github = environment.get("GITHUB_REPOSITORY")
    gitlab = environment.get("CI_PROJECT_PATH")
    if github or gitlab:
        known = _of_github(environment) if github else _of_gitlab(environment)
    else:
        known = _of_git()
    return RunOrigin(source=source, **{name: _shown(text) for name, text in known.items()})


def verify_source(source: str | None) -> None:
    """Make sure that a reference to a ticket can be recorded and shown.

    Raises:
        InvalidArgumentError: it is blank, too long, or more than one line of text.
    """
    if source is None:
        return
    hint = "name the ticket or issue, for example --source PROJ-123"
    if not source.strip():
        raise InvalidArgumentError("--source is blank", hint=hint)
    if len(source) > SOURCE_LENGTH_MAX:
        raise InvalidArgumentError(
            f"--source has {len(source)} characters, at most {SOURCE_LENGTH_MAX} are allowed",
            hint=hint,
        )
    if not is_utf_8(source) or has_control_characters(source) or "\n" in source or "\t" in source:
        raise InvalidArgumentError(
            f"--source {source!r} is not one line of text without control characters", hint=hint
        )


def _of_github(environment: Mapping[str, str]) -> dict[str, str | None]:
    reference = environment.get("GITHUB_REF", "")
    is_request = reference.startswith(_PULL_REQUEST)
    job = (environment.get("GITHUB_RUN_ID"), environment.get("GITHUB_JOB"))
    return {
        "repository": environment.get("GITHUB_REPOSITORY"),
        "branch": environment.get("GITHUB_REF_NAME"),
        "commit": environment.get("GITHUB_SHA"),
        "job": "/".join(filter(None, job)),
        "request": reference.removeprefix(_PULL_REQUEST).split("/")[0] if is_request else None,
    }


def _of_gitlab(environment: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "repository": environment.get("CI_PROJECT_PATH"),
        "branch": environment.get("CI_COMMIT_REF_NAME"),
        "commit": environment.get("CI_COMMIT_SHA"),
        "job": environment.get("CI_JOB_ID"),
        "request": environment.get("CI_MERGE_REQUEST_IID"),
    }


def _of_git() -> dict[str, str | None]:
    from curricle.providers.address import shown_url

    # Both at once: each takes a few milliseconds, and neither needs the other.
    asked = [_ask(question) for question in _GIT_QUESTIONS]
    url, place = (_answer(one) if one else "" for one in asked)
    commit, _, branch = place.partition("\n")
    return {
        "repository": shown_url(url),
        "branch": None if branch == _DETACHED else branch,
        "commit": commit,
        "job": None,
        "request": None,
    }


def _ask(question: tuple[str, ...]) -> Popen[str] | None:
    import subprocess

    try:
        return subprocess.Popen(  # noqa: S603 - fixed words
            ["git", *question],  # noqa: S607 - the user's own git
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )
    except OSError:
        return None


def _answer(asked: Popen[str]) -> str:
    """Return what git says; nothing where there is no repository, remote or commit, or no time."""
    from subprocess import TimeoutExpired

    try:
        answer, _ = asked.communicate(timeout=_GIT_SECONDS_MAX)
    except TimeoutExpired:
        asked.kill()
        asked.communicate()
        return ""
    return "" if asked.returncode else answer.strip()


def _shown(text: str | None) -> str | None:
    return one_line(text, SOURCE_LENGTH_MAX) if text else None
