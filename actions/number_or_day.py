"""Is what was read as a day ("08.02.99") the number of a policy on file?"""

from __future__ import annotations

import re
from dataclasses import replace

from actions.message import PROOF, Message
from knowledge.policies.service import PolicyService

_WITH_POINTS = re.compile(r"(?<![\w.-])(?P<month>\d{2})\.(?P<day>\d{2})\.(?P<year>\d{2})(?![\w-]|\.\d)")
_BEFORE_DAY = re.compile(
    r"\b(?:on|as of|by|since|from|until|till|before|after|through|between|to|for|at|effective|dated?|"
    r"in (?:force|effect))\s+(?:the\s+)?$",
    re.I,
)


async def take_number_for_day(message: Message, policies: PolicyService) -> Message:
    """The message with that number in the place of the day, where neither a day nor a birth is spoken of."""
    written = _WITH_POINTS.search(message.text)
    is_birth = message.requested_slot in PROOF or message.names_birth_date
    if written is None or is_birth or message.named("policy_number") or not message.named("date"):
        return message
    if _BEFORE_DAY.search(message.text[: written.start()]):
        return message
    if all(document.number != written[0] for document in await policies.list_versions()):
        return message
    same_day = f"{written['year']}-{written['month']}-{written['day']}"
    days = tuple(day for day in message.entities["date"] if not day.endswith(same_day))
    others = {name: values for name, values in message.entities.items() if name != "date"}
    dates = {"date": days} if days else {}
    return replace(message, entities={**others, **dates, "policy_number": (written[0],)})
