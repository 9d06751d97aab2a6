"""May this be texted? No therapy, condition or record is named first by us on a phone that anybody may look at."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot import wording as words
from bot.channels.replies import CheckedAnswer
from bot.channels.sms.privacy import PrivateNames
from bot.conversations.model import Author, Channel, Conversation, Draft
from bot.conversations.service import ConversationService
from bot.wording import Wording

ListNames = Callable[[], Awaitable[Mapping[str, tuple[str, ...]]]]

# Letters and digits as on an ID card: never by text, whoever named it first. A phone number after a word is none
# ("Call 2155550107"), unless the word is in capitals like the letters on a card.
_MEMBER_NUMBER = re.compile(
    r"\b(?:[A-Z]{2,4}|(?![A-Za-z]+\s1?[2-9]\d\d[2-9]\d{6}\b)[A-Za-z]{2,4})[\s#:.\-\u2010-\u2015\u2212]{0,2}\d{6,12}\b"
)

# What is said with a one-time link to the secure chat under it.
_WITH_LINK = (words.SMS_PRIVATE, words.SMS_RECORD_LINK)


class TextPrivacy:
    """Keeps what the member has not named themselves for the secure chat, and texts the way there instead."""

    def __init__(self, list_names: ListNames, conversations: ConversationService, wording: Wording) -> None:
        self._list_names = list_names
        self._names: PrivateNames | None = None
        self._conversations = conversations
        self._wording = wording

    async def check(self, answer: CheckedAnswer, conversation: Conversation) -> CheckedAnswer:
        """The answer as it may go out."""
        return replace(answer, replies=await self.screen(conversation, answer.replies))

    async def screen(self, conversation: Conversation, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
        """The drafts as they may go out by text: what names too much is for the secure chat, with one link to it."""
        if conversation.channel is not Channel.SMS:
            return drafts
        drafts = tuple(replace(draft, with_link=True) if draft.key in _WITH_LINK else draft for draft in drafts)
        names = await self._load_names()
        named = {index: names.names_in(_everything(draft)) for index, draft in enumerate(drafts)}
        numbered = {index for index, draft in enumerate(drafts) if _MEMBER_NUMBER.search(_everything(draft))}
        if not any(named.values()) and not numbered:
            return drafts
        messages = await self._conversations.list_messages(conversation.id)
        # What was typed in a text: the secure chat, or a button of ours, told the phone nothing.
        typed = (
            m.text for m in messages if m.author is Author.MEMBER and m.channel is Channel.SMS and m.choice is None
        )
        own = names.names_in(" | ".join(typed))
        kept_back = {index for index, found in named.items() if found - own} | numbered
        if not kept_back:
            return drafts
        screened = [
            replace(draft, channel=Channel.WEB) if index in kept_back else draft for index, draft in enumerate(drafts)
        ]
        link = self._wording.draft(words.SMS_PRIVATE, Channel.SMS, conversation.locale)
        return (*screened, replace(link, with_link=True))

    async def _load_names(self) -> PrivateNames:
        if self._names is None:
            self._names = PrivateNames(await self._list_names())
        return self._names


def _everything(draft: Draft) -> str:
    """All that a text of this message would show."""
    titles = (reply.title for reply in draft.quick_replies)
    sources = (citation.get("document", "") for citation in draft.citations)
    places = (str(card.get("name", "")) for card in draft.cards)
    return " | ".join((draft.text, *titles, *sources, *places))
