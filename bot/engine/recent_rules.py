"""Which rule fits, without looking at more of the dialogue, and at more rules, than could make a difference?"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_State = Mapping[str, Any]
_Found = tuple[str | None, str | None, bool]
# Of a rule's last step: the action before it and the intent; None where the rule leaves it open.
_Ending = tuple[str | None, str | None]


class RecentRules(RulePolicy):
    """Rasa's RulePolicy with the same answers: what cannot change an answer is left out.

    A rule is compared with as many states as it has steps, so no more than the longest rule's are made. A rule whose
    last step names another action or intent than the last state can never fit, so it is not tried. Where every rule
    that follows a message names its intent, none fits a message's mere text, so that question is not asked.
    """

    _reach: int
    _endings: dict[str, dict[_Ending, list[str]]]
    _text_may_fit: bool

    @classmethod
    def of(cls, policy: RulePolicy) -> RecentRules:
        """The loaded policy's rules, learned and stored by Rasa."""
        recent: RecentRules = copy.copy(policy)
        recent.__class__ = cls
        rules = {name: policy.lookup.get(name, {}) for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)}
        steps = [json.loads(key) for keys in rules.values() for key in keys]
        recent._reach = max(map(len, steps), default=1)
        recent._endings = {name: _by_ending(keys) for name, keys in rules.items()}
        recent._text_may_fit = any(_ending(each) == (ACTION_LISTEN_NAME, None) for each in steps)
        return recent

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> _Found:
        if use_text_for_last_user_input and not self._text_may_fit:
            return None, None, False
        found: _Found = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        return found

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[_State]:
        applied = tracker.applied_events()
        passed_over = sum(type(event) is ActionExecuted for event in applied) + 1 - self._reach
        states, prior = [], tracker.init_copy()
        for event in applied:
            # Each action was decided on in a state: that of everything before it.
            if type(event) is ActionExecuted:
                if passed_over <= 0:
                    states.append(domain.get_active_state(prior))
                passed_over -= 1
            prior.update(event)
        states.append(domain.get_active_state(prior))
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def _get_possible_keys(self, lookup: Mapping[str, str], states: list[_State]) -> set[str]:
        endings = self._endings[RULES if lookup is self.lookup[RULES] else RULES_FOR_LOOP_UNHAPPY_PATH]
        action, intent = _ending(states)
        # Where a dialogue begins without an action, Rasa looks at no intent either.
        alike = {(action, intent), (action, None), (None, intent), (None, None)} if action else endings
        keys = [key for ending in alike for key in endings.get(ending, ())]
        for turn_index, state in enumerate(reversed(states)):
            keys = [key for key in keys if self._is_rule_applicable(key, turn_index, state)]
        return set(keys)

    @staticmethod
    def format_tracker_states(states: list[_State]) -> str:
        """Nothing: Rasa writes the states for its debug log, whether anybody reads it or not."""
        return ""


# Events name the policy that the model was trained with.
RecentRules.__name__ = RulePolicy.__name__


def _by_ending(keys: Iterable[str]) -> dict[_Ending, list[str]]:
    endings: dict[_Ending, list[str]] = defaultdict(list)
    for key in keys:
        endings[_ending(json.loads(key))].append(key)
    return dict(endings)


def _ending(states: list[_State]) -> _Ending:
    last: _State = states[-1] if states else {}
    return (last.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME), (last.get(USER) or {}).get(INTENT)
