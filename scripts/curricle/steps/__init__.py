"""The steps that commands are made of, each from what a run holds to a commit.

A step reads the inputs it names, calls one stage function, and commits. Which steps a command
takes, and in which order, is `pipeline.py`. Stage functions are imported where they are called:
`validate` need not wait for the compiler.
"""
