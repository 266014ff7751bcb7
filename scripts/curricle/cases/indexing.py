"""What each entry of the ledger adds to the index.

The order in which entries arrive does not matter, only when they were first recorded: two ledgers
with the same events give the same answers, whichever was merged into which.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

from curricle.cases.events import (
    CASE_CLOSED,
    CASE_CORRECTED,
    CASE_FAILED,
    CASE_PROBED,
    FINGERPRINT_QUARANTINED,
    JOB_PASSED,
    ORIGIN,
    RULES_REVIEWED,
    event_key,
    find_fault,
)
from curricle.cases.identity import number_of
from curricle.cases.ledger import ledger_broken
from curricle.cases.moments import microseconds_at
from curricle.cases.reruns import Outcome, rerun_results

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from curricle.cases.ledger import Line

TABLES: Final = """
CREATE TABLE head (
    entries INTEGER NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    last_bytes INTEGER NOT NULL
);
CREATE TABLE fingerprints (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE commits (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE rule_sets (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE outcomes (
    number INTEGER PRIMARY KEY, line_offset INTEGER NOT NULL, line_bytes INTEGER NOT NULL,
    at INTEGER NOT NULL, tie INTEGER NOT NULL, place INTEGER NOT NULL,
    commit_id INTEGER NOT NULL, shard TEXT NOT NULL, run TEXT NOT NULL, attempt INTEGER,
    fingerprint INTEGER, bucket TEXT, lane TEXT, rule_set INTEGER, rerun_passed INTEGER
);
CREATE TABLE corrections (
    number INTEGER, at INTEGER, tie INTEGER, bucket TEXT NOT NULL,
    PRIMARY KEY (number, at, tie)
) WITHOUT ROWID;
CREATE TABLE probes (
    number INTEGER, at INTEGER, tie INTEGER, probe_order TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (number, at, tie)
) WITHOUT ROWID;
CREATE TABLE closings (
    number INTEGER, at INTEGER, tie INTEGER, closed_by TEXT NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (number, at, tie)
) WITHOUT ROWID;
CREATE TABLE reviews (
    at INTEGER, tie INTEGER, actor TEXT NOT NULL, rules_sha256 TEXT NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (at, tie)
) WITHOUT ROWID;
CREATE TABLE quarantines (
    fingerprint INTEGER, at INTEGER, tie INTEGER, owner TEXT NOT NULL, until TEXT NOT NULL,
    why TEXT, PRIMARY KEY (fingerprint, at, tie)
) WITHOUT ROWID;
"""
"""`number` is the number of a case id; a pass, which has no id, gets a negative one.

`tie` orders what happened in the same moment, alike on every machine.
"""
INDEXES: Final = """
CREATE INDEX by_fingerprint ON outcomes (fingerprint, at, tie, number, rerun_passed, shard)
    WHERE fingerprint IS NOT NULL;
CREATE INDEX by_job ON outcomes (place, commit_id, shard);
CREATE INDEX by_place ON outcomes (place, at);
CREATE INDEX by_time ON outcomes (at) WHERE number >= 0;
"""

_K = TypeVar("_K", bound="Hashable")
_BATCH: Final = 10_000
_TIE_BYTES: Final = 6
# The same case may come from two machines; the earlier record of it is the one that counts.
_PUT_OUTCOME: Final = """
INSERT INTO outcomes VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (number) DO UPDATE SET
    line_offset = excluded.line_offset, line_bytes = excluded.line_bytes,
    at = excluded.at, tie = excluded.tie, bucket = excluded.bucket, lane = excluded.lane,
    rule_set = excluded.rule_set
WHERE (excluded.at, excluded.tie) < (at, tie)
"""
_GROUPS: Final = """
SELECT place, commit_id, shard FROM outcomes INDEXED BY by_job
WHERE commit_id != 0 GROUP BY place, commit_id, shard HAVING COUNT(*) > 1
"""
# A place is a JSON list, so this one ends in a job that is not known.
_JOBLESS: Final = "SELECT id FROM places WHERE name LIKE '%,null]'"
_GROUP: Final = """
SELECT number, at, tie, run, attempt, fingerprint, rerun_passed FROM outcomes
WHERE place = ? AND commit_id = ? AND shard = ?
"""
_NAMED: Final[Mapping[str, tuple[str, str]]] = {
    table: (
        f"SELECT id FROM {table} WHERE name = ?",  # noqa: S608 - one of ours
        f"INSERT INTO {table} (name) VALUES (?)",  # noqa: S608 - one of ours
    )
    for table in ("fingerprints", "places", "commits", "rule_sets")
}


class Indexer:
    """Adds entries to the tables of one connection, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection, *, is_anew: bool) -> None:
        self._connection = connection
        self._is_anew = is_anew
        self._outcomes: list[tuple[object, ...]] = []
        self._ids: dict[str, dict[Hashable, int]] = {table: {} for table in _NAMED}
        self._groups: set[tuple[int, int, str]] = set()

    def add(self, line: Line) -> None:
        """Add an entry; one of an event that is not known is passed over.

        Raises:
            JournalBrokenError: it chains, and yet says what no entry can.
        """
        entry = line.entry
        event, data = entry["event"], entry["data"]
        put = _PUT.get(event)
        if put is None:
            return
        fault = find_fault(event, data)
        if fault:
            raise ledger_broken(fault, line=entry["seq"])
        at = data[ORIGIN]["at"] if ORIGIN in data else entry["at"]
        try:
            moment = microseconds_at(at)
        except ValueError as error:
            raise ledger_broken("it carries no time", line=entry["seq"]) from error
        put(self, data, line, moment, int.from_bytes(event_key(event, at, data)[:_TIE_BYTES]))

    def flush(self) -> None:
        """Write what waits."""
        self._connection.executemany(_PUT_OUTCOME, self._outcomes)
        self._outcomes.clear()

    def finish(self) -> None:
        """Write what waits, and work out reruns where they may have changed."""
        self.flush()
        groups: Iterable[tuple[int, int, str]] = self._groups
        if self._is_anew:
            groups = self._connection.execute(_GROUPS).fetchall()
        jobless = {row[0] for row in self._connection.execute(_JOBLESS)}
        for place, commit, shard in groups:
            if place not in jobless:
                self._work_out(place, commit, shard)

    def put_failure(self, data: Mapping[str, Any], line: Line, at: int, tie: int) -> None:
        """Add a failed case."""
        fingerprint = self._id("fingerprints", data["fingerprint"])
        rule_set = self._id("rule_sets", tuple(data["rules"]), json.dumps)
        rest = (fingerprint, data["bucket"], data["lane"], rule_set, None)
        self._put_outcome(number_of(data["case"]), data, line, (at, tie), rest)

    def put_pass(self, data: Mapping[str, Any], line: Line, at: int, tie: int) -> None:
        """Add a pass."""
        name = data["fingerprint"]
        rest: tuple[object, ...] = (None, None, None, None, None)
        if name is not None:
            rest = (self._id("fingerprints", name), None, None, None, 1)
        self._put_outcome(-1 - tie, data, line, (at, tie), rest)

    def put_correction(self, data: Mapping[str, Any], _: Line, at: int, tie: int) -> None:
        """Add a person's word on a bucket."""
        row = (number_of(data["case"]), at, tie, data["bucket"])
        self._connection.execute("INSERT OR IGNORE INTO corrections VALUES (?,?,?,?)", row)

    def put_probe(self, data: Mapping[str, Any], _: Line, at: int, tie: int) -> None:
        """Add what a probe came to."""
        row = (number_of(data["case"]), at, tie, data["order"], data["result"])
        self._connection.execute("INSERT OR IGNORE INTO probes VALUES (?,?,?,?,?)", row)

    def put_closing(self, data: Mapping[str, Any], _: Line, at: int, tie: int) -> None:
        """Add the end of a case."""
        row = (number_of(data["case"]), at, tie, data["by"], data["why"])
        self._connection.execute("INSERT OR IGNORE INTO closings VALUES (?,?,?,?,?)", row)

    def put_quarantine(self, data: Mapping[str, Any], _: Line, at: int, tie: int) -> None:
        """Add a quarantine."""
        fingerprint = self._id("fingerprints", data["fingerprint"])
        row = (fingerprint, at, tie, data["owner"], data["until"], data["why"])
        self._connection.execute("INSERT OR IGNORE INTO quarantines VALUES (?,?,?,?,?,?)", row)

    def put_review(self, data: Mapping[str, Any], line: Line, at: int, tie: int) -> None:
        """Add that somebody looked at the rules."""
        actor = data[ORIGIN]["actor"] if ORIGIN in data else line.entry["actor"]
        row = (at, tie, actor, data["rules_sha256"], data["why"])
        self._connection.execute("INSERT OR IGNORE INTO reviews VALUES (?,?,?,?,?)", row)

    def _put_outcome(
        self,
        number: int,
        data: Mapping[str, Any],
        line: Line,
        moment: tuple[int, int],
        rest: tuple[object, ...],
    ) -> None:
        place = self._id("places", (data["repo"], data["workflow"], data["job"]), place_name)
        sha, shard = data["commit_sha"], data["shard"] or ""
        # Nothing is a rerun on a commit that nobody knows.
        commit = 0 if sha is None else self._id("commits", sha)
        job = (place, commit, shard, data["run_id"] or "", data["attempt"])
        self._outcomes.append((number, line.offset, line.size_bytes, *moment, *job, *rest))
        if commit and not self._is_anew:
            self._groups.add((place, commit, shard))
        if len(self._outcomes) >= _BATCH:
            self.flush()

    def _work_out(self, place: int, commit: int, shard: str) -> None:
        rows = self._connection.execute(_GROUP, (place, commit, shard)).fetchall()
        before = {row[0]: row[-1] for row in rows}
        results = rerun_results(
            Outcome(
                number=number,
                at=at,
                tie=tie,
                run=run,
                attempt=attempt,
                fingerprint=fingerprint,
                is_pass=number < 0,
            )
            for number, at, tie, run, attempt, fingerprint, _ in rows
        )
        changed = [
            (results.get(number), number)
            for number, known in before.items()
            if results.get(number) != known
        ]
        update = "UPDATE outcomes SET rerun_passed = ? WHERE number = ?"
        self._connection.executemany(update, changed)

    def _id(self, table: str, key: _K, name_of: Callable[[_K], str] = str) -> int:
        """Return the number of a name, which is worked out from `key` only when it is new here."""
        known = self._ids[table]
        found = known.get(key)
        if found is None:
            find, put = _NAMED[table]
            name = name_of(key)
            row = self._connection.execute(find, (name,)).fetchone()
            found = known[key] = int(row[0] if row else self._put_name(put, name))
        return found

    def _put_name(self, put: str, name: str) -> Any:
        return self._connection.execute(put, (name,)).lastrowid


def place_name(place: tuple[str | None, str | None, str | None]) -> str:
    """Return what the index calls a repository, a workflow and a job of it."""
    return json.dumps(place, separators=(",", ":"))


_PUT: Final[Mapping[str, Callable[[Indexer, Mapping[str, Any], Line, int, int], None]]] = {
    CASE_FAILED: Indexer.put_failure,
    JOB_PASSED: Indexer.put_pass,
    CASE_CORRECTED: Indexer.put_correction,
    FINGERPRINT_QUARANTINED: Indexer.put_quarantine,
    CASE_PROBED: Indexer.put_probe,
    CASE_CLOSED: Indexer.put_closing,
    RULES_REVIEWED: Indexer.put_review,
}
"""Event to what adds it."""
