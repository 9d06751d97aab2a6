"""How does what happens in a conversation reach its open pages at once? A hub in memory, never a record.

What it loses (a slow page, a crash) the record still has: a page asks for everything after its last `seq`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.conversations.model import Author, Message, State

# One page that stopped reading; a healthy one is never more than a few events behind.
QUEUE_SIZE = 64
MAX_SUBSCRIBERS = 16


@dataclass(frozen=True)
class Typing:
    """Somebody is writing an answer."""

    author: Author


@dataclass(frozen=True)
class Refusal:
    """One page's frame was refused; meant for that page alone."""

    frame: Mapping[str, object]


LiveEvent = Message | State | Typing | Refusal


class TooManySubscribers(Exception):
    """The conversation has as many open pages as it may have."""


class Subscription:
    """One page's line: events wait here in order, and `dropped` is set when it fell too far behind."""

    def __init__(self) -> None:
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
    """Passes events on to the open pages of a conversation in this process."""

    def __init__(self) -> None:
        self._lines: defaultdict[str, list[Subscription]] = defaultdict(list)

    def subscribe(self, conversation_id: str) -> Subscription:
        """Opens a line. Raises TooManySubscribers."""
        lines = self._lines[conversation_id]
        if len(lines) >= MAX_SUBSCRIBERS:
            raise TooManySubscribers
        line = Subscription()
        lines.append(line)
        return line

    def unsubscribe(self, conversation_id: str, line: Subscription) -> None:
        """Closes a line; closing it twice is harmless."""
        lines = self._lines.get(conversation_id, [])
        if line in lines:
            lines.remove(line)
        if not lines:
            self._lines.pop(conversation_id, None)

    def open_lines(self, conversation_id: str) -> int:
        """How many pages of the conversation are connected here."""
        return len(self._lines.get(conversation_id, ()))

    def publish(self, conversation_id: str, *events: LiveEvent) -> None:
        """Hands the events to every open line, and waits for none of them."""
        for line in tuple(self._lines.get(conversation_id, ())):
            for event in events:
                line.offer(event)
