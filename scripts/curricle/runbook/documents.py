"""What is done about topic specs, scope documents and curricula that cannot be used."""

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

_BRING_UP: Final = Safe(
    action=Action.BRING_UP_TO_DATE,
    text="do what is missing or stale, and nothing else",
    undo="`diff {run} --from previous` shows what changed; every version before is in objects/",
)
_VALIDATE: Final = type_("validate", "{run}")
_MEND: Final = Safe(
    action=Action.MEND_BY_RULES,
    text="mend what rules can mend, then check again",
    undo="the curriculum before is in objects/, `diff {run} --from previous` shows the change",
)
_MENDED_SINCE: Final = Cause(
    name="mended-since",
    text="it was mended since",
    probe=Probe.READABLE_NOW,
    steps=(_BRING_UP,),
)
_EDIT_IS_STALE: Final = Cause(
    name="edit-is-stale",
    text="a person's version and what it was made from both changed",
    probe=Probe.EDIT_IS_STALE,
    steps=(
        NeedsYou(
            text="keep the edited version for the new inputs",
            commands=(type_("iterate", "{run}"),),
        ),
        NeedsYou(
            text="or make it anew; the edit stays in objects/",
            commands=(type_("run", "{run}", "--force"),),
        ),
    ),
)

DOCUMENTS: Final = (
    Entry(
        code="stage_conflict",
        path="topic-spec-not-ready",
        letter="A",
        meaning="A stage cannot start: what it reads is not ready, or two versions contradict.",
        causes=(
            Cause(
                name="spec-gone",
                text="the topic spec was removed, and the version that was last used is on record",
                probe=Probe.SPEC_IS_GONE,
                steps=(
                    Safe(
                        action=Action.PUT_SPEC_BACK,
                        text="put the version that was last used back in its place",
                        undo="`rm` it again: nothing was replaced",
                    ),
                ),
            ),
            Cause(
                name="scope-waiting",
                text="a scope document is there, and nothing was filled from it yet",
                probe=Probe.SCOPE_NOT_TAKEN_IN,
                steps=(_BRING_UP,),
            ),
            Cause(
                name="spec-lacks-fields",
                text="the topic spec lacks fields, and there is no document to fill them from",
                probe=Probe.SPEC_LACKS_FIELDS,
                steps=(
                    NeedsYou(
                        text="give a document to fill them from, or fill them in {spec} by hand",
                        commands=(type_("run", "{run}", "--scope-file", "FILE"),),
                    ),
                ),
            ),
            Cause(
                name="nothing-in-scope",
                text="scope_out excludes all that scope_in names",
                probe=Probe.NOTHING_IN_SCOPE,
                steps=(
                    NeedsYou(
                        text="correct scope_in and scope_out in {spec}",
                        commands=(type_("run", "{run}"),),
                    ),
                ),
            ),
            _EDIT_IS_STALE,
            Cause(
                name="no-curriculum",
                text="the command needs a curriculum, and none was generated yet",
                probe=Probe.NO_CURRICULUM,
                steps=(_BRING_UP,),
            ),
        ),
        condition=Condition.NO_CONFLICT,
        undo="every version of the spec and of outputs is in objects/; `log {run}` names them",
    ),
    Entry(
        code="validation_failed",
        path="validation-failed",
        letter="B",
        meaning="The curriculum breaks the schema, the graph, the evidence mode or a quality rule.",
        causes=(
            Cause(
                name="rules-can-mend",
                text="findings that a rule can mend without knowing the subject",
                probe=Probe.RULES_CAN_MEND,
                steps=(_MEND,),
            ),
            Cause(
                name="needs-judgement",
                text="findings that need somebody who knows the subject",
                probe=Probe.REPORT_HAS_ERRORS,
                steps=(
                    NeedsYou(
                        text="read what is wrong, line by line",
                        commands=(shell("cat", "{report}"),),
                    ),
                    NeedsYou(
                        text="mend {curriculum} at these lines, or {spec} where the request is"
                        " wrong, and check it",
                        commands=(_VALIDATE,),
                    ),
                    NeedsYou(
                        text="or have a model mend it, or generate it anew",
                        commands=(
                            type_("iterate", "{run}", "--repair", "--provider", "codex_exec"),
                            type_("run", "{run}", "--force"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.CURRICULUM_VALID,
        undo="every curriculum that was replaced is in objects/",
        rules=(EscalationRule.FINDINGS_COME_BACK, EscalationRule.TRIED_TWICE),
    ),
    Entry(
        code="artifact_stale",
        path="stale-artifacts",
        meaning="An artifact no longer follows from its inputs.",
        causes=(
            _EDIT_IS_STALE,
            Cause(
                name="inputs-changed",
                text="an input changed after the artifact was made",
                probe=Probe.MADE_IS_STALE,
                steps=(_BRING_UP,),
            ),
        ),
        condition=Condition.NOTHING_STALE,
        undo="the artifacts before are in objects/",
    ),
    Entry(
        code="topic_spec_invalid",
        path="topic-spec-invalid",
        meaning="The topic spec cannot be read, breaks its schema or contradicts itself.",
        causes=(
            _MENDED_SINCE,
            Cause(
                name="unreadable",
                text="the file is no JSON, or was cut off or damaged",
                probe=Probe.SPEC_UNREADABLE,
                steps=(
                    NeedsYou(
                        text="mend {spec} where the message says",
                        commands=(type_("run", "{run}"),),
                    ),
                    NeedsYou(
                        text="or bring back the version that was last used",
                        commands=(shell("cp", "{good_version}", "{spec}"),),
                    ),
                ),
            ),
            Cause(
                name="breaks-rules",
                text="a field is unknown, missing, of the wrong kind, or names what is not there",
                probe=Probe.SPEC_BREAKS_RULES,
                steps=(
                    NeedsYou(
                        text="correct in {spec} what the message names; all fields are in"
                        " docs/reference/topic-spec.md",
                        commands=(type_("run", "{run}"),),
                    ),
                ),
            ),
        ),
        condition=Condition.SPEC_READABLE,
        undo="the versions that were used are in objects/",
        rules=(EscalationRule.CORE_FILE_UNREADABLE, EscalationRule.TRIED_TWICE),
    ),
    Entry(
        code="scope_invalid",
        path="scope-invalid",
        meaning="The scope document cannot be read, or names nothing to learn.",
        causes=(
            _MENDED_SINCE,
            Cause(
                name="unreadable",
                text="the document is empty, not UTF-8, or has no heading and no list",
                probe=Probe.SCOPE_UNREADABLE,
                steps=(
                    NeedsYou(
                        text="save it as UTF-8 Markdown with headings or lists, and give it again",
                        commands=(type_("run", "{run}", "--scope-file", "FILE"),),
                    ),
                ),
            ),
        ),
        condition=Condition.SCOPE_READABLE,
        undo="the document before is in objects/",
    ),
    Entry(
        code="curriculum_invalid",
        path="curriculum-invalid",
        meaning="The curriculum is no JSON, or has no shape that the command can work with.",
        causes=(
            _MENDED_SINCE,
            Cause(
                name="unreadable",
                text="the file was cut off, damaged or edited into something that is no JSON",
                probe=Probe.CURRICULUM_UNREADABLE,
                steps=(
                    NeedsYou(
                        text="mend {curriculum} where the message says", commands=(_VALIDATE,)
                    ),
                    NeedsYou(
                        text="or bring back the version that was last made or taken over",
                        commands=(shell("cp", "{good_version}", "{curriculum}"),),
                    ),
                    NeedsYou(
                        text="or generate it anew; what is there stays in objects/",
                        commands=(type_("run", "{run}", "--force"),),
                    ),
                ),
            ),
            Cause(
                name="breaks-schema",
                text="it breaks its schema, so that no rule and no model can mend it",
                probe=Probe.REPORT_HAS_ERRORS,
                steps=(
                    NeedsYou(
                        text="mend what the report lists",
                        commands=(shell("cat", "{report}"), _VALIDATE),
                    ),
                ),
            ),
        ),
        condition=Condition.CURRICULUM_READABLE,
        undo="every curriculum that was replaced is in objects/",
        rules=(EscalationRule.CORE_FILE_UNREADABLE, EscalationRule.TRIED_TWICE),
    ),
    Entry(
        code="stop_rule_hit",
        path="repair-stopped",
        meaning="A rule stopped repair or feedback: a round mended nothing, or nobody could act.",
        causes=(
            Cause(
                name="feedback-noted",
                text="the provider could not act on the feedback: it stands as an open question",
                probe=Probe.FEEDBACK_WAS_NOTED,
                steps=(
                    NeedsYou(
                        text="act on it in {curriculum} by hand, or leave it open; then go on",
                        commands=(type_("iterate", "{run}"),),
                    ),
                ),
            ),
            Cause(
                name="errors-left",
                text="errors are left that this provider cannot mend",
                probe=Probe.REPORT_HAS_ERRORS,
                steps=(
                    NeedsYou(
                        text="mend what the report lists, then check it",
                        commands=(shell("cat", "{report}"), _VALIDATE),
                    ),
                    NeedsYou(
                        text="or have another provider mend it",
                        commands=(
                            type_("iterate", "{run}", "--repair", "--provider", "codex_exec"),
                        ),
                    ),
                ),
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="what repair replaced is in objects/",
        rules=(EscalationRule.FINDINGS_COME_BACK, EscalationRule.TRIED_TWICE),
    ),
    Entry(
        code="budget_exhausted",
        path="repair-budget-spent",
        meaning="The rounds, seconds or tokens of a repair ended before the findings did.",
        causes=(
            Cause(
                name="rules-can-mend",
                text="some of what is left can be mended by rules, which cost nothing",
                probe=Probe.RULES_CAN_MEND,
                steps=(_MEND,),
            ),
            Cause(
                name="errors-left",
                text="more rounds may help, or somebody who knows the subject",
                probe=Probe.REPORT_HAS_ERRORS,
                steps=(
                    NeedsYou(
                        text="spend another budget: it goes on from what was mended",
                        commands=(
                            type_("iterate", "{run}", "--repair", "--provider", "{provider}"),
                        ),
                    ),
                    NeedsYou(
                        text="or mend what the report lists by hand",
                        commands=(shell("cat", "{report}"), _VALIDATE),
                    ),
                ),
            ),
        ),
        condition=Condition.FAILURE_SETTLED,
        undo="what repair replaced is in objects/",
    ),
)
