"""What stands in the product's log after all this? Ids, codes and counts, and nothing that anybody said.

Runs after the other journeys of this folder, and looks for everything that was said in them.
"""

from __future__ import annotations

import json
import re

from bot.console.accounts import DEMO_PASSWORD
from tests.journeys.handoff.conftest import Cast, Desk
from tests.journeys.handoff.wording import as_a_text

MEMBER_NUMBER = "GG1000001"


async def test_no_words_and_no_numbers(cast: Cast, desk: Desk) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    await member.say("is my plan active?")
    await member.say(f"{MEMBER_NUMBER}, born 03/12/1984")
    assert member.state["verified"] is True
    await member.say("please let me talk to a person about my little brother")
    await dana.claim(member.conversation_id)
    await dana.write(member.conversation_id, "I am reading your file now.")
    await dana.add_note(member.conversation_id, "sounded worried about the brother")
    await dana.give_back(member.conversation_id)
    phone = cast.texter()
    await phone.text("COACH please, my neighbour told me of a cure")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads(".")
    await phone.reads_nothing()

    log = desk.product.log.read_text(encoding="utf-8", errors="replace")
    private = {*desk.private, *cast.list_private(), DEMO_PASSWORD, MEMBER_NUMBER, "1984-03-12", "03/12/1984"}
    # JSON writes an accent or a line's end in another way.
    spellings = {spelling for text in private for spelling in (text, json.dumps(text)[1:-1])}
    assert not [text for text in spellings if text in log]
    # No phone number in any shape: ten digits, or the last seven as people write them.
    assert not re.findall(r"\+1\d{10}|%2B1\d{10}|\b(?:267|215)?555[-. ]?0\d{3}\b", log)
    assert re.search("handoff.requested", log), "the log is not the one of these journeys"
    assert not re.search("Traceback", log)
