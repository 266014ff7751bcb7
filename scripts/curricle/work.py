"""The steps that commands are made of, each from what a run holds to a commit.

A step reads the inputs it names, calls one stage function, and commits. Which steps a command
takes, and in which order, is `pipeline.py`. Stage functions are imported where they are called:
`validate` need not wait for the compiler.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from curricle.canonical import document_bytes, sha256_hex
from curricle.errors import (
    ArtifactStaleError,
    CurriculumInvalidError,
    StageConflictError,
    StopRuleHitError,
    ValidationFailedError,
)
from curricle.findings import Severity
from curricle.fsio import read_file
from curricle.generation.selection import Selection
from curricle.jsontext import parse_json
from curricle.layout import (
    CONTEXT,
    CURRICULUM,
    GENERATION_NOTES,
    INPUTS_OF,
    PREVIOUS_CURRICULUM,
    SCOPE,
    STAGE_VERSIONS,
    TOPIC_SPEC,
    VALIDATION_PAGE,
    Stage,
)
from curricle.resources import template_path
from curricle.runs.changes import describe_change
from curricle.runs.freshness import (
    ORIGIN,
    SELECTION,
    START_DATE,
    VALID,
    Origin,
    State,
    expand,
    spec_was_accepted,
)
from curricle.runs.objects import find_object
from curricle.schema import DocumentKind, check_document
from curricle.stages.reading import read_curriculum, ready_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from curricle.curriculum.diff import Diff
    from curricle.curriculum.planner import Plan
    from curricle.curriculum.topic_spec import TopicSpec
    from curricle.providers.provider import Provider
    from curricle.runs.commit import RunWriter
    from curricle.runs.freshness import StageState
    from curricle.stages.validate import ValidationResult

FILLED: Final = "filled"
"""Parameter of the stage `spec_ready`: field to the value that a scope document filled it with."""
REPAIR_ROUNDS_MAX: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class ScopeChoice:
    """A scope document that a user names, with the part of it that counts."""

    data: bytes
    selection: Selection


def blank_spec() -> dict[str, Any]:
    """Return the topic spec that a fresh run starts with."""
    document: dict[str, Any] = json.loads(read_file(template_path("topic_spec.json")))
    return document


class Work:
    """The steps on one run, under its lock."""

    def __init__(self, writer: RunWriter, tell: Callable[[str], None]) -> None:
        self.writer = writer
        self.tell = tell
        self.stage: Stage | None = None
        """What is being made, for the record of a failure."""

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.writer.record.run_id

    def take_scope(self, choice: ScopeChoice | None) -> None:
        """Fill the topic spec from the scope document, where one is given or has changed.

        A person's curriculum that was current stays so: what was filled in is no request of theirs.
        """
        from curricle.stages.intake import take_in

        self.stage = Stage.SPEC_READY
        is_persons = self.writer.freshness().origin is Origin.PERSON
        was_current = is_persons and not self._state(Stage.GENERATED).is_stale
        made = self.writer.record.stages.get(Stage.SPEC_READY)
        selection = _selection(made.parameters if made else {})
        if choice is not None:
            data, selection = choice.data, choice.selection
        else:
            found = self.writer.read(SCOPE)
            if found is None or (made and not self._state(Stage.SPEC_READY).is_stale):
                return
            data = found
        spec_data = self.writer.read(TOPIC_SPEC) or document_bytes(blank_spec())
        before = made.parameters.get(FILLED) if made else None
        taken = take_in(spec_data, blank_spec(), before, data, selection)
        was_accepted = spec_was_accepted(self.writer.record, self.writer.digests)
        parameters = {SELECTION: selection.to_json(), FILLED: dict(taken.filled)}
        scope_digest = self.writer.keep(data)
        is_known = made is not None and made.inputs.get(SCOPE) == scope_digest
        if is_known and made is not None and made.parameters == parameters and was_accepted:
            return
        earlier_scope = self.writer.digests.get(SCOPE)
        self._commit(
            Stage.SPEC_READY,
            {SCOPE: data, TOPIC_SPEC: taken.spec},
            parameters,
            inputs={SCOPE: scope_digest},
        )
        if earlier_scope not in {None, scope_digest}:
            self.tell(f"the earlier scope document is kept as objects/{earlier_scope}")
        if spec_data not in {taken.spec, document_bytes(blank_spec())}:
            self.tell(f"the topic spec before is kept as objects/{sha256_hex(spec_data)}")
        if taken.filled:
            self.tell(f"filled from the scope document: {', '.join(taken.filled)}")
        for assumption in taken.assumptions:
            self.tell(assumption)
        if choice is None and was_current:
            self._accept()

    def require_spec(self) -> TopicSpec:
        """Return the ready topic spec, noting that it was found ready.

        Raises:
            StageConflictError: "topic spec not ready", naming the fields.
            TopicSpecInvalidError: it is invalid.
        """
        self.stage = Stage.SPEC_READY
        spec = ready_spec(self.writer.read(TOPIC_SPEC), self.run_id)
        self.writer.spec_is_ready = True
        if not spec_was_accepted(self.writer.record, self.writer.digests):
            made = self.writer.record.stages.get(Stage.SPEC_READY)
            self._commit(Stage.SPEC_READY, {}, dict(made.parameters) if made else {})
        return spec

    def make_curriculum(self, provider: Provider, *, force: bool) -> None:
        """Generate the curriculum where it is missing or stale, or take over a person's edit.

        Raises:
            StageConflictError: it is stale, but a person made or changed it.
        """
        self.stage = Stage.GENERATED
        state = self._state(Stage.GENERATED)
        is_there = state.artifacts[CURRICULUM] is not State.MISSING
        origin = self.writer.freshness().origin
        if force or not is_there or not state.was_made:
            self._generate(provider)
        elif state.is_stale and origin is Origin.PERSON:
            raise StageConflictError(
                f"curriculum.json was made or edited by a person and is stale: {self.reason(state)}",
                hint="`iterate` keeps it as it is for the new inputs, `run --force` regenerates it"
                " (the edit stays in objects/)",
                next_step=("iterate", self.run_id),
                details={"run_id": self.run_id, "artifact": CURRICULUM},
            )
        elif state.artifacts[CURRICULUM] is State.EDITED:
            self._accept()
        elif not state.is_current:
            self._generate(provider)

    def require_curriculum(self) -> None:
        """Make sure there is a curriculum, and take over a person's edit of it.

        Raises:
            StageConflictError: there is none.
        """
        self.stage = Stage.GENERATED
        state = self._state(Stage.GENERATED)
        if state.artifacts[CURRICULUM] is State.MISSING:
            raise StageConflictError(
                f"{self.run_id} has no {CURRICULUM}",
                hint="generate it first",
                next_step=("run", self.run_id),
                details={"run_id": self.run_id, "artifact": CURRICULUM},
            )
        if state.artifacts[CURRICULUM] is State.EDITED:
            self._accept()

    def require_fresh_curriculum(self) -> None:
        """Make sure that the curriculum follows from the spec; a person's own is taken as it is.

        Raises:
            StageConflictError: there is none.
            ArtifactStaleError: it was generated from something else.
        """
        self.require_curriculum()
        state = self._state(Stage.GENERATED)
        if not state.is_stale:
            return
        if self.writer.freshness().origin is Origin.PROVIDER:
            raise ArtifactStaleError(self.run_id, "curriculum.json", self.reason(state))
        self._accept()

    def check(self, *, again: bool = False) -> ValidationResult | None:
        """Validate where the report is not current, or always; None when it is current and valid.

        Raises:
            CurriculumInvalidError: the curriculum is no JSON.
        """
        from curricle.stages.validate import validate

        self.stage = Stage.VALIDATED
        made = self.writer.record.stages.get(Stage.VALIDATED)
        is_known = self._state(Stage.VALIDATED).is_current and made is not None
        if is_known and made is not None and made.parameters[VALID] and not again:
            return None
        result = validate(self._read_all(Stage.VALIDATED))
        if not is_known or again:
            self._commit(
                Stage.VALIDATED,
                result.outputs,
                {VALID: result.verdict.is_valid, "counts": result.verdict.counts},
            )
        return result

    def findings_error(self, result: ValidationResult | None) -> ValidationFailedError | None:
        """Return what ends a command whose curriculum has errors, or None when it has none."""
        if result is None or result.verdict.is_valid:
            return None
        counts = result.verdict.counts
        return ValidationFailedError(
            self.run_id,
            errors=counts[Severity.ERROR.value],
            warnings=counts[Severity.WARNING.value],
            report=VALIDATION_PAGE,
        )

    def refuse_findings(self, result: ValidationResult | None) -> None:
        """Go on only when the curriculum has no errors.

        Raises:
            ValidationFailedError: it has.
        """
        if error := self.findings_error(result):
            raise error

    def mend(self, provider: Provider, spec: TopicSpec | None, feedback: str) -> None:
        """Ask the provider to mend the findings and to act on feedback, as long as that helps.

        What is kept has fewer findings than before, or the feedback in it and no new errors.

        Raises:
            CurriculumInvalidError: the curriculum breaks its schema.
            StopRuleHitError: errors are left, or the feedback could only be noted.
        """
        from curricle.providers.provider import MendRequest
        from curricle.stages.validate import validate

        self.stage = Stage.GENERATED
        inputs = dict(self._read_all(Stage.VALIDATED))
        best = validate(inputs)
        if best.verdict.curriculum is None:
            raise CurriculumInvalidError(
                f"{CURRICULUM} breaks its schema, so nothing in it can be mended by rule",
                hint=f"mend what {VALIDATION_PAGE} lists",
                next_step=("validate", self.run_id),
            )
        first = inputs[CURRICULUM]
        is_met = True
        for _ in range(REPAIR_ROUNDS_MAX):
            mended = provider.mend(
                MendRequest(
                    document=parse_json(inputs[CURRICULUM]),
                    findings=best.verdict.findings,
                    spec=spec,
                    feedback=feedback,
                )
            )
            candidate = {**inputs, CURRICULUM: document_bytes(mended.document)}
            result = validate(candidate)
            is_better = _weight(result) < _weight(best) or (
                bool(feedback) and _weight(result) <= _weight(best)
            )
            if not is_better:
                break
            for change in mended.changes:
                self.tell(change)
            is_met = is_met and mended.is_feedback_met
            inputs, best, feedback = candidate, result, ""
            if not best.verdict.findings:
                break
        if inputs[CURRICULUM] != first:
            self._replace_curriculum(inputs[CURRICULUM], self.writer.freshness().origin, provider)
        self._stop_unless_done(best, provider, is_feedback_met=is_met)

    def make_plan(self, spec: TopicSpec, start_date: date | None = None) -> Plan | None:
        """Plan where the plan is not current or another start date is asked for; else None."""
        self.stage = Stage.PLANNED
        made = self.writer.record.stages.get(Stage.PLANNED)
        known = made.parameters.get(START_DATE) if made else None
        wanted = start_date.isoformat() if start_date else known
        if self._state(Stage.PLANNED).is_current and wanted == known:
            return None
        from datetime import date as calendar_date

        from curricle.curriculum.values import Curriculum
        from curricle.stages.plan import plan

        curriculum = Curriculum.from_json(read_curriculum(self.writer.read(CURRICULUM) or b""))
        start = calendar_date.fromisoformat(wanted) if wanted else None
        self._read_all(Stage.PLANNED)
        plan_made, outputs = plan(curriculum, spec, start)
        self._commit(Stage.PLANNED, outputs, {START_DATE: wanted})
        return plan_made

    def compare(self, spec: TopicSpec) -> Diff | None:
        """Compare with the previous version where the comparison is not current; else None."""
        from curricle.stages.iterate import iterate

        self.stage = Stage.ITERATED
        if self._state(Stage.ITERATED).is_current:
            return None
        inputs = self._read_all(Stage.ITERATED)
        diff, outputs = iterate(inputs.get(PREVIOUS_CURRICULUM), inputs[CURRICULUM], spec)
        self._commit(Stage.ITERATED, outputs, {})
        return diff

    def reason(self, state: StageState) -> str:
        """Return why a stage is stale, in words."""
        changes = [
            describe_change(
                changed.path.rpartition("/")[2],
                find_object(self.writer.path, changed.was) if changed.was else None,
                self.writer.read(changed.path) if changed.is_now else None,
            )
            for changed in state.changed
        ]
        return "; ".join([*changes, *state.reasons])

    def _generate(self, provider: Provider) -> None:
        from curricle.stages.generate import generate, make_brief

        made = self.writer.record.stages.get(Stage.SPEC_READY)
        selection = _selection(made.parameters if made else {})
        context = {
            path.removeprefix(CONTEXT + "/"): self.writer.read(path) or b""
            for path in sorted(self.writer.digests)
            if path.startswith(CONTEXT + "/")
        }
        brief = make_brief(
            self.writer.read(TOPIC_SPEC), self.writer.read(SCOPE), context, selection, self.run_id
        )
        outputs = generate(brief, provider, self.run_id)
        previous = self.writer.read(CURRICULUM)
        if previous is not None and previous != outputs[CURRICULUM] and _is_curriculum(previous):
            outputs[PREVIOUS_CURRICULUM] = previous
        elif (kept := self.writer.read(PREVIOUS_CURRICULUM)) is not None:
            outputs[PREVIOUS_CURRICULUM] = kept
        self._commit(
            Stage.GENERATED,
            outputs,
            {
                ORIGIN: Origin.PROVIDER.value,
                SELECTION: made.parameters.get(SELECTION) if made else None,
            },
            provider=provider,
        )

    def _accept(self) -> None:
        """Take a person's curriculum over as the current version; a broken one is left alone."""
        data = self.writer.read(CURRICULUM) or b""
        if _is_curriculum(data):
            self._replace_curriculum(data, Origin.PERSON, None)

    def _replace_curriculum(self, data: bytes, origin: Origin, provider: Provider | None) -> None:
        made = self.writer.record.stages.get(Stage.GENERATED)
        filled = self.writer.record.stages.get(Stage.SPEC_READY)
        outputs = {CURRICULUM: data}
        recorded = made.outputs.get(CURRICULUM) if made else None
        before = find_object(self.writer.path, recorded) if recorded else None
        if before is not None and before != data:
            outputs[PREVIOUS_CURRICULUM] = before
        for path in (PREVIOUS_CURRICULUM, GENERATION_NOTES):
            if path not in outputs and (kept := self.writer.read(path)) is not None:
                outputs[path] = kept
        self._read_all(Stage.GENERATED)
        self._commit(
            Stage.GENERATED,
            outputs,
            {
                ORIGIN: origin.value,
                SELECTION: filled.parameters.get(SELECTION) if filled else None,
            },
            provider=provider,
        )

    def _stop_unless_done(
        self, result: ValidationResult, provider: Provider, *, is_feedback_met: bool
    ) -> None:
        errors = result.verdict.counts[Severity.ERROR.value]
        if errors:
            rules = sorted({f.rule for f in result.verdict.findings if f.severity == "error"})
            raise StopRuleHitError(
                f"repair makes no further progress: {errors} errors are left ({', '.join(rules)})",
                hint=f"mend what {VALIDATION_PAGE} lists; what was mended so far is kept",
                next_step=("validate", self.run_id),
                details={"run_id": self.run_id, "errors": errors, "rules": rules},
            )
        if not is_feedback_met:
            raise StopRuleHitError(
                f"the {provider.name} provider cannot act on free text: the feedback is noted as an"
                " open question",
                hint=f"act on it in {CURRICULUM} by hand, then iterate",
                next_step=("iterate", self.run_id),
                details={"run_id": self.run_id},
            )

    def _read_all(self, stage: Stage) -> Mapping[str, bytes]:
        """Return the inputs of a stage that are there, each kept among the objects."""
        found = {}
        for path in sorted(expand(INPUTS_OF[stage], self.writer.digests)):
            data = self.writer.keep_file(path)
            if data is not None:
                found[path] = data
        return found

    def _state(self, stage: Stage) -> StageState:
        return self.writer.freshness().stages[stage]

    def _commit(
        self,
        stage: Stage,
        outputs: Mapping[str, bytes],
        parameters: Mapping[str, Any],
        *,
        inputs: Mapping[str, str] | None = None,
        provider: Provider | None = None,
    ) -> None:
        if inputs is None:
            inputs = expand(INPUTS_OF[stage], self.writer.digests)
        replaced = self.writer.commit_stage(
            stage,
            outputs,
            inputs=inputs,
            version=STAGE_VERSIONS[stage],
            parameters=parameters,
            provider=provider.name if provider else None,
            model=provider.model if provider else None,
        )
        if stage is not Stage.SPEC_READY:
            for path, digest in replaced.items():
                self.tell(f"{path} had been edited; the edit is kept as objects/{digest}")


def _selection(parameters: Mapping[str, Any]) -> Selection:
    recorded = parameters.get(SELECTION)
    return Selection.from_json(recorded) if recorded else Selection()


def _is_curriculum(data: bytes) -> bool:
    try:
        return not check_document(DocumentKind.CURRICULUM, read_curriculum(data))
    except CurriculumInvalidError:
        return False


def _weight(result: ValidationResult) -> tuple[int, int]:
    """Return errors and all findings: what mending has to lessen."""
    return result.verdict.counts[Severity.ERROR.value], len(result.verdict.findings)
