"""How does what happens in a conversation reach its open pages at once? A hub in memory, never a record.

What it loses (a slow page, a crash) the record still has: a page asks for everything after its last `seq`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversations.model import Author, Message, State

# One page that stopped reading; a healthy one is never more than a few events behind.
QUEUE_SIZE = 64
MAX_SUBSCRIBERS = 16
# A page that polls does so more often than this.
SEEN_FOR = timedelta(seconds=60)
_MOST_SEEN = 10_000


@dataclass(frozen=True)
class Typing:
    """Somebody is writing an answer."""

    author: Author


@dataclass(frozen=True)
class Refusal:
    """One page's frame was refused; meant for that page alone."""

    frame: Mapping[str, object]


@dataclass(frozen=True)
class DeskChanged:
    """The queue, a coach's duty or the call-backs changed; meant for the consoles."""

    conversation_id: str | None = None


@dataclass(frozen=True)
class TokenReplaced:
    """A one-time link was opened: the pages that came before it with another token are over."""


LiveEvent = Message | State | Typing | Refusal | DeskChanged | TokenReplaced

# The topic of the consoles; every other topic is a conversation's id.
DESK = "desk"


class TooManySubscribers(Exception):
    """The topic has as many open pages as it may have."""


class Subscription:
    """One page's line: events wait here in order, and `dropped` is set when it fell too far behind."""

    def __init__(self, *, is_console: bool = False) -> None:
        self.is_console = is_console
        self._events: asyncio.Queue[LiveEvent] = asyncio.Queue(QUEUE_SIZE)
        self.dropped = asyncio.Event()

    def offer(self, event: LiveEvent) -> None:
        """Adds an event without waiting; a full line is given up."""
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.dropped.set()

    async def next_event(self) -> LiveEvent:
        """Waits for the next event."""
        return await self._events.get()


class LiveHub:
    """Passes events on to the open pages of a topic in this process."""

    def __init__(self) -> None:
        self._lines: defaultdict[str, list[Subscription]] = defaultdict(list)
        self._desk_moved = False
        self._seen: dict[str, datetime] = {}

    def subscribe(self, topic: str, *, limit: int = MAX_SUBSCRIBERS, is_console: bool = False) -> Subscription:
        """Opens a line, unless the topic has `limit` of its kind already. Raises TooManySubscribers."""
        lines = self._lines[topic]
        if sum(line.is_console is is_console for line in lines) >= limit:
            raise TooManySubscribers
        line = Subscription(is_console=is_console)
        lines.append(line)
        return line

    def unsubscribe(self, topic: str, line: Subscription) -> None:
        """Closes a line; closing it twice is harmless."""
        lines = self._lines.get(topic, [])
        if line in lines:
            lines.remove(line)
        if not lines:
            self._lines.pop(topic, None)

    def open_lines(self, topic: str) -> int:
        """How many pages and consoles of the topic are connected here."""
        return len(self._lines.get(topic, ()))

    def open_pages(self, topic: str) -> int:
        """How many of the member's own pages are connected here: a coach who reads along is none."""
        return sum(not line.is_console for line in self._lines.get(topic, ()))

    def see(self, topic: str, now: datetime) -> None:
        """The member's page asked for something just now: it is there, even without a line."""
        if len(self._seen) >= _MOST_SEEN:
            self._seen = {each: at for each, at in self._seen.items() if abs(now - at) < SEEN_FOR}
        self._seen[topic] = now

    def has_page(self, topic: str, now: datetime) -> bool:
        """True while the member has a page open here, or had one a moment ago."""
        seen_at = self._seen.get(topic)
        return self.open_pages(topic) > 0 or (seen_at is not None and abs(now - seen_at) < SEEN_FOR)

    def take_desk_moved(self) -> bool:
        """True once after the desk changed."""
        moved, self._desk_moved = self._desk_moved, False
        return moved

    def publish(self, topic: str, *events: LiveEvent) -> None:
        """Hands the events to every open line, and waits for none of them."""
        self._desk_moved = self._desk_moved or topic == DESK
        for line in tuple(self._lines.get(topic, ())):
            for event in events:
                line.offer(event)
