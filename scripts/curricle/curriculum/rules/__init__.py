"""The rules that a curriculum is checked by, one table.

A rule has a stable id, because reports, suppressions and people refer to it. Adding one means a
row here, an example that breaks it, and `make docs`.
"""

from typing import Final

from curricle.curriculum.rules.dag import DAG_RULES
from curricle.curriculum.rules.evidence import EVIDENCE_RULES
from curricle.curriculum.rules.quality import QUALITY_RULES
from curricle.curriculum.rules.rule import Rule
from curricle.curriculum.rules.shape import SHAPE_RULES
from curricle.curriculum.rules.workload import WORKLOAD_RULES

RULES: Final[tuple[Rule, ...]] = (
    *SHAPE_RULES,
    *DAG_RULES,
    *EVIDENCE_RULES,
    *QUALITY_RULES,
    *WORKLOAD_RULES,
)
