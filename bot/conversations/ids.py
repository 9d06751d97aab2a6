"""Where do ids and tokens come from, and how is a token recognised without being kept?"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Protocol

from bot.conversations.model import ConversationId, MessageId

# What `RandomIds` makes; anything else in an address cannot be a conversation and never reaches the database.
_ID_SHAPE = re.compile(r"[0-9a-f]{32}")


class IdSource(Protocol):
    """Makes ids and tokens that nobody can guess."""

    def conversation_id(self) -> ConversationId:
        """A new conversation's id."""
        ...

    def message_id(self) -> MessageId:
        """A new message's id."""
        ...

    def token(self) -> str:
        """A new conversation's token."""
        ...


class RandomIds:
    """Ids of 128 and tokens of 256 bits from the operating system's randomness."""

    def conversation_id(self) -> ConversationId:
        """32 hexadecimal digits."""
        return ConversationId(secrets.token_hex(16))

    def message_id(self) -> MessageId:
        """32 hexadecimal digits."""
        return MessageId(secrets.token_hex(16))

    def token(self) -> str:
        """43 characters that are safe in a header and in a WebSocket subprotocol."""
        return secrets.token_urlsafe(32)


def is_id(value: str) -> bool:
    """True for what could be an id at all."""
    return _ID_SHAPE.fullmatch(value) is not None


def hash_token(token: str) -> str:
    """What the record keeps of a token: a fast hash is enough, because 256 random bits cannot be tried out."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def opens(token: str, token_hash: str) -> bool:
    """True when the token is the one that was hashed; takes the same time either way."""
    return hmac.compare_digest(hash_token(token), token_hash)
