"""How does an action speak? One response key with its values, and one envelope that says what the reply is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rasa_sdk.executor import CollectingDispatcher

from actions.said import trees_of, wordings_of
from bot.conversations.model import Channel
from knowledge.citations import Citation
from knowledge.policies.model import Fact


@dataclass(frozen=True)
class Button:
    """A quick reply; `payload` is a Rasa payload such as `/inform{"plan": "caresource"}`."""

    title: str
    payload: str


@dataclass(frozen=True)
class Sources:
    """What an answer leans on: its citations, each once, and the ids of the facts that it speaks."""

    citations: tuple[Citation, ...] = ()
    facts: tuple[str, ...] = ()

    @classmethod
    def of(cls, facts: Sequence[Fact], *others: Citation) -> Sources:
        """The sources of these facts, then the others."""
        citations = dict.fromkeys([*(fact.citation() for fact in facts), *others])
        return cls(tuple(citations), tuple(fact.id for fact in facts))


@dataclass(frozen=True)
class LookUpLater:
    """What the gateway is to look up after the turn: a kind that it knows, the service day, and whom it is about."""

    kind: str
    day: date
    for_whom: str | None

    def as_json(self) -> dict[str, str]:
        """The request as it travels in the envelope."""
        whom = {"for_whom": self.for_whom} if self.for_whom else {}
        return {"kind": self.kind, "day": self.day.isoformat(), **whom}


@dataclass(frozen=True)
class Replies:
    """Collects the replies of one action for one channel."""

    dispatcher: CollectingDispatcher
    channel: Channel
    topic: str | None = None
    # The day whose rules count, where a reply names no other.
    as_of: date | None = None

    def about(self, topic: str | None) -> Replies:
        """The same for an answer to another topic."""
        return replace(self, topic=topic)

    def say(
        self,
        key: str,
        outcome: str,
        *,
        topic: str | None = None,
        sources: Sources | None = None,
        cards: Iterable[Mapping[str, object]] = (),
        buttons: Iterable[Button] = (),
        awaiting: tuple[str, str] | None = None,
        look_up: LookUpLater | None = None,
        as_of: date | None = None,
        numbered: bool = False,
        **values: str,
    ) -> None:
        """Sends the response `key`; `values` fill its placeholders, `awaiting` is a field and its kind.

        `as_of` is the day whose facts are spoken. What each value was made of goes along: facts and passages by
        reference, the templates of phrases by digest. `look_up` is done by the gateway once this reply is recorded, and
        its result is said then. A text message has no buttons, so on SMS they are left out and its wording says what to
        write, unless they are to be `numbered` there.
        """
        sources = sources or Sources()
        envelope = {
            "topic": topic or self.topic,
            "outcome": outcome,
            "citations": [citation.as_json() for citation in sources.citations],
            "cards": [dict(card) for card in cards],
            "facts": list(sources.facts),
            "awaiting": {"field": awaiting[0], "kind": awaiting[1]} if awaiting else None,
            "look_up": look_up.as_json() if look_up else None,
            "reliance": _reliance(values, sources, as_of or self.as_of),
        }
        self.dispatcher.utter_message(
            response=key,
            reply={name: value for name, value in envelope.items() if value},
            buttons=(
                []
                if self.channel is Channel.SMS and not numbered
                else [{"title": button.title, "payload": button.payload} for button in buttons]
            ),
            **{name: str(value) for name, value in values.items()},
        )


def _reliance(values: Mapping[str, str], sources: Sources, as_of: date | None) -> dict[str, object]:
    """What a reply was made of, as it travels in the envelope; empty parts are left out."""
    parts = {
        "as_of": as_of.isoformat() if as_of else None,
        "values": trees_of(values),
        "wordings": wordings_of(values.values()),
        "sources": [
            {"version": citation.stored, **({"section": citation.section} if citation.section else {})}
            for citation in sources.citations
            if citation.stored
        ],
    }
    return {name: part for name, part in parts.items() if part}
