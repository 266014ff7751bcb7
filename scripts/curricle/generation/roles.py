"""What a heading is for: to name a concept, or to hold objectives, prerequisites or references.

A heading is taken for a concept unless its words say otherwise. The lists hold what headings are
called in course outlines, handbooks and design documents; a word that could as well name a
concept of some subject ("Index", "Notes", "History") is in none of them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from curricle.curriculum.placeholders import find_placeholder
from curricle.curriculum.titles import strip_numbering


class Role(StrEnum):
    """What stands under a heading."""

    CONCEPT = "concept"
    TOPICS = "topics"
    """A list of concepts."""
    GOAL = "goal"
    """What the whole document is about."""
    AUDIENCE = "audience"
    OBJECTIVES = "objectives"
    PREREQUISITES = "prerequisites"
    OUT_OF_SCOPE = "out of scope"
    PITFALLS = "pitfalls"
    EXERCISES = "exercises"
    RESOURCES = "resources"
    BOILERPLATE = "boilerplate"


_PATTERNS: Final = {
    Role.OUT_OF_SCOPE: r"(?:.* )?(?:out|outside)[ -]of[ -](?:the )?scope|not in scope"
    r"|outside the scope|(?:what is |what's |what we (?:do|will) )?not cover(?:ed)?(?: .*)?"
    r"|what (?:is|are)(?:n't| not) covered.*"
    r"|non[- ]goals|exclusions|deliberately left out",
    Role.PREREQUISITES: r"(?:course |required |technical )?pre-?requisites?(?: knowledge)?"
    r"|(?:assumed|prior|required) knowledge|requirements|assumptions"
    r"|before you (?:start|begin)|what you (?:should|need to|must) (?:already )?know.*"
    r"|you should (?:already )?know",
    Role.OBJECTIVES: r"(?:(?:learning|course|lesson|module|unit|key|main|general) )?"
    r"(?:objectives?|outcomes?|learning goals)|learning goals|learning targets"
    r"|(?:what )?(?:you|we|learners|students)(?:'ll| will| should| can)*(?: be able to)?"
    r"(?: learn| gain| know| take away)?|what you(?:'ll| will) learn.*|skills(?: gained)?"
    r"|(?:key )?takeaways|competenc(?:y|ies)|(?:by|at) the end.*(?:you|able|can)"
    r"|after this.*able to",
    Role.TOPICS: r"(?:key |core |main )?concepts(?: covered)?|(?:key )?topics(?: covered)?|syllabus"
    r"|course (?:content|contents|outline|structure|topics)|contents?|outline|curriculum|modules"
    r"|lessons|chapters|agenda|(?:in )?scope|what (?:is|we) covere?d?.*|glossary.*"
    r"|(?:key )?terms|key concepts|terminology|definitions|vocabulary|table of contents|toc",
    Role.GOAL: r"goals?|aims?|purpose|motivation|overview|introduction|intro|about"
    r"|about this .*|abstract|(?:executive )?summary|preface|foreword|description"
    r"|(?:course|project) (?:description|overview|introduction)|what to expect.*|welcome|tl;?dr",
    Role.AUDIENCE: r"(?:target |intended )?audience|who (?:is )?this .*|who should .*|for whom",
    Role.PITFALLS: r"(?:common |frequent |typical )?(?:pitfalls|mistakes|misconceptions?"
    r"|misunderstandings|gotchas|traps)|common errors|what (?:often )?goes wrong",
    Role.EXERCISES: r"(?:practice )?exercises?|assessments?|assignments?|quiz(?:zes)?|exams?"
    r"|grading|check your understanding|self[- ]test|homework"
    r"|(?:review|practice) (?:questions|problems)|analy[sz]er|mastery check",
    Role.RESOURCES: r"references?|bibliography"
    r"|(?:further |recommended |suggested )?reading(?:s| list)?"
    r"|(?:additional |useful |external |more |learning )?(?:resources|links)(?: to refer to)?"
    r"|see also|sources|citations|literature|learn more|credits"
    r"|(?:(?:course|required|recommended) )?text ?books?(?:\(s\))?"
    r"|(?:course|required|recommended) texts?",
    Role.BOILERPLATE: r"acknowledge?ments?|licen[cs]e|copyright|change ?log"
    r"|(?:version|revision) history|contribut(?:ing|ors)|authors?|about the authors?|contact"
    r"|feedback|appendi(?:x|ces)|footnotes"
    r"|conclusions?|closing(?: remarks)?|next steps|what's next|faq|frequently asked questions"
    r"|disclaimer|metadata|misc(?:ellaneous)?|to-?dos?|how to use this .*"
    r"|(?:course|class|grading|attendance|late|late work|make-?up|homework|collaboration)"
    r" polic(?:y|ies)|grading (?:scheme|scale|criteria|breakdown)"
    r"|academic (?:integrity|honesty|misconduct)(?: policy)?"
    r"|office hours|instructors?|(?:course|teaching) (?:staff|assistants?)"
    r"|(?:course|class) (?:schedule|calendar)"
    r"|(?:mid-?terms?(?: ?(?:/|and|&) ?finals?)?|finals|final(?= exam))"
    r"(?: (?:exams?|examinations?))?"
    r"|(?:.*[–—(,:-] *)?no class(?:es)?\)?"  # noqa: RUF001 - dashes are meant
    r"|(?:thanksgiving|spring|fall|autumn|winter|summer|mid-?term|semester|reading)"
    r" (?:break|recess)",
}
_ROLES: Final = {
    role: re.compile(rf"(?:{pattern})", re.IGNORECASE) for role, pattern in _PATTERNS.items()
}
_WEAK: Final = re.compile(
    r"notes?|hints?|tips?|instructions?|tasks?|comments?|links?|roadmap|fixes|improvements?|history"
    r"|status|support|index|representer|course (?:links|materials)|extra practice|under review"
    r"|concept description|design|hints and tips.*",
    re.IGNORECASE,
)
_UNWRITTEN: Final = re.compile(r"\s*(?:TODO|TBD|TBA|FIXME|XXX|WIP)\b", re.IGNORECASE)
_LABEL_END: Final = re.compile(r"[\s:.?!…]+$")
_NOT_WORDS: Final = re.compile(r"^[^\w(]+|[^\w)]+$")


def role_of(heading: str, *, is_one_of_many: bool = False) -> Role:
    """Return what a heading, or a bold line that stands for one, is for.

    `is_one_of_many`: the document lists its topics itself, or the heading comes more than once;
    then words that name a concept elsewhere, such as "Notes", name a part of one.
    """
    plain = strip_numbering(heading).replace("’", "'").replace("`", "")  # noqa: RUF001
    plain = _NOT_WORDS.sub("", _LABEL_END.sub("", plain)).strip()
    if not plain:
        return Role.BOILERPLATE
    for role, pattern in _ROLES.items():
        if pattern.fullmatch(plain):
            return role
    if is_one_of_many and _WEAK.fullmatch(plain):
        return Role.BOILERPLATE
    return Role.CONCEPT


def is_unwritten(text: str) -> bool:
    """Tell whether a heading or a section's text says of itself that it is still to be written."""
    return _UNWRITTEN.match(text) is not None


def is_unwritten_title(title: str) -> bool:
    """Tell whether a title is one that somebody meant to replace and did not."""
    return is_unwritten(title) or find_placeholder(title) is not None
