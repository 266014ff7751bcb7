"""JSON Web Tokens, signed or not, and those that were encoded once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from curricle.redaction.formats.format import formats

if TYPE_CHECKING:
    from curricle.redaction.formats.format import Format

JSON_TOKEN_FORMATS: Final[tuple[Format, ...]] = formats(
    ("jwt", r"ey[\w=/+-]{10,}\.(?:ey|e30)[\w=/+\\-]{8,}(?:\.[\w=/+\\-]*)*"),
    ("jwt", r"eyJ(?:hbGciOi|0eXAiOi|raWQiOi|lbmMiOi|jdHkiOi)[\w=/+-]{10,}(?:\.[\w=/+-]*)*"),
    ("jwt-base64", r"ZXlK[\w+/\\-]{40,}={0,2}"),
)
