from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from curricle.audit.kept import Kept
from curricle.audit.reconstruction import Reconstruction, reconstruct
from curricle.canonical import document_bytes, sha256_hex
from curricle.runs.journal import Entry, Head, advance, encode_entry
from histories import AT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RUN_ID = "20260131-093000-bread-0a1b"


class Record:
    """A journal and objects that a test writes, entry by entry."""

    def __init__(self) -> None:
        self.head = Head()
        self.journal = b""
        self.objects: dict[str, bytes] = {}

    def keep(self, value: object) -> str:
        """Put a document among the objects; return its digest."""
        data = value if isinstance(value, bytes) else document_bytes(value)
        self.objects[sha256_hex(data)] = data
        return sha256_hex(data)

    def add(
        self,
        event: str,
        data: Mapping[str, Any],
        *,
        actor: str = "ann",
        command: str = "run bread",
    ) -> None:
        """Append one entry."""
        line = encode_entry(
            Entry(
                seq=self.head.entries + 1,
                at=AT,
                actor=actor,
                event=event,
                command=command,
                previous=self.head.sha256,
                data=data,
            )
        )
        self.journal += line
        self.head = advance(self.head, line)

    def begin(self, **more: Any) -> None:
        """Append the entry that begins a run."""
        files = {"inputs/topic_spec.json": self.keep({"scope_out": ["Replication"]})}
        self.add("init", {"run_id": RUN_ID, "name": "Bread", "files": files, **more})

    def stage(self, stage: str, outputs: Mapping[str, str], **more: Any) -> None:
        """Append the commit of a stage."""
        members = {"inputs": {}, "replaced": {}, "parameters": {}, "provider": None, "model": None}
        command = more.pop("command", "run bread")
        data = {"stage": stage, "outputs": dict(outputs), "version": 1, **members, **more}
        self.add("stage", data, command=command)

    def told(self, *, known: Head | None = None, lines: int | None = None) -> Reconstruction:
        """Return what is told of the record, or of its first few lines."""
        kept = self.journal.splitlines(keepends=True)[:lines]
        return told_of(b"".join(kept), self.objects, known or self.head)


def told_of(
    journal: bytes | None, objects: Mapping[str, bytes], known: Head | None
) -> Reconstruction:
    """Return what is told of a journal."""
    return reconstruct(RUN_ID, journal, known, Kept(objects.get))


@pytest.fixture
def record() -> Record:
    """An empty record."""
    return Record()


@pytest.fixture
def tell() -> Callable[..., Reconstruction]:
    """Tell of any journal, objects and known head."""
    return told_of
