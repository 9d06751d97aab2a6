"""What becomes of a question of ours that is not answered at once? Short dialogues through the running product.

A step is a list: what the member writes (after ">" the title of a button that is pressed), the outcomes of the replies
in order, the field that is waited for then (null: none), and, if need be, what must be shown in replies or cards, as
regular expressions. In no dialogue the assistant asks in the same words three times.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from tests.member import Member
from tests.product import RunningProduct

MOST_TIMES = 2
ASKING = {"ask", "clarify", "verify_retry"}
DIALOGUES = [
    pytest.param(dialogue, id=f"{path.stem}: {dialogue['title']}")
    for path in sorted((Path(__file__).parent / "forms").glob("*.yml"))
    for dialogue in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("dialogue", DIALOGUES)
async def test_what_becomes_of_a_question(dialogue: dict[str, Any], running_product: RunningProduct) -> None:
    asked: Counter[str] = Counter()
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(**dialogue.get("opens_with", {}))
        for text, outcomes, awaiting, *shows in dialogue["steps"]:
            await (member.choose(text[1:]) if text.startswith(">") else member.say(text))
            replies = member.last_replies
            asked.update(reply["text"] for reply in replies if reply.get("outcome") in ASKING)
            shown = "\n".join(
                [reply["text"] for reply in replies]
                + [card["name"] for reply in replies for card in reply.get("cards", [])]
                + [choice["title"] for reply in replies for choice in reply.get("quick_replies", [])]
            )
            seen = (
                [reply.get("outcome") for reply in replies],
                (member.state.get("awaiting") or {}).get("field"),
                [each for each in shows if not re.search(each, shown, re.IGNORECASE)],
            )
            assert seen == (outcomes, awaiting, []), f"{text!r}: understood {member.understood}, said {shown}"
    assert max(asked.values(), default=0) <= MOST_TIMES
