"""Verbs that objectives and tasks begin with: what can be seen done, and what cannot."""

from __future__ import annotations

import re
from typing import Final

UNOBSERVABLE: Final = frozenset(
    """
    absorb appreciate believe comprehend consider contemplate enjoy experience explore
    feel grasp internalise internalize know learn listen notice perceive read realise
    realize recognise recognize reflect remember review see study think understand watch
    """.split()
)
OBSERVABLE: Final = frozenset(
    """
    access achieve add adjust administer analyse analyze annotate answer apply appraise
    argue arrange assemble assess avoid bake build calculate call carry cast categorise
    categorize change check choose cite classify code collect combine compare compile
    complete compose compute conduct configure connect construct contrast control convert
    cook create critique debug decide decode define deliver demonstrate deploy derive
    describe design detect determine develop diagnose diagram differentiate discuss
    distinguish divide document draft draw edit employ encode estimate evaluate examine
    execute explain express extend extract fill find fix fold follow form formulate gather
    generate give handle identify illustrate implement improve infer inspect install
    instrument interpret investigate iterate join judge justify knead label list locate
    make manage map match measure merge model modify monitor move name navigate negotiate
    normalise normalize obtain operate optimise optimize order organise organize outline
    parse perform pick plan play plot position practise practice predict prepare present
    produce program propose prove provide query quote rank reason rebuild recall recite
    reduce refactor relate remove render repair replace report represent resolve restore
    retrieve reverse rewrite roll run scale score select separate set shape show simplify
    sing sketch slice solve sort specify split spot state store structure subtract
    summarise summarize support swap synthesise synthesize tabulate teach tell test trace
    track train transcribe transform translate treat troubleshoot tune turn type update
    use utilise utilize validate verify visualise visualize weigh work write
    """.split()
)

_LEAD: Final = re.compile(
    r"^\W*(?:(?:you|learners?|students?|participants?)(?: will| should| can)?\s+)?"
    r"(?:(?:be )?able to\s+|know how to\s+|learn (?:how )?to\s+|to\s+|can\s+|will\s+)*"
    r"(?:(?:correctly|fully|deeply|really|quickly|briefly|confidently|also)\s+)?",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[A-Za-z]+")
# "Code 401 means …", "State is kept"; but "Explain what is …", "Check that it has …".
_STATEMENT: Final = re.compile(
    r"[A-Za-z]+ (?:(?!(?:a|an|the|what|which|who|whose|how|why|when|where|whether|if|that|it|this"
    r"|these|those|they|there|you)\b)[\w'-]+ )?"
    r"(?:means?|is|are|was|were|has|have|isn't|aren't|must|can|cannot)\b"
    r"|[A-Za-z]+ \d+\s*(?:[:,;–—-]|$)",  # noqa: RUF001 - dashes are meant
    re.IGNORECASE,
)


def leading_verb(text: str) -> str | None:
    """Return the verb that a phrase such as "be able to explain …" begins with, or None.

    Nouns that look like verbs ("Test doubles", "Scale factors") count as verbs only when a word
    follows that a verb takes: see `is_objective`.
    """
    word = _WORD.match(text, _end_of_lead(text))
    verb = word.group().lower() if word else ""
    if verb.endswith("ing") and verb not in OBSERVABLE:
        verb = _infinitive(verb)
    return verb if verb in OBSERVABLE or verb in UNOBSERVABLE or verb == "be" else None


def is_objective(text: str) -> bool:
    """Tell whether a phrase says what a learner does: it begins with a verb and goes on.

    A word that could be a verb begins a statement where a finite verb or a bare number follows.
    """
    if leading_verb(text) is None or _STATEMENT.match(text, _end_of_lead(text)):
        return False
    return len(text.split()) > 2  # noqa: PLR2004 - "Sort lists" names a concept


def is_observable(text: str) -> bool:
    """Tell whether a task asks for anything that can be seen."""
    if leading_verb(text) in OBSERVABLE:
        return True
    words = {word.lower() for word in _WORD.findall(text)}
    return bool(words & OBSERVABLE)


def starts_unobservable(text: str) -> bool:
    """Tell whether a phrase begins with a verb such as "understand", or "be" and no act."""
    verb = leading_verb(text)
    return verb in UNOBSERVABLE or verb == "be"


def _end_of_lead(text: str) -> int:
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def _infinitive(gerund: str) -> str:
    stem = gerund[:-3]
    for candidate in (stem, stem + "e", stem[:-1]):
        if candidate in OBSERVABLE or candidate in UNOBSERVABLE:
            return candidate
    return gerund
