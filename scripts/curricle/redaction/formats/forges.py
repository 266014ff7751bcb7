"""Tokens of forges, package indexes and builders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.redaction.formats.format import formats, words

if TYPE_CHECKING:
    from curricle.redaction.formats.format import Format

FORGE_FORMATS: Final[tuple[Format, ...]] = formats(
    ("github-token", r"gh[oprsu]_[0-9A-Za-z]{16,255}"),
    ("github-token", r"github_pat_[0-9A-Za-z_]{20,255}"),
    (
        "gitlab-token",
        r"gl(?:pat|dt|ptt|ft|imt|agent|oas|rt|rtr|soat|ffct|cbt|wt|dpt)-[\w.-]{12,320}",
    ),
    ("gitlab-token", r"GR1348941[\w-]{8,}"),
    ("gitlab-session", r"_gitlab_session=[0-9a-z]{32}"),
    ("bitbucket-token", r"ATBB[0-9A-Za-z]{24,}"),
    ("atlassian-token", r"AT(?:ATT|CTT)3[\w=.-]{30,}"),
    ("npm-token", r"npm_[0-9A-Za-z]{30,}"),
    ("pypi-token", r"pypi-A[\w-]{30,}"),
    ("rubygems-token", r"rubygems_[0-9A-Fa-f]{32,}"),
    ("clojars-token", r"(?i:clojars_[0-9a-z]{40,})"),
    ("docker-token", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    ("artifactory-token", r"AKCp[0-9A-Za-z]{20,}"),
    ("artifactory-token", r"cmVmd[0-9A-Za-z]{40,}"),
    ("sourcegraph-token", r"sgp_(?:(?:[0-9A-Fa-f]{16}|local)_)?[0-9A-Fa-f]{40}"),
    ("sourcegraph-token", r"slk_[0-9a-f]{64}"),
    ("sonar-token", r"sq[apu]_[0-9A-Za-z]{40}"),
    ("circleci-token", r"CCIP(?:AT|RJ)_[0-9A-Za-z]{16,}_[0-9a-f]{32,}"),
    ("buildkite-token", r"bk[a-z]{2}_[0-9a-z]{40}"),
    ("terraform-token", r"[0-9A-Za-z]{10,20}\.atlasv1\.[\w=-]{40,}"),
    ("readme-key", r"rdme_[0-9a-z]{60,}"),
    ("postman-key", r"PMAK-[0-9A-Fa-f]{24}-[0-9A-Fa-f]{34}"),
    ("sentry-token", r"sntry[su]_[\w+/=]{40,}"),
) + words(
    ("octopus-key", r"API-[0-9A-Z]{25,27}\b"),
    ("infracost-key", r"ico-[0-9A-Za-z]{32}\b"),
    ("launchdarkly-key", r"(?:sdk|api|mob)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("artifactory-token", r"A(?:KC|P[0-9A-F])[0-9A-Za-z]{9,}\b"),
    ("nuget-key", r"oy2[0-9a-z]{43}\b"),
    ("crates-token", r"cio[0-9A-Za-z]{32}\b"),
    ("harness-key", r"[ps]at\.[\w-]{22}\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{20}"),
    ("pulumi-token", r"pul-[0-9a-f]{40}\b"),
    ("prefect-token", r"pn[ub]_[0-9A-Za-z]{36}\b"),
    ("scalingo-token", r"tk-us-[\w-]{40,}"),
)
