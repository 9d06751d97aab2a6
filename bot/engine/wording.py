"""How does a response key become the words of a reply? Strictly: a value that is missing is an error, never a gap."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from rasa.core.nlg.generator import ResponseVariationFilter as Variations
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

log = structlog.get_logger()

# A name in braces. What stands in a button's payload, `/inform{"plan": "x"}`, begins with a quote and is no name.
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Rasa asks for this one when no rule knows what to do, and is content when there is none.
_OPTIONAL_KEY = "utter_default"
# The field of a worded response that holds the template of its text and the values that went into it.
WORDED_FROM = "worded_from"


class WordingError(Exception):
    """A reply cannot be worded; carries the response key and the placeholder, no value."""

    def __init__(self, code: str, key: str, placeholder: str = "") -> None:
        super().__init__(code, key, placeholder)
        self.code = code
        self.key = key
        self.placeholder = placeholder


class Wording(TemplatedNaturalLanguageGenerator):
    """Words replies from the model's responses: the variant of the channel, else the one without a channel.

    Placeholders take the values that the action gave, else slots. A missing, empty or "None" value raises
    WordingError, and `on_failure` hears of it, because Rasa swallows what is raised inside an action. For the locale
    `es` a response `<key>_es` is preferred, where there is one.
    """

    def __init__(
        self,
        responses: Mapping[str, list[dict[str, Any]]] | None = None,
        on_failure: Callable[[WordingError], None] | None = None,
        *,
        locale: str | None = None,
        endpoint_config: Any = None,
        domain: Domain | None = None,
    ) -> None:
        # `endpoint_config` and `domain` are what Rasa builds the class with that endpoints.yml names, before it has
        # loaded a model; afterwards it sets this attribute.
        self.responses = responses if responses is not None else (domain.responses if domain else {})
        self._on_failure = on_failure
        self.speak(locale)

    def speak(self, language: str | None) -> None:
        """From now on words come in this language, where there are some; others than `es` are English."""
        self._suffix = "_es" if language == "es" else ""

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **values: Any
    ) -> dict[str, Any] | None:
        """The worded response, as Rasa's actions expect it. Raises WordingError."""
        return self.word(utter_action, output_channel, {**tracker.current_slot_values(), **values})

    def word(self, key: str, channel: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The same without a dialogue, for replies that the engine itself has to make."""
        try:
            return self._word(key, channel, values)
        except WordingError as error:
            # A key that nobody wrote may hold anything, a member's words included.
            known = key if key in self.responses else None
            log.error("engine.wording_failed", code=error.code, key=known, placeholder=error.placeholder)
            if self._on_failure is not None:
                self._on_failure(error)
            raise

    def _word(self, key: str, channel: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
        if key not in self.responses:
            if key == _OPTIONAL_KEY:
                return None
            raise WordingError("UNKNOWN_RESPONSE", key)
        source = key + self._suffix if key + self._suffix in self.responses else key
        variants = Variations(self.responses).responses_for_utter_action(source, channel, values)
        if not variants:
            raise WordingError("NO_VARIANT_FOR_CHANNEL", key)
        # One variant a key and channel, so that the same question gets the same words.
        worded: dict[str, Any] = copy.deepcopy(variants[0])
        template = worded.get("text", "")
        worded["text"] = _fill(template, values, key)
        # What the record keeps of a reply, so that it can be made again.
        used = {place: str(values[place]) for place in _PLACEHOLDER.findall(template)}
        worded[WORDED_FROM] = {"template": template, "values": used}
        if not worded["text"].strip():
            raise WordingError("EMPTY_TEXT", key)
        for button in worded.get("buttons") or ():
            button["title"] = _fill(button.get("title", ""), values, key)
            button["payload"] = _fill(button.get("payload", ""), values, key)
        return worded


def _fill(text: str, values: Mapping[str, Any], key: str) -> str:
    if "{{" in text:
        # Rasa's own way to write the braces of a payload.
        text = text.replace("{{", "{").replace("}}", "}")
    return _PLACEHOLDER.sub(lambda match: _value(match[1], values, key), text)


def _value(placeholder: str, values: Mapping[str, Any], key: str) -> str:
    value = values.get(placeholder)
    if value is None:
        raise WordingError("MISSING_VALUE", key, placeholder)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise WordingError("UNUSABLE_VALUE", key, placeholder)
    if not str(value).strip() or str(value).strip() == "None":
        raise WordingError("EMPTY_VALUE", key, placeholder)
    return str(value)
