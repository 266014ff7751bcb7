"""A brief becomes a curriculum by a model: in one question where all fits, else in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.authoring.asking import inquire
from curricle.authoring.material import gather
from curricle.authoring.parts import ask_in_parts
from curricle.authoring.requests import request_of
from curricle.authoring.weaving import weave
from curricle.authoring.whole import whole_inquiry
from curricle.errors import ProviderContextOverflowError

if TYPE_CHECKING:
    from curricle.authoring.asking import Inquiry
    from curricle.authoring.material import Material
    from curricle.authoring.question import Model
    from curricle.authoring.weaving import Woven
    from curricle.generation.compiler import Brief, Draft

CONTEXT_CHARACTERS: Final = 120_000
"""The longest prompt: some 30,000 tokens, which every model in use takes."""


def author_curriculum(brief: Brief, model: Model, budget: int = CONTEXT_CHARACTERS) -> Draft:
    """Return the curriculum that a model makes of a brief.

    No prompt has more characters than `budget`. Context files are shown where all fits; else they
    are only linked where they name a concept.

    Raises:
        UnknownSectionError: the selection names a heading that the scope does not have.
        ProviderContextOverflowError: the topic spec alone is too long to be shown.
        ProviderError: there is no answer, or none that can be read.
    """
    request = request_of(brief.spec, node_count_max=None, is_whole=False)
    if len(request) > budget // 2:
        raise ProviderContextOverflowError(
            model.name,
            f"the topic spec takes {len(request)} characters of a prompt, at most {budget // 2} do",
            hint="shorten its lists: scope_out, misconceptions, required_outcomes, focus_terms",
        )
    material = gather(brief)
    inquiry = _one_question(brief, material, budget)
    woven = (
        ask_in_parts(brief, material, model, budget) if inquiry is None else inquire(model, inquiry)
    )
    return weave(brief, material, woven)


def _one_question(brief: Brief, material: Material, budget: int) -> Inquiry[Woven] | None:
    whole = whole_inquiry(brief, material, material.context)
    if len(whole.question.prompt) <= budget:
        return whole
    if material.context:
        without = whole_inquiry(brief, material, (), material.unshown_context())
        if len(without.question.prompt) <= budget:
            return without
    return None
