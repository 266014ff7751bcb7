"""Which blocks of lines say why a job failed, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from curricle.extraction.growing import block_of
from curricle.extraction.sign import Growth, Kind, Sign

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from curricle.extraction.scanning import Hit
    from curricle.logs.steps import Step


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Lines that tell of one failure, by index."""

    first: int
    last: int
    weight: float
    base: int
    kind: Kind
    tool: str
    sign: str
    at: int
    """The line that bears the sign."""


_TAIL_WEIGHT: Final = 47
_TAIL_LINES: Final = 10
_TAIL_SHORT: Final = 3
_TAIL_ALONE: Final = 10
_NOISE: Final = re.compile(
    rb"^(travis_(time|fold)|section_(start|end)|##\[(end)?group|npm (ERR!|error)"
    rb"|make(\[\d+\])?: (\*\*\*"
    rb"|Leaving|Entering)|exit status \d|error Command failed|info Visit|Done\.? |Error:"
    rb" Process completed"
    rb"|\$ |The command \"|Cleaning up|Uploading artifacts|real\t|user\t|sys\t|\+\+? ?(exit"
    rb"|return|set) "
    rb"|Command exited|ELIFECYCLE| ELIFECYCLE)|^[-=*_#\s.]*$"
)
_WARNING: Final = re.compile(rb"^\W*(?:[Ww]arn(?:ing)?|WARN(?:ING)?)\b")
_WARNS: Final = 25
_CALM: Final = re.compile(rb"^\W*(?:INFO|DEBUG|TRACE|VERBOSE|NOTICE)\b")
"""A logger that calls a line harmless; test runners speak through such too."""
_CALMS: Final = 30
_LOUD: Final = frozenset({Kind.TEST, Kind.COMPILE, Kind.SUMMARY, Kind.LIMIT})
_CONTENT: Final = 3
_EMPTY: Final = {Growth.SECTION: 25}
_NEARLY: Final = 7
_IN_STEP: Final = 30
_AT_END: Final = 15
"""What a weak sign gains at the very end; it fades with each line before that."""
_FADES_BY: Final = 8
_SURVIVED: Final = frozenset({Kind.TOOL, Kind.SHELL, Kind.GENERIC, Kind.EXCEPTION, Kind.BUILD})
_SURVIVED_MAX: Final = 6
_SURVIVED_BY: Final = 50
_CLUSTER_MAX: Final = 100
"""Of more failures in a row so many are told."""
_GAP: Final = 3
_NEAR: Final = 12
_STRONG: Final = 64
_SURE: Final = 84
_OTHERS: Final = 4
_OTHERS_WHEN_SURE: Final = 1
_OTHER_LINES: Final = 3
_OTHER_WEIGHT: Final = 30


def choose_blocks(
    lines: Sequence[bytes],
    hits: Sequence[Hit],
    steps: Sequence[Step],
    green: Collection[int] = (),
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return all blocks, the most telling first, and those of the failure itself.

    Both are empty when nothing tells.

    `lines` are clean; `green` the indexes of lines that the green logs of the job have too.
    """
    last = len(lines) - 1
    blocks = []
    reached: dict[str, int] = {}
    for hit in hits:
        if hit.index in green or hit.sign.kind is Kind.STEP:
            continue
        start, end = hit.index, reached.get(hit.sign.name, -1)
        if end < start:
            start, end = block_of(lines, hit, 0, last)
            reached[hit.sign.name] = end
        weight = _weight_of_place(hit, steps, last) + _weight_of_lines(
            hit, lines[hit.index], has_content=end > start
        )
        blocks.append(_block(hit, start, end, weight))
    blocks += [tail for step in steps if (tail := _tail(lines, step)) is not None]
    if not blocks and lines:
        whole = _tail(lines, None)
        alone = (whole,) if whole else ()
        return alone, alone
    merged = _merged(blocks)
    if not merged:
        return (), ()
    best = _best(merged)
    cluster = _cluster(best, merged)
    return (*cluster, *_others(cluster, merged)), cluster


def _block(hit: Hit, start: int, end: int, weight: float) -> Block:
    sign: Sign = hit.sign
    return Block(
        first=start,
        last=end,
        weight=weight,
        base=sign.weight,
        kind=sign.kind,
        tool=sign.tool,
        sign=sign.name,
        at=hit.index,
    )


def _weight_of_lines(hit: Hit, line: bytes, *, has_content: bool) -> int:
    """Return what the lines of a block add to the weight of its sign."""
    weight = 0
    if hit.sign.growth is not Growth.LINE:
        weight += _CONTENT if has_content else -_EMPTY.get(hit.sign.growth, 0)
    if _WARNING.match(line) and hit.sign.kind is not Kind.LINT:
        weight -= _WARNS
    if _CALM.match(line) and hit.sign.kind not in _LOUD:
        weight -= _CALMS
    return weight


def _weight_of_place(hit: Hit, steps: Sequence[Step], last: int) -> float:
    """Return the weight of a sign where it stands: in a failed step, near an end."""
    weight: float = hit.sign.weight
    end = last
    place = next((n for n, s in enumerate(steps) if s.first <= hit.index <= s.last), None)
    if place is not None:
        weight += _IN_STEP
        end = steps[place].last
    distance = max(0, end - hit.index)
    if hit.sign.weight < _STRONG:
        weight += max(0.0, _AT_END - distance / _FADES_BY)
    if hit.sign.kind in _SURVIVED:
        # A job that went on for long after it can hardly have failed of it.
        weight -= min(_SURVIVED_MAX, distance / _SURVIVED_BY)
    return weight


def _tail(lines: Sequence[bytes], step: Step | None) -> Block | None:
    """Return the last lines before a step's end that say anything."""
    first, end = (step.first, step.last - 1) if step else (0, len(lines) - 1)
    while end > first and _NOISE.match(lines[end]):
        end -= 1
    if end < first or not lines[end] or _NOISE.match(lines[end]):
        return None
    start = end
    while start > first and end - start < _TAIL_LINES and not _NOISE.match(lines[start - 1]):
        start -= 1
    if end - start >= _TAIL_LINES:
        alike = _alike(lines, start, end)
        start = alike if alike < end else max(start, end - _TAIL_SHORT + 1)
    return Block(
        first=start,
        last=end,
        weight=_TAIL_WEIGHT + (_IN_STEP if step else _TAIL_ALONE),
        base=_TAIL_WEIGHT,
        kind=Kind.TAIL,
        tool="any",
        sign="tail",
        at=end,
    )


def _alike(lines: Sequence[bytes], first: int, end: int) -> int:
    """Return where the run of lines begins that start with the same word as the last."""
    word = lines[end].split(maxsplit=1)[:1]
    start = end
    while start > first and lines[start - 1].split(maxsplit=1)[:1] == word:
        start -= 1
    return start


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """Join blocks that overlap or all but touch."""
    found: list[Block] = []
    for block in sorted(blocks, key=lambda b: (b.first, -b.last)):
        if found and block.first <= found[-1].last:
            found[-1] = _joined(found[-1], block)
        else:
            found.append(block)
    return found


def _joined(one: Block, other: Block) -> Block:
    lead = one if one.weight >= other.weight else other
    if one.kind is Kind.TAIL and other.weight > one.weight:
        return other
    if other.kind is Kind.TAIL and one.weight >= other.weight:
        return one
    return replace(lead, first=min(one.first, other.first), last=max(one.last, other.last))


def _best(blocks: Sequence[Block]) -> Block:
    """Return the first of those that are about as telling as the most telling."""
    top = max(blocks, key=lambda b: (b.weight, -b.first))
    if top.base < _STRONG:
        return top
    return next(b for b in blocks if b.weight >= top.weight - _NEARLY and b.base >= _STRONG)


def _cluster(best: Block, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the best block and those near it that are as telling."""
    place = blocks.index(best)
    chosen = [best]
    for following in blocks[place + 1 :]:
        if len(chosen) >= _CLUSTER_MAX or following.first - chosen[-1].last > _NEAR:
            break
        if _belongs(following, chosen[-1], best):
            chosen.append(following)
    above = best
    for previous in reversed(blocks[:place]):
        if len(chosen) >= _CLUSTER_MAX or above.first - previous.last > _NEAR:
            break
        if _belongs(previous, above, best):
            chosen.append(previous)
            above = previous
    return tuple(chosen)


def _others(cluster: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    """Return the most telling of what is left, each a few lines: other failures, other readings."""
    best = cluster[0]
    if best.base >= _SURE and best.kind in {Kind.TEST, Kind.COMPILE, Kind.LIMIT}:
        limit = _OTHERS_WHEN_SURE
    else:
        limit = _OTHERS
    taken = {best.sign}
    found: list[Block] = []
    chosen = frozenset(cluster)
    for block in sorted(blocks, key=lambda b: (-b.weight, b.first)):
        if len(found) >= limit:
            break
        if block in chosen or block.sign in taken or block.base < _OTHER_WEIGHT:
            continue
        taken.add(block.sign)
        last = min(block.last, max(block.at, block.first) + _OTHER_LINES - 1)
        found.append(replace(block, first=max(block.first, last - _OTHER_LINES + 1), last=last))
    return found


def _belongs(block: Block, neighbour: Block, best: Block) -> bool:
    gap = max(block.first - neighbour.last, neighbour.first - block.last) - 1
    if gap > _NEAR:
        return False
    if block.sign == best.sign or (block.tool == best.tool and block.kind is best.kind):
        return True
    if block.kind is Kind.SUMMARY:
        return False
    return gap <= _GAP and block.weight >= best.weight - 25
