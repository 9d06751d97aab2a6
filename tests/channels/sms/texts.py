"""What members text in these tests, and what the product texts back."""

from __future__ import annotations

from bot.conversations.model import Channel
from tests.channels.gateway import wording
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import DANA, Rig

DANGER = "my son stopped breathing canary"


def said(key: str, language: str = "en") -> str:
    return wording().say(key, Channel.SMS, language)


def plain(text: str) -> str:
    return text.replace("’", "'")


OPTED_OUT = "utter_sms_opted_out"
OPTED_IN = "utter_sms_opted_in"
HELP = "utter_sms_help_card"
EMERGENCY = "utter_safety_emergency"


async def say(rig: Rig, until: Until, *texts: str, phone: str = DANA) -> list[str]:
    """Sends texts one after the other; what came back for them."""
    before = len(rig.phone(phone))
    for text in texts:
        await rig.text(text, phone=phone)
        await until(rig.is_idle)
    return [plain(text) for text in rig.phone(phone)[before:]]


async def urgency(rig: Rig, phone: str = DANA) -> list[str]:
    conversation = await rig.conversation(phone)
    return [
        item.urgency.value
        for item in await rig.gateway.handoffs.list_queue()
        if item.conversation_id == conversation.id
    ]
