"""How is a call-back agreed on? A window, a number, done: asked by the gateway, so that it needs no engine.

A member who says something else meanwhile gets an answer to that, and the question stays open.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from bot import wording as words
from bot.conversations import rules
from bot.conversations.announcements import ASK_WINDOW, Announcements
from bot.conversations.calendar_words import CalendarWords
from bot.conversations.call_talk import read_call_talk
from bot.conversations.callback_answers import InvalidPhone, Phone, read_consent, read_phone, read_window
from bot.conversations.duty import DutyNow
from bot.conversations.handoff import CallbackWindowName
from bot.conversations.hours import CallbackWindow
from bot.conversations.model import Awaiting, Channel, Conversation, Draft, Message, QuickReply, Told
from bot.conversations.port import CallbackPromise, HandoffEffect
from bot.conversations.service import ConversationService
from bot.conversations.vocabulary import CALLBACK_CHOICE
from bot.wording import Wording

_LOOKED_BACK = 20
_ASK_PHONE = Awaiting("phone", "phone")
_CONFIRM_PHONE = Awaiting("confirm", "choice")
_THIS_PHONE = CALLBACK_CHOICE + json.dumps({"phone": "this"})
_OTHER_PHONE = CALLBACK_CHOICE + json.dumps({"phone": "other"})


@dataclass(frozen=True)
class Step:
    """What is said, what is asked, and what it does to the request."""

    reply: Draft
    awaiting: Awaiting | None = None
    effect: HandoffEffect | None = None


class CallbackDialogue:
    """Reads answers to a call-back's questions, and asks the next one."""

    def __init__(self, conversations: ConversationService, announcements: Announcements, wording: Wording) -> None:
        self._conversations = conversations
        self._announcements = announcements
        self._wording = wording

    async def answer(self, conversation: Conversation, message: Message) -> Step | None:
        """The next step, or None where the message is about something else. Raises StoreUnavailable."""
        chosen = _read_choice(message.choice)
        field = conversation.awaiting.field if conversation.awaiting else None
        if chosen is None and (message.choice is not None or not rules.asks_for_callback(conversation)):
            return await self._talk_of_promise(conversation, message)
        duty = await self._announcements.look(conversation)
        if chosen is not None:
            return self._take_choice(conversation, duty, chosen)
        if field == ASK_WINDOW.field:
            return await self._take_window_words(conversation, duty, message.text)
        return self._take_phone_words(conversation, duty, message.text, confirms=field == _CONFIRM_PHONE.field)

    async def _talk_of_promise(self, conversation: Conversation, message: Message) -> Step | None:
        """What a member says of a call that was promised before; None without a promise, or about anything else."""
        talk = read_call_talk(message.text) if message.choice is None and conversation.handoff is None else None
        promise = await self._conversations.find_promised_call(conversation.id) if talk else None
        if promise is None:
            return None
        if talk == "withdraws":
            return self._decline(conversation)
        duty = await self._announcements.look(conversation)
        if talk == "changes":
            return self._ask_window(conversation, duty, words.CALLBACK_ASK_WINDOW)
        return Step(self._say_recorded(conversation, duty, promise))

    def _take_choice(self, conversation: Conversation, duty: DutyNow, chosen: dict[str, object]) -> Step:
        if chosen.get("phone") == "other":
            return self._ask_phone(conversation)
        if chosen.get("phone") == "this" and conversation.member_address:
            return self._promise(conversation, duty, conversation.member_address)
        window = next((each for each in duty.windows if _is(each, chosen)), None)
        if window is not None:
            return self._choose(conversation, duty, window)
        if chosen.get("window") is None:
            return self._decline(conversation)
        return self._ask_window(conversation, duty, words.CALLBACK_WINDOW_GONE)

    async def _take_window_words(self, conversation: Conversation, duty: DutyNow, text: str) -> Step | None:
        # What was shown counts: "the first one" is the first that the member saw, whatever is open by now.
        window = read_window(text, await self._list_offered(conversation), duty.today)
        if window is not None:
            is_open = window in duty.windows
            return (
                self._choose(conversation, duty, window)
                if is_open
                else self._ask_window(conversation, duty, words.CALLBACK_WINDOW_GONE)
            )
        consent = read_consent(text)
        if consent is None:
            return None
        if consent == "no":
            return self._decline(conversation)
        return self._ask_window(conversation, duty, words.CALLBACK_ASK_WINDOW)

    def _take_phone_words(self, conversation: Conversation, duty: DutyNow, text: str, *, confirms: bool) -> Step | None:
        phone = read_phone(text)
        if isinstance(phone, Phone):
            return self._promise(conversation, duty, phone.e164)
        consent = read_consent(text)
        if consent == "yes" and confirms and conversation.member_address:
            return self._promise(conversation, duty, conversation.member_address)
        if consent == "no":
            return self._ask_phone(conversation) if confirms else self._decline(conversation)
        if isinstance(phone, InvalidPhone):
            return Step(self._say(words.CALLBACK_PHONE_INVALID, conversation), _ASK_PHONE)
        return None

    def _choose(self, conversation: Conversation, duty: DutyNow, window: CallbackWindow) -> Step:
        # An old button may stand under a request that has ended: whoever presses it wants to be called, and is in
        # the middle of it, so that no timer needs to say how that request stands.
        told: Told | None = None if conversation.handoff else "waiting" if duty.on_duty else "unavailable"
        opens = self._announcements.request(duty, "button")
        effect = HandoffEffect(opens=opens, told=told, callback_choice=(window.day, window.window))
        if conversation.channel is Channel.SMS and conversation.member_address:
            asked = self._say(words.CALLBACK_CONFIRM_PHONE, conversation, phone=_shown(conversation.member_address))
            yes, other = words.CALLBACK_PART_THIS_NUMBER, words.CALLBACK_PART_OTHER_NUMBER
            choices = (
                QuickReply(self._say(yes, conversation).text, _THIS_PHONE),
                QuickReply(self._say(other, conversation).text, _OTHER_PHONE),
            )
            return Step(replace(asked, quick_replies=choices), _CONFIRM_PHONE, effect)
        return Step(self._say(words.CALLBACK_ASK_PHONE, conversation), _ASK_PHONE, effect)

    def _ask_phone(self, conversation: Conversation) -> Step:
        return Step(self._say(words.CALLBACK_ASK_PHONE, conversation), _ASK_PHONE)

    def _ask_window(self, conversation: Conversation, duty: DutyNow, key: str) -> Step:
        if not duty.windows:
            return Step(self._say(words.CALLBACK_NO_WINDOWS, conversation))
        draft = self._announcements.with_windows(self._say(key, conversation), conversation, duty)
        return Step(draft, ASK_WINDOW)

    def _decline(self, conversation: Conversation) -> Step:
        # A call that was promised before is not made either.
        effect = HandoffEffect(withdraws_callback=True)
        key = words.CALLBACK_DECLINED if conversation.handoff else words.CALLBACK_WITHDRAWN
        return Step(self._say(key, conversation), None, effect)

    def _promise(self, conversation: Conversation, duty: DutyNow, phone: str) -> Step:
        window = _chosen_window(conversation)
        if window is None or window not in duty.windows or duty.time_zone is None:
            return self._ask_window(conversation, duty, words.CALLBACK_WINDOW_GONE)
        promise = CallbackPromise(window.day, window.window, phone, duty.time_zone)
        return Step(self._say_recorded(conversation, duty, promise), None, HandoffEffect(callback=promise))

    def _say_recorded(self, conversation: Conversation, duty: DutyNow, promise: CallbackPromise) -> Draft:
        calendar = CalendarWords(self._wording, conversation.locale)
        window = _window(promise.day, promise.window) or CallbackWindow(promise.day, "morning")
        return self._say(
            words.CALLBACK_RECORDED,
            conversation,
            window=calendar.window(window, duty.today),
            phone=promise.phone[-4:],
            zone=calendar.zone(promise.time_zone),
        )

    async def _list_offered(self, conversation: Conversation) -> tuple[CallbackWindow, ...]:
        for message in reversed(await self._conversations.list_last_messages(conversation.id, _LOOKED_BACK)):
            choices = (_read_choice(reply.value) for reply in message.quick_replies)
            windows = tuple(window for choice in choices if choice and (window := _read_window(choice)))
            if windows:
                return windows
        return ()

    def _say(self, key: str, conversation: Conversation, **values: str) -> Draft:
        return self._announcements.say(key, conversation, **values)


def _read_choice(choice: str | None) -> dict[str, object] | None:
    if choice is None or not choice.startswith(CALLBACK_CHOICE):
        return None
    # Only a value that this module made is ever offered, and only what was offered gets here.
    value = json.loads(choice.removeprefix(CALLBACK_CHOICE))
    return value if isinstance(value, dict) else {}


def _is(window: CallbackWindow, chosen: dict[str, object]) -> bool:
    return window.window == chosen.get("window") and window.day.isoformat() == chosen.get("day")


def _read_window(choice: dict[str, object]) -> CallbackWindow | None:
    day = choice.get("day")
    return _window(date.fromisoformat(day), str(choice.get("window"))) if isinstance(day, str) else None


def _chosen_window(conversation: Conversation) -> CallbackWindow | None:
    handoff = conversation.handoff
    if handoff is None or handoff.callback_day is None:
        return None
    return _window(handoff.callback_day, handoff.callback_window)


def _window(day: date, name: str | None) -> CallbackWindow | None:
    names: tuple[CallbackWindowName, ...] = ("morning", "afternoon")
    found = next((each for each in names if each == name), None)
    return CallbackWindow(day, found) if found else None


def _shown(phone: str) -> str:
    """An E.164 number as Americans write it."""
    return f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" if phone.startswith("+1") and len(phone) == 12 else phone
