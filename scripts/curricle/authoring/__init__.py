"""Curricula by a model: what it is asked, and what its answers are worth.

The path, one file a step: `material` → `prompts` and `shapes` → `asking` → `answers` → `ideas`,
`needs` → `consolidation` → `weaving`, tied together by `curriculum`; a revision goes through `concern`
and `operations`, tied together by `revision`. How many questions are asked is decided here and never by
an answer. Who carries a question to a model is not known here.
"""
