"""Curricula by a model: what it is asked, and what its answers are worth.

`material` is what there is to show, `prompts`, `requests` and `shapes` make `question`s of it,
`asking` and `answers` read what comes back, `ideas` and `needs` say what it means, and
`consolidation` and `weaving` make one curriculum of it. `whole` asks for all at once; `parts` asks
by `overview`, `packing` and `linking`. A revision goes by `concern` and `operations`. `curriculum`
and `revision` tie these together. Who carries a question to a model is not known here.
"""
