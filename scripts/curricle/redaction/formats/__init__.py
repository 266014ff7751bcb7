"""The formats of tokens that are known by their own shape, one table.

Adding one means a row in the table of its trade, and a sample in the tests.
"""

from typing import Final

from curricle.redaction.formats.clouds import CLOUD_FORMATS
from curricle.redaction.formats.forges import FORGE_FORMATS
from curricle.redaction.formats.format import Format
from curricle.redaction.formats.json_tokens import JSON_TOKEN_FORMATS
from curricle.redaction.formats.services import (
    MESSAGE_FORMATS,
    MODEL_FORMATS,
    OTHER_FORMATS,
    PAYMENT_FORMATS,
)

FORMATS: Final[tuple[Format, ...]] = (
    *FORGE_FORMATS,
    *CLOUD_FORMATS,
    *MODEL_FORMATS,
    *MESSAGE_FORMATS,
    *PAYMENT_FORMATS,
    *OTHER_FORMATS,
    *JSON_TOKEN_FORMATS,
)
