"""What is done when a provider cannot be asked, or gives no answer to use."""

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

_AGAIN: Final = "type again what failed; what was answered is not asked again"
_NOTHING_TO_UNDO: Final = "nothing was changed; answers that came are in the journal"
_ASK_AGAIN: Final = Safe(
    action=Action.ASK_AGAIN,
    text="ask once more, for what was not answered yet",
    undo=_NOTHING_TO_UNDO,
)
_WITHOUT_MODEL: Final = Cause(
    name="model",
    text="AGENT_MODEL names a model that is not there or does not keep to a schema",
    probe=Probe.MODEL_IS_NAMED,
    steps=(
        Safe(
            action=Action.ASK_WITHOUT_MODEL,
            text="ask once more with AGENT_MODEL unset, for this time only",
            undo="`run {run} --force` with AGENT_MODEL set asks that model again",
        ),
    ),
)
_MORE_TIME: Final = Cause(
    name="time",
    text="the model needs longer than AGENT_TIMEOUT_SECONDS",
    probe=Probe.ASKED_IN_VAIN,
    steps=(
        Safe(
            action=Action.ASK_WITH_MORE_TIME,
            text="ask once more with {more_seconds} s, for this time only",
            undo=_NOTHING_TO_UNDO,
        ),
    ),
)
_DOCTOR: Final = type_("doctor", "--provider", "{provider}")
_OTHER_PROVIDER: Final = NeedsYou(
    text="or use a provider that needs no model",
    commands=(type_("run", "{run}", "--provider", "internal"),),
)


def _in_vain(name: str, text: str, *steps: Safe | NeedsYou) -> Cause:
    return Cause(name=name, text=text, probe=Probe.ASKED_IN_VAIN, steps=steps)


def _setting(code: str, path: str, meaning: str, text: str, *steps: NeedsYou) -> Entry:
    return Entry(
        code=code,
        path=path,
        meaning=meaning,
        causes=(
            Cause(name="setting", text=text, probe=Probe.SETTING_CANNOT_BE, steps=steps),
            Cause(
                name="now-set",
                text="the setting was corrected since",
                probe=Probe.SETTING_WAS_CORRECTED,
                steps=(_ASK_AGAIN,),
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="settings are of your shell: set them back",
        letter={"provider_key_missing": "D", "provider_base_url_invalid": "E"}.get(code, ""),
    )


_SETTINGS: Final = (
    _setting(
        "provider_unknown",
        "provider-unknown",
        "AGENT_PROVIDER or --provider names a provider that there is not.",
        "a name is mistyped, or of another version",
        NeedsYou(
            text="name one of internal, codex_exec, remote_llm",
            commands=(
                shell("export", "AGENT_PROVIDER=internal"),
                type_("run", "{run}", "--provider", "internal"),
            ),
        ),
    ),
    _setting(
        "provider_key_missing",
        "key-missing",
        "A provider that needs a key was chosen, and OPENAI_API_KEY holds none that can be used.",
        "OPENAI_API_KEY is not set, empty, or not a key",
        NeedsYou(text="set the key", commands=(shell("export", "OPENAI_API_KEY=YOUR_KEY"),)),
        NeedsYou(
            text="or use a provider that needs none",
            commands=(
                type_("run", "{run}", "--provider", "codex_exec"),
                type_("run", "{run}", "--provider", "internal"),
            ),
        ),
    ),
    _setting(
        "provider_base_url_invalid",
        "base-url-invalid",
        "OPENAI_BASE_URL is no address of a server.",
        "the scheme or the host is missing, or the port is none",
        NeedsYou(
            text="write it as http(s)://host[:port]/path, or unset it for the default",
            commands=(
                shell("export", "OPENAI_BASE_URL=https://HOST/v1"),
                shell("unset", "OPENAI_BASE_URL"),
            ),
        ),
    ),
    _setting(
        "provider_command_missing",
        "command-missing",
        "CODING_AGENT_CMD names nothing that can be run.",
        "the Codex CLI is not installed, not on PATH, or CODING_AGENT_CMD is mistyped",
        NeedsYou(
            text="find it, or install it",
            commands=(
                shell("command", "-v", "codex"),
                shell("npm", "install", "--global", "@openai/codex"),
            ),
        ),
        NeedsYou(
            text="then name it, or unset the variable for `codex`",
            commands=(
                shell("export", "CODING_AGENT_CMD=/absolute/path/to/codex"),
                shell("unset", "CODING_AGENT_CMD"),
            ),
        ),
    ),
    _setting(
        "provider_config_invalid",
        "setting-invalid",
        "A setting of a provider cannot be used as it is.",
        "{variable} holds something that cannot be",
        NeedsYou(
            text="correct {variable} as the message says, or unset it for its default",
            commands=(shell("unset", "{variable}"),),
        ),
    ),
    Entry(
        code="dependency_missing",
        path="dependency-missing",
        meaning="A library that the program needs is not installed.",
        causes=(
            Cause(
                name="not-set-up",
                text="the virtual environment was never made, or is of an earlier version",
                probe=Probe.CANNOT_TELL,
                steps=(
                    NeedsYou(
                        text="set the checkout up again, then type the command again",
                        commands=(shell("make", "setup"), type_("doctor")),
                    ),
                ),
            ),
        ),
        condition=Condition.COMMAND_WORKS,
        undo="`make clean` removes what was set up",
    ),
)

PROVIDERS: Final = (
    *_SETTINGS,
    Entry(
        code="provider_output_invalid",
        path="structured-output",
        letter="C",
        meaning="There was an answer, but not the structured one that was asked for.",
        causes=(
            _WITHOUT_MODEL,
            _MORE_TIME,
            _in_vain(
                "command",
                "the command is no Codex CLI, or of a version that does not keep to a schema",
                Safe(
                    action=Action.CHECK_PROVIDER,
                    text="check the command, its version and the settings",
                    undo=_NOTHING_TO_UNDO,
                ),
                _ASK_AGAIN,
            ),
            _in_vain(
                "this-model",
                "this model does not manage this request",
                NeedsYou(
                    text="choose a model that keeps to JSON Schemas, or fewer sections",
                    commands=(shell("export", "AGENT_MODEL=MODEL"), _DOCTOR),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="`run {run} --force` asks anew",
        rules=(EscalationRule.ANSWERS_STAY_UNFIT, EscalationRule.TRIED_TWICE),
    ),
    Entry(
        code="provider_timeout",
        path="provider-too-slow",
        letter="C",
        meaning="There was no answer in time.",
        causes=(
            _MORE_TIME,
            _WITHOUT_MODEL,
            _in_vain(
                "server",
                "the server is overloaded, or the request too large for it",
                NeedsYou(
                    text="raise AGENT_TIMEOUT_SECONDS for good, and check the server",
                    commands=(shell("export", "AGENT_TIMEOUT_SECONDS={more_seconds}"), _DOCTOR),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo=_NOTHING_TO_UNDO,
    ),
    Entry(
        code="provider_model_unsupported",
        path="model-unsupported",
        letter="C",
        meaning="The model is not there, not for this account, or cannot do what is asked.",
        causes=(
            _WITHOUT_MODEL,
            _in_vain(
                "default-model",
                "the server's default model is not for this account either",
                NeedsYou(
                    text="name a model that the server has",
                    commands=(shell("export", "AGENT_MODEL=MODEL"), _DOCTOR),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="`run {run} --force` with AGENT_MODEL set asks that model again",
    ),
    Entry(
        code="provider_unavailable",
        path="provider-outage",
        meaning="The server cannot be reached, or failed.",
        causes=(
            _in_vain("passing", "the outage is over by now", _ASK_AGAIN),
            _in_vain(
                "network",
                "the network, a proxy or the server is down",
                NeedsYou(
                    text="check the way to the server, and wait until it answers",
                    commands=(_DOCTOR, type_("recover", "{run}", "--apply")),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo=_NOTHING_TO_UNDO,
    ),
    Entry(
        code="provider_rate_limited",
        path="rate-limit",
        meaning="Too many requests for now.",
        causes=(
            _in_vain("passing", "the limit has passed by now", _ASK_AGAIN),
            _in_vain(
                "limit",
                "the limit of the account is too low for this document",
                NeedsYou(
                    text=f"wait, then {_AGAIN}", commands=(type_("recover", "{run}", "--apply"),)
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo=_NOTHING_TO_UNDO,
    ),
    Entry(
        code="provider_quota_exhausted",
        path="quota",
        meaning="The account has nothing left.",
        causes=(
            _in_vain("renewed", "the quota was renewed by now", _ASK_AGAIN),
            _in_vain(
                "billing",
                "plan or billing of the account do not cover it",
                NeedsYou(
                    text="raise the limit or top up the account, or set the key of another; then"
                    f" {_AGAIN}",
                    commands=(
                        shell("export", "OPENAI_API_KEY=YOUR_KEY"),
                        type_("recover", "{run}", "--apply"),
                    ),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo=_NOTHING_TO_UNDO,
    ),
    Entry(
        code="provider_auth_rejected",
        path="key-rejected",
        meaning="The server does not accept the key, or not for this.",
        causes=(
            _in_vain("now-set", "the key or its permissions were corrected since", _ASK_AGAIN),
            _in_vain(
                "key",
                "the key is wrong, revoked, or lacks the permission",
                NeedsYou(
                    text=f"set a key that the server accepts, then {_AGAIN}",
                    commands=(
                        shell("export", "OPENAI_API_KEY=YOUR_KEY"),
                        _DOCTOR,
                        type_("recover", "{run}", "--apply"),
                    ),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo=_NOTHING_TO_UNDO,
    ),
    Entry(
        code="provider_refused",
        path="refusal",
        meaning="The model, or a filter before it, declined to answer.",
        causes=(
            _in_vain(
                "documents",
                "something in the documents is what the model does not answer",
                NeedsYou(
                    text="change what {scope} or {spec} asks for, then generate",
                    commands=(type_("run", "{run}", "--provider", "{provider}"),),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="the documents before are in objects/",
    ),
    Entry(
        code="provider_context_overflow",
        path="context-overflow",
        meaning="The request is larger than the model takes.",
        causes=(
            _in_vain(
                "document",
                "the document is too large for the model's context",
                NeedsYou(
                    text="select some of its sections",
                    commands=(
                        type_(
                            "run", "{run}", "--scope-file", "{scope}", "--scope-section", "HEADING"
                        ),
                    ),
                ),
                NeedsYou(
                    text="or use a model with a larger context",
                    commands=(
                        shell("export", "AGENT_MODEL=MODEL"),
                        type_("run", "{run}", "--provider", "{provider}"),
                    ),
                ),
                _OTHER_PROVIDER,
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="the selection before is in the journal",
    ),
    Entry(
        code="provider_sandbox_denied",
        path="sandbox",
        meaning="The Codex CLI could not set up its sandbox.",
        causes=(
            _in_vain("now-allowed", "the sandbox is allowed by now", _ASK_AGAIN),
            _in_vain(
                "kernel",
                "unprivileged user namespaces are forbidden here, and bubblewrap is missing",
                NeedsYou(
                    text="install bubblewrap, or allow user namespaces",
                    commands=(
                        shell("apt-get", "install", "-y", "bubblewrap"),
                        shell("sysctl", "-w", "kernel.unprivileged_userns_clone=1"),
                        type_("recover", "{run}", "--apply"),
                    ),
                ),
                NeedsYou(
                    text="or use a provider without a sandbox",
                    commands=(type_("run", "{run}", "--provider", "remote_llm"),),
                ),
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="`sysctl -w kernel.unprivileged_userns_clone=0` forbids them again",
    ),
)
