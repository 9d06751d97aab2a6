"""How are the member API's answers written as JSON?"""

from __future__ import annotations

from bot.channels.intake import Standing
from bot.conversations.model import State, Turn, Understood
from bot.conversations.service import OpenedConversation
from bot.http.views import JsonObject, view_message, view_messages, view_moment, view_state


def view_understood(understood: Understood) -> JsonObject:
    """The contract's Understood."""
    return {
        "topics": list(understood.topics),
        "language": understood.language,
        "entities": {name: list(values) for name, values in understood.entities.items()},
        "confidence": understood.confidence,
    }


def view_turn(turn: Turn) -> JsonObject:
    """The answer to a member's message; only for a turn that was answered."""
    if turn.understood is None or turn.state is None:
        raise ValueError("a turn without an answer cannot be shown")
    return {
        "message": view_message(turn.message),
        "replies": view_messages(turn.replies),
        "understood": view_understood(turn.understood),
        "state": view_state(turn.state),
    }


def view_standing(standing: Standing) -> JsonObject:
    """Messages in order, and where the conversation stands."""
    return {"messages": view_messages(standing.messages), "state": view_state(standing.state)}


def view_opened(opened: OpenedConversation, state: State) -> JsonObject:
    """A new conversation with its token."""
    return {
        "conversation_id": opened.conversation.id,
        "token": opened.token,
        "expires_at": view_moment(opened.conversation.expires_at),
        "messages": view_messages(opened.messages),
        "state": view_state(state),
    }
