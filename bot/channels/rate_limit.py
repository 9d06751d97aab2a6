"""How much may members ask for? The limits of the entrances, for real members and for a demo."""

from __future__ import annotations

from dataclasses import dataclass

from bot.http.rate_limit import Limit


@dataclass(frozen=True)
class RateLimits:
    """What one client address may do, and what may be sent in one conversation."""

    conversations: Limit
    messages: Limit
    conversation_messages: Limit
    requests: Limit

    @classmethod
    def per_minute(cls, *, conversations: int, messages: int) -> RateLimits:
        """Limits for real members; a page may ask for news more often than it sends."""
        return cls(
            conversations=Limit(conversations / 60, max(5, conversations)),
            messages=Limit(messages / 60, max(10, messages)),
            conversation_messages=Limit(messages / 60, max(10, messages // 2)),
            requests=Limit(messages / 6, max(100, messages * 5)),
        )

    @classmethod
    def demo(cls) -> RateLimits:
        """Limits of a demo on loopback: 50 conversations and 200 messages a second pass."""
        return cls(
            conversations=Limit(60, 300),
            messages=Limit(250, 1000),
            conversation_messages=Limit(250, 1000),
            requests=Limit(1000, 5000),
        )
