"""What changed in a run: every commit of a stage, and whose work it replaced or took over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from curricle.audit.told import Told, object_of, text_of, told
from curricle.layout import CURRICULUM, Stage
from curricle.runs.freshness import MENDED, ORIGIN, Origin
from curricle.runs.record import EVENT_INIT, EVENT_STAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curricle.audit.told import Sorted
    from curricle.runs.journal import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputChange:
    """One file that a stage wrote, by digests."""

    path: str
    before: str | None
    """The version that the record knew before; None where there was none."""
    after: str
    put_aside: str | None
    """What a person had made of it and the stage replaced; None where nobody had."""

    @property
    def is_changed(self) -> bool:
        """Tell whether the file is another than before."""
        return self.before != self.after or self.put_aside is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change(Told):
    """One commit of a stage."""

    stage: str
    version: int
    provider: str | None
    model: str | None
    made_by: str | None
    """Of a curriculum: `provider` or `person`."""
    mended: bool
    outputs: tuple[OutputChange, ...]
    taken_over: str | None
    """The curriculum that a person had made of the recorded one, where this took it over."""

    @property
    def is_changed(self) -> bool:
        """Tell whether any output is another than before."""
        return any(output.is_changed for output in self.outputs)


def find_changes(entries: Sorted) -> tuple[Change, ...]:
    """Return the commits of a journal, in their order."""
    known: dict[str, str] = {}
    changes = []
    for entry in entries.of(EVENT_INIT, EVENT_STAGE):
        if entry.event == EVENT_INIT:
            # A curriculum that a run began with is made known by the commit that takes it.
            files = entry.data["files"].items()
            known |= {path: digest for path, digest in files if path != CURRICULUM}
        else:
            changes.append(_change(entry, known))
            known |= entry.data["outputs"]
    return tuple(changes)


def _change(entry: Entry, known: Mapping[str, str]) -> Change:
    data = entry.data
    parameters: Mapping[str, Any] = data["parameters"]
    replaced = object_of(data, "replaced")
    made_by = text_of(parameters, ORIGIN)
    mended = MENDED in parameters
    after = data["outputs"].get(CURRICULUM)
    is_by_hand = data["stage"] == Stage.GENERATED and made_by == Origin.PERSON.value and not mended
    is_taken_over = is_by_hand and after is not None and after != known.get(CURRICULUM)
    return Change(
        **told(entry),
        stage=data["stage"],
        version=data["version"],
        provider=text_of(data, "provider"),
        model=text_of(data, "model"),
        made_by=made_by,
        mended=mended,
        outputs=tuple(
            OutputChange(
                path=path,
                before=known.get(path),
                after=digest,
                put_aside=_put_aside(replaced.get(path), known.get(path), digest),
            )
            for path, digest in sorted(data["outputs"].items())
        ),
        taken_over=after if is_taken_over else None,
    )


def _put_aside(found: str | None, before: str | None, after: str) -> str | None:
    return None if found in {before, after} else found
