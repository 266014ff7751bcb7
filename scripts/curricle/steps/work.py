"""What every step works on: a run under its lock, with ways to read, commit and speak."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from curricle.generation.selection import Selection
from curricle.layout import INPUTS_OF, STAGE_VERSIONS, Stage
from curricle.runs.changes import describe_stale
from curricle.runs.freshness import SELECTION, expand
from curricle.runs.objects import find_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from curricle.providers.provider import Provider
    from curricle.runs.commit import RunWriter
    from curricle.runs.freshness import StageState


class Work:
    """A run that a command writes to, under its lock."""

    def __init__(self, writer: RunWriter, tell: Callable[[str], None]) -> None:
        self.writer = writer
        self.tell = tell
        self.stage: Stage | None = None
        """What is being made, for the record of a failure."""

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.writer.record.run_id

    def state(self, stage: Stage) -> StageState:
        """Return how a stage stands."""
        return self.writer.freshness().stages[stage]

    def read_all(self, stage: Stage) -> Mapping[str, bytes]:
        """Return the inputs of a stage that are there, each kept among the objects."""
        found = {}
        for path in sorted(expand(INPUTS_OF[stage], self.writer.digests)):
            data = self.writer.keep_file(path)
            if data is not None:
                found[path] = data
        return found

    def commit(
        self,
        stage: Stage,
        outputs: Mapping[str, bytes],
        parameters: Mapping[str, Any],
        *,
        inputs: Mapping[str, str] | None = None,
        provider: Provider | None = None,
    ) -> None:
        """Make a stage's outputs part of the run, and tell which edits were replaced.

        `inputs` maps path to digest; without it, the stage's inputs as they are on disk.
        """
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

    def reason(self, state: StageState) -> str:
        """Return why a stage is stale, in words."""
        kept = partial(find_object, self.writer.path)
        return describe_stale(state, kept, self.writer.read)

    @property
    def selection(self) -> Selection:
        """Return which part of the scope document counts, as last recorded."""
        recorded = self.spec_parameters.get(SELECTION)
        return Selection.from_json(recorded) if recorded else Selection()

    @property
    def spec_parameters(self) -> Mapping[str, Any]:
        """Return what the stage `spec_ready` recorded; empty before it was made."""
        made = self.writer.record.stages.get(Stage.SPEC_READY)
        return made.parameters if made else {}
