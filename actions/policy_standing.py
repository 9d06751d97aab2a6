"""Where does a policy stand on a day: in force, not yet, ended, for other states, or another payer's?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from actions.document_days import say_next, say_since, standing_on
from actions.phrases import Phrases
from actions.policy_match import is_specific, names_title
from actions.policy_request import normalise_number
from actions.replies import Button, Replies, Sources
from actions.spoken import say_day, say_state
from actions.turn_context import Turn
from bot.conversations.model import Channel
from knowledge.citations import Citation
from knowledge.policies.model import DocumentLookup, PolicyDocument

_CARD_STANDINGS = {"in_force": "in force", "not_yet": "not yet in force", "not_on_file": "", "ended": "ended"}


@dataclass(frozen=True)
class Editions:
    """The other editions of a document that was found: the one to come, and those that have ruled in some states."""

    newer: PolicyDocument | None = None
    elsewhere: tuple[PolicyDocument, ...] = ()

    @classmethod
    def of(cls, document: PolicyDocument, found: DocumentLookup, turn: Turn) -> Editions:
        """What else of the same document was found."""
        newer = next((other for other in found.not_yet if other.series == document.series), None)
        others = (other for other in (*found.out_of_scope, *found.in_force) if other.series == document.series)
        later = [other for other in others if _has_ruled(other, turn.day) and _order(other) > _order(document)]
        return cls(newer, tuple(later))

    @classmethod
    def choose(cls, found: DocumentLookup, day: date) -> tuple[PolicyDocument, Editions]:
        """Of a policy that has no edition in force: the one that tells most of that day, and the one to come.

        What its payer has in force by then comes first, though its text counts later; then what ended last.
        """
        first = (*found.not_yet, *found.ended)[0]
        coming, ended = (
            [each for each in documents if each.series == first.series or each.id == first.id]
            for documents in (found.not_yet, found.ended)
        )
        if has_begun := [each for each in coming if standing_on(each, day) != "not_yet"]:
            return has_begun[0], cls()
        if ended:
            return max(ended, key=_order), cls(next(iter(coming), None))
        return first, cls()

    @classmethod
    def differ(cls, found: DocumentLookup, state: str | None, day: date) -> PolicyDocument | None:
        """The edition that rules in some states where another one took its place, and the state is not known."""
        if state is not None or found.in_force:
            return None
        others = [each for each in (*found.ended, *found.out_of_scope) if _has_ruled(each, day)]
        ruling = [each for each in others if each.in_force_on(day)]

        def is_beside(each: PolicyDocument, other: PolicyDocument) -> bool:
            is_same = other.series == each.series and other.version_id != each.version_id
            return is_same and (other in ruling or _order(other) > _order(each))

        return next((each for each in ruling if any(is_beside(each, other) for other in others)), None)


def say_standing(
    turn: Turn,
    document: PolicyDocument,
    editions: Editions,
    replies: Replies,
    phrases: Phrases,
    *,
    words: str = "",
    citations: Sequence[Citation] = (),
    facts: Sequence[str] = (),
    buttons: Iterable[Button] = (),
) -> None:
    """The policy with its days and states; `words` is what it says, from `citations`, and `facts` their ids."""
    standing = standing_on(document, turn.day)
    is_in_force = standing == "in_force"
    newer = editions.newer
    parts = [
        say_since(document, turn.day, phrases),
        _say_states(document, editions, turn.day, phrases) if is_in_force else "",
        say_next(newer, document, phrases) if newer else "",
    ]
    key = "not_on_file" if standing == "not_on_file" else "in_force" if is_in_force else "not_in_force"
    own = [document, *([newer] if newer else [])]
    cited = dict.fromkeys([*(cite(each, turn, phrases) for each in own), *citations])
    replies.say(
        f"utter_policy_lookup_{key}",
        "policy",
        sources=Sources(tuple(cited), tuple(facts)),
        cards=[_card(document, _CARD_STANDINGS[standing])],
        buttons=buttons,
        policy=name_policy(document, turn, phrases),
        payer=document.payer_name,
        day=say_day(turn.day),
        standing=_word_standing(turn, document, phrases),
        statement=phrases.join([phrases.join(parts), words], separator="\n\n"),
    )


def say_out_of_scope(turn: Turn, document: PolicyDocument, replies: Replies, phrases: Phrases) -> bool:
    """Says for whom it is, and asks for the state where that is not known; True where it asks."""
    if turn.plan and document.payer != turn.plan.payer:
        # Not even its source: a member reads nothing of another payer's.
        replies.say("utter_policy_lookup_other_payer", "handoff_offered", plan_name=turn.plan.name)
        return False
    is_asked = turn.state is None
    replies.say(
        "utter_policy_lookup_which_state" if is_asked else "utter_policy_lookup_other_state",
        "ask" if is_asked else "handoff_offered",
        sources=Sources((cite(document, turn, phrases),)),
        awaiting=("state", "text") if is_asked else None,
        policy=name_policy(document, turn, phrases),
        payer=document.payer_name,
        states=phrases.list_of(say_state(state) for state in document.states),
        state_name=say_state(turn.state or ""),
    )
    return is_asked


def ask_state_of_edition(turn: Turn, document: PolicyDocument, replies: Replies, phrases: Phrases) -> None:
    """Asks for the state, because one edition rules in some states and another in the others."""
    replies.say(
        "utter_policy_lookup_which_edition",
        "ask",
        sources=Sources((cite(document, turn, phrases),)),
        awaiting=("state", "text"),
        policy=name_policy(document, turn, phrases),
        payer=document.payer_name,
        day=say_day(turn.day),
    )


def key_of(document: PolicyDocument) -> str:
    """What the next question finds it by: its number or, where it has none, its document's id."""
    return normalise_number(document.number) or document.id


def name_policy(document: PolicyDocument, turn: Turn, phrases: Phrases) -> str:
    """Title and number. A text names no product or disease first, so there the number stands for the title."""
    if hides_title(document, turn):
        return document.number or phrases.say("utter_policy_lookup_part_untitled")
    return f"{document.title} ({document.number})" if document.number else document.title


def cite(document: PolicyDocument, turn: Turn, phrases: Phrases) -> Citation:
    """The document as a source, without its title where that may not stand in a text."""
    return hide_title(document.citation(), document, turn, phrases)


def hide_title(citation: Citation, document: PolicyDocument, turn: Turn, phrases: Phrases) -> Citation:
    """The same source, without its title where that may not stand in a text."""
    if not hides_title(document, turn):
        return citation
    return replace(citation, document=str(phrases.say("utter_policy_lookup_part_untitled")))


def hides_title(document: PolicyDocument, turn: Turn) -> bool:
    """True on a phone for a title that says more than the class of these therapies, and that the member did not."""
    is_hidden = turn.channel is Channel.SMS and is_specific(document.title)
    return is_hidden and not names_title(turn.text, document.title)


def _say_states(document: PolicyDocument, editions: Editions, day: date, phrases: Phrases) -> str:
    """For which states it is, without those in which another edition took its place, and where that one rules."""
    taken = {state for other in editions.elsewhere for state in other.states}
    ruled = {state for other in editions.elsewhere if other.in_force_on(day) for state in other.states}
    states = phrases.list_of(say_state(state) for state in document.states if state not in taken)
    others = [state for state in document.states if state in ruled]
    told = phrases.say("utter_policy_lookup_part_states", states=states) if states else ""
    if not (told and others):
        return told
    elsewhere = phrases.list_of(say_state(state) for state in others)
    return phrases.join([told, phrases.say("utter_policy_lookup_part_states_elsewhere", states=elsewhere)])


def _word_standing(turn: Turn, document: PolicyDocument, phrases: Phrases) -> str:
    standing = standing_on(document, turn.day)
    if standing == "not_on_file":
        return ""
    tense = "past" if turn.day < turn.today else "now" if turn.day == turn.today else "later"
    return phrases.say(f"utter_policy_lookup_part_{standing}_{tense}")


def _has_ruled(document: PolicyDocument, day: date) -> bool:
    """True from its first day on, also where it has ended since: the earlier edition does not come back."""
    return document.in_force_from <= day and not document.is_never_spoken


def _order(document: PolicyDocument) -> tuple[date, int]:
    return (document.in_force_from, document.sequence)


def _card(document: PolicyDocument, standing: str) -> dict[str, object]:
    days = {
        "issued_on": document.issued_on,
        "effective_on": document.effective_on,
        "revised_on": document.revised_on,
        "archived_on": document.archived_on,
        "read_on": document.read_on,
    }
    card: dict[str, object] = {
        "kind": "policy",
        "title": document.title,
        "number": document.number,
        "payer": document.payer_name,
        "standing": standing,
        "states": list(document.states),
        "version": document.version,
        **{name: day.isoformat() for name, day in days.items() if day},
        "url": document.url,
    }
    return {name: value for name, value in card.items() if value}
