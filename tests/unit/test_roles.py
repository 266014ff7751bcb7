from __future__ import annotations

import pytest

from curricle.generation.roles import Role, is_unwritten, is_unwritten_title, role_of

HEADINGS = {
    Role.CONCEPT: [
        "Loops",
        "Error Handling",
        "Introduction to Recursion",
        "Prerequisite Graphs",
        "Reference Counting",
        "Index",
        "Audience Segmentation",
        "The Goal Seek Function",
        "Requirements Engineering",
        "Definitions of Done",
        "Scope and Closures",
        "Languages with no classes",
        "Final Variables",
        "Policy",
        "Text",
    ],
    Role.TOPICS: ["Contents", "Table of Contents", "Syllabus", "Key topics", "2. Glossary"],
    Role.GOAL: ["Introduction", "INTRODUCTION", "Abstract", "1. Overview", "About this course"],
    Role.AUDIENCE: ["Audience", "Who this is for", "Who should take this course?"],
    Role.OBJECTIVES: ["Learning Objectives", "What you'll learn", "By the end you can"],
    Role.PREREQUISITES: ["Prerequisites", "Pre-requisites:", "What you should know first"],
    Role.OUT_OF_SCOPE: ["Out of scope", "Non-goals", "What is not covered"],
    Role.PITFALLS: ["Common mistakes", "Gotchas"],
    Role.EXERCISES: ["Exercises", "Quizzes", "Check your understanding"],
    Role.RESOURCES: ["References", "Further Reading", "**See also**", "Links", "Textbook(s)"],
    Role.BOILERPLATE: ["License", "Acknowledgements", "Change log", "FAQ", "---", "…", ""],
}
COURSE_ROUTINE = [
    "Grading Policy",
    "Late policies",
    "Academic Integrity",
    "Office Hours",
    "Instructor",
    "Midterm",
    "Midterm/Final Exam",
    "Final Exam",
    "Week 8: Thanksgiving break — no class",
    "Spring Break",
]


def test_every_role_has_a_heading_that_plays_it() -> None:
    assert set(HEADINGS) == set(Role)


@pytest.mark.parametrize(
    ("heading", "role"), [(heading, role) for role, own in HEADINGS.items() for heading in own]
)
def test_what_a_heading_is_for(heading: str, role: Role) -> None:
    assert role_of(heading) is role


@pytest.mark.parametrize("heading", COURSE_ROUTINE)
def test_what_a_course_announces_is_no_concept(heading: str) -> None:
    assert role_of(heading) is Role.BOILERPLATE


@pytest.mark.parametrize("heading", ["Notes", "Hints", "History", "Design", "Index"])
def test_words_that_may_name_a_concept_do_so_unless_the_topics_are_listed(heading: str) -> None:
    assert role_of(heading) is Role.CONCEPT
    assert role_of(heading, is_one_of_many=True) is Role.BOILERPLATE


@pytest.mark.parametrize(
    ("text", "is_start", "is_title"),
    [
        ("TODO: write", True, True),
        ("tbd", True, True),
        ("replace_with_heading", False, True),
        ("<your topic>", False, True),
        ("...", False, True),
        ("Lists of what to do", False, False),
        ("Todorov's theory", False, False),
    ],
)
def test_what_is_still_to_be_written(text: str, *, is_start: bool, is_title: bool) -> None:
    assert (is_unwritten(text), is_unwritten_title(text)) == (is_start, is_title)
