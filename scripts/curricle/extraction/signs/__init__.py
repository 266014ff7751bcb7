"""Every sign that is known, the more telling of a kind before the less."""

from __future__ import annotations

from typing import Final

from curricle.extraction.signs.generic import GENERIC
from curricle.extraction.signs.javascript import JAVASCRIPT
from curricle.extraction.signs.jvm import JVM
from curricle.extraction.signs.native import NATIVE
from curricle.extraction.signs.python import PYTHON
from curricle.extraction.signs.scripting import SCRIPTING
from curricle.extraction.signs.services import SERVICES

SIGNS: Final = (*PYTHON, *JAVASCRIPT, *JVM, *NATIVE, *SCRIPTING, *SERVICES, *GENERIC)
