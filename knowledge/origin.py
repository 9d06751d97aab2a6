"""Where did a row come from? It decides who may replace it."""

from __future__ import annotations

from enum import Enum


class Origin(str, Enum):
    """What was shipped is replaced by the next release; what an operator imported is the operator's own."""

    SHIPPED = "shipped"
    IMPORTED = "imported"
