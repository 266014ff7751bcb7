"""The internal compiler: a document becomes concepts, concepts a graph, the graph a curriculum.

The path, one file a step: `document` → `selection` → `concepts` → `names`, `mentions`,
`vocabulary`, `precedence` → `prerequisites` → `limits` → `compose`, tied together by `compiler`.
All of it is values in, values out: no disk, no clock, no randomness.
"""
