"""The names of the stages, and which artifacts each reads and writes, by path inside a run."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

RUN_FILE: Final = "run.json"
LOCK_FILE: Final = ".lock"
JOURNAL: Final = "logs/journal.jsonl"
OBJECTS: Final = "objects"
ARCHIVES: Final = "archives"
ESCALATIONS: Final = "escalations"
"""The two folders of a runs folder that are no runs."""

TOPIC_SPEC: Final = "inputs/topic_spec.json"
SCOPE: Final = "inputs/scope.md"
CONTEXT: Final = "inputs/context"

CURRICULUM: Final = "outputs/curriculum/curriculum.json"
PREVIOUS_CURRICULUM: Final = "outputs/curriculum/previous_curriculum.json"
GENERATION_NOTES: Final = "outputs/curriculum/generation_notes.json"
VALIDATION_REPORT: Final = "outputs/reviews/validation_report.json"
VALIDATION_PAGE: Final = "outputs/reviews/validation_report.md"
PLAN: Final = "outputs/plan/plan.json"
PLAN_PAGE: Final = "outputs/plan/plan.md"
DIFF_REPORT: Final = "outputs/reviews/diff_report.json"
DIFF_PAGE: Final = "outputs/reviews/diff_report.md"


class Stage(StrEnum):
    """How far a run has come; each is reached by the stage function that makes its outputs."""

    INITIALIZED = "initialized"
    SPEC_READY = "spec_ready"
    GENERATED = "generated"
    VALIDATED = "validated"
    PLANNED = "planned"
    ITERATED = "iterated"


STAGES: Final = tuple(Stage)

STAGE_VERSIONS: Final[Mapping[Stage, int]] = dict.fromkeys(STAGES, 1)
"""Raised when the same inputs give other outputs, and only then."""

INPUTS_OF: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.SPEC_READY: (SCOPE, TOPIC_SPEC),
    Stage.GENERATED: (TOPIC_SPEC, SCOPE, CONTEXT),
    Stage.VALIDATED: (CURRICULUM, TOPIC_SPEC, SCOPE, CONTEXT, GENERATION_NOTES),
    Stage.PLANNED: (CURRICULUM, TOPIC_SPEC),
    Stage.ITERATED: (CURRICULUM, PREVIOUS_CURRICULUM, TOPIC_SPEC),
}
"""A folder stands for every file below it."""

OUTPUTS_OF: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.SPEC_READY: (),
    Stage.GENERATED: (CURRICULUM, PREVIOUS_CURRICULUM, GENERATION_NOTES),
    Stage.VALIDATED: (VALIDATION_REPORT, VALIDATION_PAGE),
    Stage.PLANNED: (PLAN, PLAN_PAGE),
    Stage.ITERATED: (DIFF_REPORT, DIFF_PAGE),
}
"""The first of each is what makes the stage reached."""
