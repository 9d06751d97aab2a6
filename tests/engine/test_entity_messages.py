"""What is read from members' words as they come, and what only looks like it: every message of our own examples."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.engine.entities.catalogue import Catalogue
from bot.engine.entities.component import read_entities
from bot.engine.entities.content import read_names
from bot.engine.entities.places import state_names

HERE = Path(__file__).parent
MESSAGES = yaml.safe_load((HERE / "entity_messages.yml").read_text(encoding="utf-8"))
# Judged only in the rows that are about them.
OF_PEOPLE = {"age_group", "for_whom"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue([*read_names(HERE.parents[1] / "knowledge/content"), *state_names()])


def test_each_message_holds_its_values_and_no_others(catalogue: Catalogue) -> None:
    wrong = {}
    for text, wanted in MESSAGES:
        found: dict[str, set[str]] = {}
        for each in read_entities(text, catalogue, 2026):
            if each.entity not in OF_PEOPLE - set(wanted):
                found.setdefault(each.entity, set()).add(each.value)
        if found != {name: set(values) for name, values in wanted.items() if values != ["none"]}:
            wrong[text] = found
    assert wrong == {}
