"""What on file answers a question that fits no topic? The best passage, as what its document says, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rasa_sdk.events import EventType

from actions.definitions import find_own_facts, say_term
from actions.form_steps import ask_plan
from actions.own_text import OwnText
from actions.phrases import Phrases
from actions.policy_lookup import AnswerPolicyLookup
from actions.policy_match import POLICIES, build_matcher
from actions.policy_request import names_section
from actions.policy_standing import cite, hides_title, name_policy
from actions.policy_text import name_section
from actions.quotes import find_quote
from actions.replies import Button, Replies, Sources
from actions.said import say_fact, say_passage
from actions.services import ActionServices
from actions.spoken import say_day
from actions.therapy_info import AnswerTherapyInfo
from actions.therapy_parts import field_of
from actions.topic_action import TopicAction
from actions.topic_answers import keep_place
from actions.turn_context import Turn
from knowledge.policies.model import Fact, Passage, PolicyDocument, Scope
from knowledge.search.model import Hit, HitKind, SearchResult
from knowledge.therapies.model import Term

# What the question is called while it waits for the plan. No client sees it.
FREE_QUESTION = "free_question"
# Another hit is worth a button from this likelihood on.
_LIKELY = 0.2
_MOST_CHOICES = 2
# One or two words that are on file nowhere are rather a slip than a question.
_QUESTION_ASKS_FOR = 2


class AnswerFreeQuestion(TopicAction):
    """Answers from what is in force for the member's plan; payer-neutral sources alone where no plan is known."""

    topic = FREE_QUESTION

    def __init__(
        self, services: ActionServices, phrases: Phrases, info: AnswerTherapyInfo, policy: AnswerPolicyLookup
    ) -> None:
        super().__init__(services, phrases)
        self._info = info
        self._policy = policy
        self._own_text = OwnText(services, phrases)

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The question that waited for the plan."""
        question = turn.slots.waiting_question or ""
        events = await self.try_answer(replace(turn, text=question), replies, may_ask_plan=False)
        if events is None:
            replies.about(None).say("utter_free_question_unknown", "handoff_offered")
        return events or []

    async def try_answer(
        self, turn: Turn, replies: Replies, *, may_ask_plan: bool = True, may_say_unknown: bool = True
    ) -> list[EventType] | None:
        """Answers, asks for the plan that the answer hangs on, or says that nothing is on file.

        None, and nothing is said, where the message may not even have been a question, or nothing answers it and that
        is not to be said.
        """
        if not turn.text.strip() or turn.text.lstrip().startswith("/"):
            return None
        if turn.slots.policy_number and turn.slots.last_topic == self._policy.topic and names_section(turn.text):
            # "And section C?" goes on about the policy that was told of.
            return await self._policy.respond(turn, replies.about(self._policy.topic))
        result = await self._find(turn, turn.scope)
        if result.is_confident:
            return await self._tell(result, turn, replies)
        if result.asks_for >= _QUESTION_ASKS_FOR and (told := await self._own_text.tell_freely(turn, replies)):
            return told
        if may_ask_plan and await self._some_plan_answers(turn):
            return ask_plan(turn, FREE_QUESTION)
        if result.asks_for < _QUESTION_ASKS_FOR or not may_say_unknown:
            return None
        replies.about(None).say("utter_free_question_unknown", "handoff_offered")
        return []

    async def tell_if_found(
        self, turn: Turn, replies: Replies, *, at_least: float | None = None
    ) -> list[EventType] | None:
        """Answers a question that its topic has no fact for; None, and nothing is said, where nothing answers it.

        `at_least` is the likelihood from which a hit is told, where the search's own judgement is not to decide.
        """
        if not turn.text.strip() or turn.text.lstrip().startswith("/"):
            return None
        result = await self._find(turn, turn.scope)
        is_found = result.is_confident if at_least is None else any(hit.score >= at_least for hit in result.hits[:1])
        if is_found:
            return await self._tell(result, turn, replies)
        if result.asks_for < _QUESTION_ASKS_FOR:
            return None
        return await self._own_text.tell_freely(turn, replies, is_literal=True)

    async def tell_own_text(
        self, topic: str, turn: Turn, day: date, facts: Sequence[Fact], replies: Replies
    ) -> list[EventType] | None:
        """Answers a topic from a policy of the plan that nobody has put into our words; see `OwnText.tell`."""
        return await self._own_text.tell(topic, turn, day, facts, replies)

    async def _find(self, turn: Turn, scope: Scope) -> SearchResult:
        """What was found but for the policies on something else than the product or condition that is asked about.

        Where one of those was the best, what came behind it was not judged as an answer, and is none.
        """
        result = await self.services.search.find(turn.text, scope, turn.day)
        matcher = await build_matcher(turn.about, self.services, turn.text)
        hits = tuple(hit for hit in result.hits if hit.document is None or not matcher.is_of_another(hit.document))
        return replace(result, hits=hits, is_confident=result.is_confident and hits[:1] == result.hits[:1])

    async def _some_plan_answers(self, turn: Turn) -> bool:
        """True where the plan is not known, and one of those on file has an answer."""
        if turn.plan is not None or turn.plan_is_unknown or turn.record_is_late:
            return False
        for plan in await self.services.policies.list_plans():
            result = await self._find(turn, plan.scope(turn.state))
            if result.is_confident and result.hits[0].document and result.hits[0].document.payer == plan.payer:
                return True
        return False

    async def _tell(self, result: SearchResult, turn: Turn, replies: Replies) -> list[EventType]:
        best, topic = result.hits[0], result.hits[0].topic
        if best.kind in (HitKind.THERAPY, HitKind.CONDITION):
            named = replace(turn, entities={best.kind.value: (best.id,)})
            return await self._info.respond(named, replies.about(self._info.topic))
        if isinstance(best.source, Term) and (own := await find_own_facts(best.source, turn, self.services.policies)):
            return say_term(best.source, own, turn, topic, self.phrases, replies.about(topic))
        policy = best.document if best.document and best.document.kind in POLICIES else None
        if policy and hides_title(policy, turn):
            cited = Sources((cite(policy, turn, self.phrases),))
            replies.about(self._policy.topic).say("utter_policy_lookup_not_texted", "handoff_offered", sources=cited)
            return keep_place(self._policy.topic, turn)
        said = await self._say_quote(best, turn) if best.is_quote else self._say(best, turn)
        facts = (best.source,) if isinstance(best.source, Fact) else ()
        sources = Sources.of(facts) if facts else Sources((best.citation,))
        replies.about(topic).say(
            "utter_free_question_answer",
            "answer",
            sources=sources,
            buttons=self._choices(result),
            as_of=turn.day,
            statement=self.phrases.join([self._say_which_day(turn, isinstance(best.source, Term)), *said]),
        )
        return keep_place(topic, turn)

    def _say(self, hit: Hit, turn: Turn) -> list[str]:
        """Whose words they are, and the words."""
        source = hit.source
        if isinstance(source, Term):
            term, definition = field_of(source, "term"), field_of(source, "definition")
            return [self.phrases.say("utter_free_question_part_term", term=term), definition]
        if hit.document is None:
            raise ValueError(f"{hit.kind.value} without a document")
        where, whose = self._say_whose(hit.document, turn)
        if isinstance(source, Fact):
            return [self.phrases.say(f"utter_free_question_part_fact_{where}", **whose), say_fact(source)]
        if not isinstance(source, Passage):
            raise ValueError(f"{hit.kind.value} has no words of its own")
        said = say_passage(source, excerpt=hit.excerpt)
        return [self.phrases.say(f"utter_free_question_part_passage_{where}", **whose), said]

    def _say_whose(self, document: PolicyDocument, turn: Turn) -> tuple[str, dict[str, str]]:
        """Which frame it takes, and what that one says of the document."""
        is_policy = document.kind in POLICIES or (document.number and document.payer)
        whose = {"payer": document.payer_name, "policy": name_policy(document, turn, self.phrases)}
        return ("policy", whose) if is_policy else ("page", {"payer": document.payer_name})

    async def _say_quote(self, hit: Hit, turn: Turn) -> list[str]:
        """The payer's own words with the heading over them; of a part that may not stand alone only where it stands."""
        passage, document = hit.source, hit.document
        if document is None or not isinstance(passage, Passage):
            raise ValueError(f"{hit.kind.value} has no words of a payer")
        where, whose = self._say_whose(document, turn)
        place = name_section(passage)
        passages = await self.services.policies.list_passages(passage.version)
        excerpt = find_quote(passage, hit.excerpt, passages, turn.text)
        if excerpt is None:
            return [self.phrases.say(f"utter_free_question_part_section_{where}", section=place, **whose)]
        quote = say_passage(passage, of_payer=True, excerpt=excerpt)
        return [
            self.phrases.say(f"utter_free_question_part_quote_{where}", quote=quote, **whose),
            self.phrases.say("utter_free_question_part_from", section=place),
        ]

    def _say_which_day(self, turn: Turn, is_term: bool) -> str:
        if turn.day == turn.today or is_term:
            # What a word means has no day.
            return ""
        key = "utter_part_on_past_day" if turn.day < turn.today else "utter_part_on_later_day"
        return self.phrases.say(key, day=say_day(turn.day))

    def _choices(self, result: SearchResult) -> list[Button]:
        """The topics of the other hits, as buttons."""
        topics = [hit.topic for hit in result.hits[1:] if hit.score >= _LIKELY and hit.topic != result.hits[0].topic]
        names = list(dict.fromkeys(topics))[:_MOST_CHOICES]
        return [Button(self.phrases.say(f"utter_free_question_part_topic_{name}"), f"/{name}") for name in names]
