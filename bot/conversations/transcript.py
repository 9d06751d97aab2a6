"""What was asked, answered, left open and named in a conversation? Read from its messages by rules, nothing guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversations.model import Author, Message, MessageId, Understood
from bot.conversations.vocabulary import TOPICS
from bot.wording import LOOKUP_CHECKING

DANGER = ("emergency", "crisis")
ANSWERED = frozenset({"answer", "facilities", "no_facility", "policy", "eligibility"})
UNANSWERED = frozenset({"failure", "clarify", "handoff_offered", "medical_boundary", "verify_locked"})

# What members say around their questions.
_SMALL_TALK = frozenset(
    {"coach_handoff", "greeting", "thanks_goodbye", "affirm", "deny", "identity", "sms_stop", "sms_help", "gibberish"}
)
# The member's next message answers these.
_ASKS = frozenset({"ask", "verify_retry", "handoff_unavailable"})
_UNKNOWN = "unknown"
_UNDETERMINED = "und"
# Fewer letters than this are a number, a code or a sigh; fewer words that nobody understood are no question.
_FEWEST_LETTERS = 3
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Danger:
    """Words of danger: the level, the member's message where one is known, and the message of the safety gate."""

    level: str
    said: Message | None
    warning: Message | None

    @property
    def seq(self) -> int:
        """Where it stands in the conversation."""
        return max(each.seq for each in (self.said, self.warning) if each)


@dataclass(frozen=True)
class OpenQuestion:
    """What the assistant could not answer: its reply, the member's message, and the topic where one was understood."""

    reply: Message
    asked: Message | None
    topic: str | None


@dataclass(frozen=True)
class Named:
    """A value that a member's message named, at its newest place; `is_newest` for those of the last such message."""

    value: str
    message: Message
    is_newest: bool


class Transcript:
    """The messages of one conversation, in order, with what the member's were taken to mean."""

    def __init__(self, messages: Sequence[Message], understood: Mapping[MessageId, Understood]) -> None:
        self._messages = sorted(messages, key=lambda message: message.seq)
        self._by_id = {message.id: message for message in self._messages}
        self._understood = understood

    def find(self, message_id: MessageId | None) -> Message | None:
        """The message with this id."""
        return self._by_id.get(message_id) if message_id else None

    def find_newest(
        self, author: Author, fits: Callable[[Message], bool] = lambda _: True, *, until: datetime | None = None
    ) -> Message | None:
        """The author's newest message that fits, recorded not later than `until`."""
        return next(
            (each for each in self._newest(author) if fits(each) and (not until or each.created_at <= until)), None
        )

    def find_question(self) -> Message | None:
        """The member's last question of substance: no small talk, and no answer to a question of ours."""
        return next((message for message in self._newest(Author.MEMBER) if self._is_question(message)), None)

    def find_topic(self, message: Message) -> str | None:
        """The first topic of substance that a member's message was about."""
        return next(iter(self._substance(message)), None)

    def list_dangers(self) -> tuple[Danger, ...]:
        """The newest danger of each level, the newest first."""
        found: dict[str, Danger] = {}
        for message in self._messages:
            if message.author is Author.SYSTEM and message.outcome in DANGER:
                found[message.outcome] = Danger(message.outcome, self._member(message.reply_to), message)
            elif message.author is Author.MEMBER:
                # Where nothing may be sent back, the words themselves are all there is.
                found.update(
                    {level: Danger(level, message, None) for level in self._topics(message) if level in DANGER}
                )
        return tuple(sorted(found.values(), key=lambda danger: danger.seq, reverse=True))

    def list_answered(self) -> tuple[Message, ...]:
        """The newest answer to each topic, newest first."""
        newest: dict[str, Message] = {}
        for message in self._newest(Author.ASSISTANT):
            is_answer = message.outcome in ANSWERED and message.key != LOOKUP_CHECKING
            if is_answer and message.topic and message.topic not in _SMALL_TALK:
                newest.setdefault(message.topic, message)
        return tuple(newest.values())

    def list_open_questions(self) -> tuple[OpenQuestion, ...]:
        """What got no answer, and none later either: each topic once, and each message without one; newest first."""
        answered = {message.topic: message.seq for message in self.list_answered()}
        found: dict[str, OpenQuestion] = {}
        for reply in self._newest(Author.ASSISTANT):
            # What is still looked up is open, too: a coach who takes over has it to answer.
            if reply.outcome not in UNANSWERED and reply.key != LOOKUP_CHECKING:
                continue
            asked = self._member(reply.reply_to)
            topic = reply.topic or (self.find_topic(asked) if asked else None)
            if topic in _SMALL_TALK or answered.get(topic, 0) > reply.seq:
                continue
            found.setdefault(topic or (asked or reply).id, OpenQuestion(reply, asked, topic))
        return tuple(found.values())

    def list_named(self, entity: str) -> tuple[Named, ...]:
        """The values of an entity, each once and where it was named last, newest first."""
        found: dict[str, Named] = {}
        newest: MessageId | None = None
        for message in self._newest(Author.MEMBER):
            values = [value for value in self._read(message).entities.get(entity, ()) if value and value != _UNKNOWN]
            newest = newest or (message.id if values else None)
            for value in values:
                found.setdefault(value, Named(value, message, message.id == newest))
        return tuple(found.values())

    def find_language(self) -> Message | None:
        """The newest message in the language that the member mostly writes; of two as frequent ones, the newer."""
        spoken = [each for each in self._newest(Author.MEMBER) if self.language_of(each) != _UNDETERMINED]
        counts = Counter(self.language_of(message) for message in spoken)
        return max(spoken, key=lambda message: (counts[self.language_of(message)], message.seq), default=None)

    def language_of(self, message: Message) -> str:
        """The language that a member's message was read in; "und" where nobody could tell."""
        return self._read(message).language

    def _newest(self, author: Author) -> Iterator[Message]:
        return (message for message in reversed(self._messages) if message.author is author)

    def _member(self, message_id: MessageId | None) -> Message | None:
        message = self.find(message_id)
        return message if message and message.author is Author.MEMBER else None

    def _read(self, message: Message) -> Understood:
        return self._understood.get(message.id) or Understood()

    def _topics(self, message: Message) -> tuple[str, ...]:
        return self._read(message).topics

    def _substance(self, message: Message) -> tuple[str, ...]:
        return tuple(topic for topic in self._topics(message) if topic not in _SMALL_TALK and topic not in DANGER)

    def _is_question(self, message: Message) -> bool:
        if message.choice is not None:
            # "/coverage_general" asks something, "/inform{...}", "/more" and "/cancel" do not.
            name = message.choice.removeprefix("/").partition("{")[0]
            return name in TOPICS and name not in _SMALL_TALK
        if sum(letter.isalpha() for letter in message.text) < _FEWEST_LETTERS:
            return False
        before = next(
            (each for each in reversed(self._messages) if each.seq < message.seq and each.author is not Author.MEMBER),
            None,
        )
        topics = self._substance(message)
        if before and before.outcome in _ASKS and "?" not in message.text:
            # What continues the topic of our question answers it; another topic is a new question.
            return bool(topics) and before.topic is not None and before.topic not in topics
        if topics or self._topics(message):
            return bool(topics)
        to_coach = before is not None and before.author is Author.COACH
        return not to_coach and len(message.text.split()) >= _FEWEST_WORDS
