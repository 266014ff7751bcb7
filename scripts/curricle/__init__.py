"""Curricle: curricula compiled in runs that anyone can reconstruct."""

from typing import Final

__version__: Final = "0.1.0"
