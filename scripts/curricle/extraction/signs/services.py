"""What shells, package managers, containers, version control and CI services print."""

from __future__ import annotations

from typing import Final

from curricle.extraction.sign import Growth, Kind, Sign

SERVICES: Final = (
    Sign(
        "job-limit",
        "ci",
        Kind.LIMIT,
        92,
        r"exceeded the maximum (time limit|execution time|time)|[Nn]o output has been received"
        r"|has exceeded the maximum|The job exceeded|maximum log length|log length has exceeded"
        r"|Too long with no output|[Bb]uild timed out|execution took longer than"
        r"|context deadline exceeded \(execution|script timed out",
        "The job exceeded the maximum time limit for jobs, and has been terminated.",
    ),
    Sign(
        "job-cancelled",
        "ci",
        Kind.LIMIT,
        70,
        r"The operation was cancell?ed|The runner has received a shutdown signal|lost communication"
        r"|Build was aborted|Aborted by |ERROR: Job failed \(system failure\)|runner system"
        r" failure",
        "The runner has received a shutdown signal.",
    ),
    Sign(
        "killed-step",
        "ci",
        Kind.LIMIT,
        70,
        r"(exited with|exit code|exit status|Exited with code|status) (124|137|143)\b|^Killed$",
        'The command "make test" exited with 137.',
    ),
    Sign(
        "travis-retried",
        "travis",
        Kind.STEP,
        50,
        r"^The command \".*\" failed \d+ times",
        'The command "bundle install" failed 3 times.',
    ),
    Sign(
        "github-annotation",
        "github",
        Kind.TOOL,
        65,
        r"^##\[error\]\S|^::error\b",
        "##[error]Unable to process file command 'env' successfully.",
        unless=r"^(##\[error\]|::error[^:]*::)(Process completed|The process .* failed|Command"
        r" failed"
        r"|.*\b(exit|exited)( with)?( code| status)? \d+\b|Executing the custom container)",
    ),
    Sign(
        "docker-build",
        "docker",
        Kind.TOOL,
        82,
        r"^(#\d+ )?ERROR: (failed|process|executor|failed to solve)|^failed to solve|^error:"
        r" failed to "
        r"solve|^#\d+ ERROR",
        "#6 ERROR: failed to copy: httpReadSeeker: failed open: not found",
        Growth.LINE,
    ),
    Sign(
        "docker-section",
        "docker",
        Kind.TOOL,
        78,
        r"^ > \[.*\d+/\d+\] |^ > \[.+\]:$",
        " > [2/3] RUN apk add --no-cache git openssh:",
        Growth.SECTION,
        ends=r"^(ERROR|error): ",
        includes_end=True,
        before=r"^-{4,}$|^#\d+ CANCELED",
    ),
    Sign(
        "docker-daemon",
        "docker",
        Kind.TOOL,
        78,
        r"[Ee]rror response from daemon|failed to pull image|docker: [Ee]rror|manifest unknown"
        r"|Cannot connect to the Docker daemon|toomanyrequests",
        "Error response from daemon: manifest for acme/app:9 not found",
    ),
    Sign(
        "docker-returned",
        "docker",
        Kind.SUMMARY,
        46,
        r"^The command '.+' returned a non-zero code|did not complete successfully: exit code",
        "The command '/bin/sh -c make' returned a non-zero code: 2",
    ),
    Sign(
        "git-fatal",
        "git",
        Kind.TOOL,
        72,
        r"^(##\[error\])?fatal: ",
        "fatal: Remote branch release not found in upstream origin",
        Growth.LINE,
        before=r"^(error: |warning: Could not find remote|remote: |Cloning into)",
    ),
    Sign(
        "git-error",
        "git",
        Kind.TOOL,
        64,
        r"^error: (failed to push|src refspec|pathspec|RPC failed|Your local changes|The following"
        r"|could not|unable to|cannot)|^ ! \[(remote )?rejected\]|^CONFLICT \(|^remote: (error"
        r"|ERROR|Perm)",
        "error: failed to push some refs to 'origin'",
        Growth.LINE,
        unless=r"^error: could not compile",
    ),
    Sign(
        "diff",
        "git",
        Kind.LINT,
        48,
        r"^diff --git a/",
        "diff --git a/README.md b/README.md",
        Growth.SECTION,
        ends=r"^(travis_|##\[|\$ |make|The command)",
    ),
    Sign(
        "apt-error",
        "apt",
        Kind.TOOL,
        74,
        r"^E: \S",
        "E: Unable to locate package libfoo-dev",
        before=r"^(Err:\d+|W: Failed)",
    ),
    Sign(
        "package-manager",
        "apt",
        Kind.TOOL,
        70,
        r"^(Err:\d+ |Error: (Unable to find a match|No available formula|.* not found in)"
        r"|ERROR: unable to"
        r" select packages|No package \S+ available|dpkg: error|error: target not found)",
        "Error: Unable to find a match: libfoo-devel",
        Growth.INDENTED,
    ),
    Sign(
        "shell-missing",
        "shell",
        Kind.SHELL,
        66,
        r": command not found$|\b(sh|bash|dash|zsh|ash)(: line)?:? \d+: .*not found$|^exec:"
        r" .*not found"
        r"|executable file not found|: No such file or directory$|: Permission denied$|: Is a"
        r" directory$"
        r"|: unbound variable$|: parameter null or not set|: cannot execute|: bad interpreter"
        r"|: syntax error|: unexpected EOF|: ambiguous redirect|: numeric argument required",
        "/home/ci/build.sh: line 78: test/run.sh: No such file or directory",
        unless=r"^(cp|rm|ls|cat|stat|find|grep|mv|sed|ln|tail|head|mkdir|touch|readlink): ",
    ),
    Sign(
        "shell-tool",
        "shell",
        Kind.SHELL,
        46,
        r"^(cp|rm|ls|cat|stat|find|grep|mv|sed|ln|tail|tar|unzip|gzip|curl|wget|ssh|scp|rsync|gpg|sudo|su"
        r"|chmod|chown|mkdir|touch|bash|sh|jq|realpath|install): (\(\d+\) |error: |cannot |.*: )\S",
        "tar: release.tgz: Not found in archive",
    ),
    Sign(
        "network-tool",
        "shell",
        Kind.TOOL,
        62,
        r"^curl: \(\d+\) |^wget: |^ERROR: (no certificate|cannot verify|The certificate)"
        r"|\bERROR \d{3}: \w|^wget: unable",
        "curl: (22) The requested URL returned error: 404",
        Growth.INDENTED,
    ),
    Sign(
        "usage-error",
        "shell",
        Kind.SHELL,
        60,
        r"^(flag provided but not defined|unknown (flag|option|command|argument|shorthand flag)"
        r"|invalid option|unrecognized (option|argument|command)|Unknown (option|command|argument))"
        r"|: (unrecognized|invalid|unknown|illegal) (option|argument|command)|error:"
        r" unrecognized arg",
        "flag provided but not defined: -foo",
        unless=r"(?i)warning",
    ),
    Sign(
        "terraform-error",
        "terraform",
        Kind.TOOL,
        80,
        r"^│ Error: \S",
        "│ Error: Invalid provider configuration",
        Growth.SECTION,
        ends=r"^╵|^$",
        before=r"^╷",
    ),
    Sign(
        "kubernetes",
        "docker",
        Kind.TOOL,
        68,
        r"^Error from server|ImagePullBackOff|CrashLoopBackOff|OOMKilled|^Error: (INSTALLATION"
        r"|UPGRADE) "
        r"FAILED",
        "Error from server (Forbidden): pods is forbidden",
    ),
    Sign(
        "expected-actual",
        "shell",
        Kind.LINT,
        52,
        r"is (missing|not up.to.date|out of date|outdated|not formatted|not sorted)\b|not"
        r" up-to-date"
        r"|are inconsistent|[Nn]ot properly formatted|seems to be missing|incorrectly (sorted"
        r"|format)"
        r"|needs? (formatting|to be (formatted|updated|regenerated))",
        "ERROR: go.mod is not up-to-date. Run 'go mod tidy'.",
    ),
    Sign(
        "link-check",
        "node",
        Kind.LINT,
        66,
        r"^ *(\d+\. )?(\[✖\]|\[L\d+\] [345]\d\d |✖ ?http|\[[45]\d\d\] http)",
        "  [✖] https://example.org/gone → Status: 404",
    ),
    Sign(
        "lintrunner",
        "lint",
        Kind.LINT,
        84,
        r"^\s*>>> (Lint for |General linter failure)",
        ">>> Lint for src/app.py:",
        Growth.SECTION,
        ends=r"^\s*>>> |^\S+ (is|are) |^Successfully",
    ),
    Sign(
        "unexpected-result",
        "mozharness",
        Kind.TEST,
        90,
        r"TEST-UNEXPECTED-(FAIL|ERROR|CRASH|TIMEOUT|PASS)|PROCESS-CRASH \|",
        "TEST-UNEXPECTED-FAIL | dom/base/test/test_sum.html | adds - got 3, expected 4",
    ),
    Sign(
        "file-position",
        "lint",
        Kind.LINT,
        58,
        r"^\.?[\w./\\+@-]+\.\w{1,10}:\d+(:\d+)?:? ?\S",
        "README.md:2186:Line longer than 80 characters.",
        unless=r"(?i)\bwarning\b|\bnote\b|\binfo\b|^https?:|^\S+:\d+:\d+ ?(\S+ ){0,2}(UTC|GMT"
        r"|[AP]M)\b|:in `",
    ),
)
