"""Changes to documents by JSON pointer."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from curricle.pointers import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def changed(document: Any, changes: Mapping[str, Any]) -> Any:
    """Return a copy with the value at each pointer replaced; None removes a field."""
    copy = deepcopy(document)
    for pointer, value in changes.items():
        *path, last = parts_of(pointer)
        holder = copy
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        key = int(last) if isinstance(holder, list) else last
        if value is None:
            del holder[key]
        else:
            holder[key] = deepcopy(value)
    return copy
