"""JSON pointers (RFC 6901): the place of a value in a document, as text.

`~` and `/` are escaped.
"""

from __future__ import annotations


def pointer_to(*parts: str | int) -> str:
    """Return the pointer of a path; empty for the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def parts_of(pointer: str) -> list[str]:
    """Return the path that a pointer stands for; indexes of lists are text too."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
