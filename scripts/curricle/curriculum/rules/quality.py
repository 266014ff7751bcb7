"""Rules on what a curriculum says: scope, wording, repetition."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from curricle.curriculum.coverage import COVERED, coverage, roots
from curricle.curriculum.rules.rule import Example, Hit, Rule, Subject
from curricle.curriculum.titles import title_key
from curricle.curriculum.verbs import is_observable, starts_unobservable
from curricle.findings import Category, Severity
from curricle.pointers import pointer_to
from curricle.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from curricle.curriculum.values import Node

_REPEATED_MIN: Final = 3
_SLIP_LETTERS_MIN: Final = 6
"""In shorter words, one letter makes another word."""
_NEIGHBOURS: Final = 2
_NUMBER: Final = re.compile(r"\d+")


def _scope_uncovered(subject: Subject) -> Iterator[Hit]:
    yield from _uncovered(
        subject,
        subject.needed_spec.scope_in,
        lambda node: (node.title, node.capability, *node.core_ideas),
        "no node covers {item!r} of scope_in{nearest}",
    )


def _outcome_uncovered(subject: Subject) -> Iterator[Hit]:
    yield from _uncovered(
        subject,
        subject.needed_spec.context_pack.required_outcomes,
        lambda node: (
            node.title,
            node.capability,
            *node.core_ideas,
            node.mastery_check.task,
            node.mastery_check.pass_criteria,
        ),
        "no node leads to the required outcome {item!r}{nearest}",
    )


def _misconception_unaddressed(subject: Subject) -> Iterator[Hit]:
    yield from _uncovered(
        subject,
        subject.needed_spec.misconceptions,
        lambda node: (*node.pitfalls, *node.core_ideas),
        "no node's pitfalls or core ideas speak of the misconception {item!r}{nearest}",
    )


def _uncovered(
    subject: Subject,
    items: Sequence[str],
    texts_of: Callable[[Node], Sequence[str]],
    sentence: str,
) -> Iterator[Hit]:
    nodes = subject.curriculum.nodes
    keys = set(subject.title_keys)
    open_items = [item for item in items if title_key(item) not in keys]
    if not open_items:
        return
    texts = ["\n".join(texts_of(node)).lower() for node in nodes]
    for item in open_items:
        item_roots = roots(item)
        best = max(range(len(nodes)), key=lambda at: (coverage(item_roots, texts[at]), -at))
        share = coverage(item_roots, texts[best])
        if share < COVERED:
            nearest = f"; the nearest is {nodes[best].title!r}" if share > 0 else ""
            yield Hit("/nodes", sentence.format(item=one_line(item, 120), nearest=nearest))


def _scope_leak(subject: Subject) -> Iterator[Hit]:
    outside = [(item, title_key(item)) for item in subject.needed_spec.scope_out]
    if not outside:
        return
    for at, node in enumerate(subject.curriculum.nodes):
        key = subject.title_keys[at]
        for item, item_key in outside:
            if not item_key or not set(item_key) <= set(key):
                continue
            is_same = set(item_key) == set(key)
            yield Hit(
                pointer_to("nodes", at, "title"),
                f"{node.title!r} {'is' if is_same else 'seems to belong to'}"
                f" {one_line(item, 120)!r}, which scope_out excludes",
                severity=Severity.ERROR if is_same else Severity.WARNING,
            )


def _duplicate_titles(subject: Subject) -> Iterator[Hit]:
    first: dict[tuple[str, ...], int] = {}
    for at, node in enumerate(subject.curriculum.nodes):
        key = subject.title_keys[at]
        if key and first.setdefault(key, at) != at:
            other = subject.curriculum.nodes[first[key]]
            yield Hit(
                pointer_to("nodes", at, "title"),
                f"{node.title!r} ({node.id}) and {other.title!r} ({other.id}) name the same"
                " concept",
            )


def _alike_titles(subject: Subject) -> Iterator[Hit]:
    """Compare each title with its neighbours in alphabetical order, from both ends."""
    nodes = subject.curriculum.nodes
    keys = [" ".join(key) for key in subject.title_keys]
    numbers = [_NUMBER.findall(key) for key in keys]
    alike: set[tuple[int, int]] = set()
    for spelled in (keys, [key[::-1] for key in keys]):
        ranking = sorted(range(len(nodes)), key=spelled.__getitem__)
        for distance in range(1, _NEIGHBOURS + 1):
            for at, other in zip(ranking, ranking[distance:], strict=False):
                if numbers[at] == numbers[other] and _is_slip(keys[at], keys[other]):
                    alike.add((min(at, other), max(at, other)))
    for at, other in sorted(alike):
        yield Hit(
            pointer_to("nodes", other, "title"),
            f"{nodes[other].title!r} ({nodes[other].id}) is spelled almost like"
            f" {nodes[at].title!r} ({nodes[at].id})",
        )


def _is_slip(one: str, other: str) -> bool:
    """Tell whether two titles differ in one letter of one word, and not in its first."""
    from rapidfuzz.distance import OSA

    words, others = one.split(), other.split()
    if len(words) != len(others):
        return False
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1:
        return False
    word, other_word = differing[0]
    return (
        min(len(word), len(other_word)) >= _SLIP_LETTERS_MIN
        and word[0] == other_word[0]
        and OSA.distance(word, other_word, score_cutoff=1) == 1
    )


def _repeated_texts(subject: Subject) -> Iterator[Hit]:
    nodes = subject.curriculum.nodes
    for name, text_of in _REPEATABLE:
        for text, count in Counter(map(text_of, nodes)).items():
            if count >= _REPEATED_MIN:
                places = [at for at, node in enumerate(nodes) if text_of(node) == text]
                yield Hit(
                    pointer_to("nodes", places[1], *name.split(".")),
                    f"{count} nodes have the same {name}: {one_line(text, 80)!r}",
                )


_REPEATABLE: Final[tuple[tuple[str, Callable[[Node], str]], ...]] = (
    ("capability", lambda node: node.capability),
    ("mastery_check.task", lambda node: node.mastery_check.task),
)


def _unobservable(subject: Subject) -> Iterator[Hit]:
    for at, node in enumerate(subject.curriculum.nodes):
        task = node.mastery_check.task
        if starts_unobservable(task) and not is_observable(task):
            yield Hit(
                pointer_to("nodes", at, "mastery_check", "task"),
                f"nobody can see whether a learner does this: {one_line(task, 100)!r}",
            )


QUALITY_RULES: Final = (
    Rule(
        id="quality.scope-uncovered",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="Every item of scope_in is covered by a node.",
        hint="add a node for it, or name it in the node that teaches it",
        example=Example(topic_spec={"/scope_in/0": "Photosynthesis in algae"}),
        needs_spec=True,
        check=_scope_uncovered,
    ),
    Rule(
        id="quality.scope-leak",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="No node teaches what scope_out excludes.",
        hint="remove the node, or correct scope_out",
        example=Example(topic_spec={"/scope_out/0": "Joins"}),
        needs_spec=True,
        check=_scope_leak,
    ),
    Rule(
        id="quality.outcome-uncovered",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="Every required outcome of the context pack is reached by a node.",
        hint="add it to the capability or mastery check of the node that leads to it",
        example=Example(
            topic_spec={"/context_pack/required_outcomes": ["Conduct a string quartet"]}
        ),
        needs_spec=True,
        check=_outcome_uncovered,
    ),
    Rule(
        id="quality.misconception-unaddressed",
        category=Category.QUALITY,
        severity=Severity.WARNING,
        summary="Every misconception of the spec is addressed by a node.",
        hint="add it to the pitfalls of the node where it comes up",
        example=Example(topic_spec={"/misconceptions": ["Whales breathe through gills"]}),
        needs_spec=True,
        check=_misconception_unaddressed,
    ),
    Rule(
        id="quality.duplicate-title",
        category=Category.QUALITY,
        severity=Severity.ERROR,
        summary="No two nodes have titles that differ only in case, plural or punctuation.",
        hint="merge the two, or name what tells them apart",
        example=Example(curriculum={"/nodes/1/title": "The Tables"}),
        check=_duplicate_titles,
    ),
    Rule(
        id="quality.similar-title",
        category=Category.QUALITY,
        severity=Severity.WARNING,
        summary="No two titles are spelled almost alike.",
        hint="correct the slip, merge the two, or leave them if they are two concepts",
        example=Example(
            curriculum={"/nodes/1/title": "Normalisation", "/nodes/2/title": "Normalization"}
        ),
        check=_alike_titles,
    ),
    Rule(
        id="quality.repeated-text",
        category=Category.QUALITY,
        severity=Severity.WARNING,
        summary="Capabilities and mastery tasks are written for their node.",
        hint="say what is particular about each",
        example=Example(
            curriculum={
                f"/nodes/{at}/mastery_check/task": "Explain the topic in your own words"
                for at in range(3)
            }
        ),
        check=_repeated_texts,
    ),
    Rule(
        id="quality.unobservable-mastery",
        category=Category.QUALITY,
        severity=Severity.WARNING,
        summary="A mastery check asks for something that can be seen.",
        hint="start with a verb such as explain, build, compare or solve",
        example=Example(curriculum={"/nodes/0/mastery_check/task": "Understand tables"}),
        check=_unobservable,
    ),
)
