"""Is a trained model one that the engine can run: does it load, and does it have words for its own failures?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rasa.core.agent import Agent

from bot.engine.actions_endpoint import FAILURE_RESPONSE
from bot.engine.model_files import ModelNotUnpacked, ModelUnusable
from bot.engine.server import CHANNELS
from bot.engine.several import MORE_RESPONSE, REST_FAILED_RESPONSE, SILENCE_RESPONSE
from bot.engine.wording import Wording, WordingError


def load_agent(model: Path) -> Agent:
    """Loads the model. Raises ModelUnusable when it cannot be, or when it has no words for a failure.

    Raises ModelNotUnpacked, which says nothing against the model.
    """
    try:
        agent = Agent.load(model)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelNotUnpacked(
            f"The model {model} cannot be unpacked in {tempfile.gettempdir()} ({reason}): free some room there."
        ) from error
    except Exception as error:
        raise ModelUnusable(f"The model {model} cannot be loaded ({type(error).__name__}): train it anew.") from error
    for key in (SILENCE_RESPONSE, FAILURE_RESPONSE, MORE_RESPONSE, REST_FAILED_RESPONSE):
        for channel in CHANNELS:
            try:
                Wording(agent.domain.responses).word(key, channel, {})
            except WordingError as error:
                raise ModelUnusable(f"The responses lack a usable {key} ({error.code}).") from None
    return agent
