"""How is the model trained, and when? When it is missing or its data changed; into place only when it is whole."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.engine.model_files import ModelUnusable, earlier_models, trained_model

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Rasa says this of every domain that has slots.
_SAID_ALWAYS = "Slot auto-fill has been removed"
_COMPONENT = re.compile(r"(?P<verb>Starting to train|Restored) component '(?P<name>\w+)'")


class TrainingFailed(Exception):
    """No model came out; the message is one sentence for whoever edited the data."""


def train_if_needed(root: Path, models: Path, say: Callable[[str], None]) -> Path:
    """Returns the model of the project under `root`, trained now if it is not there yet. Raises TrainingFailed.

    `say` gets a line for every step. Nothing in `models` changes unless a whole, loadable model came out.
    """
    if models.is_file():
        raise TrainingFailed(f"{models} is a file; training needs a folder to put the model in.")
    for needed in ("config.yml", "domain.yml", "data"):
        if not (root / needed).exists():
            raise TrainingFailed(f"There is no {needed} in {root.resolve()}.")
    try:
        model = trained_model(models, root)
        if model.is_file():
            say(f"The model is up to date: {model}")
            return model
        models.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        say("Training the model, because it is missing or its data changed ...")
        with tempfile.TemporaryDirectory(prefix=".training-", dir=models) as folder:
            with _warnings(say):
                _train(root, Path(folder) / model.name, say)
                say("  checking that it loads")
                _check(Path(folder) / model.name)
            (Path(folder) / model.name).replace(model)
        for earlier in earlier_models(models, model):
            earlier.unlink(missing_ok=True)
    except OSError as error:
        raise TrainingFailed(f"The model could not be written to {models}: {error.strerror or error}.") from error
    say(f"The model was trained in {time.monotonic() - started:.0f} s: {model}")
    return model


def _train(root: Path, model: Path, say: Callable[[str], None]) -> None:
    say("  starting Rasa")
    # Here and not above: it takes seconds, and an up-to-date model needs none of it.
    from rasa.model_training import train

    output = io.StringIO()
    try:
        with _progress(say), contextlib.redirect_stdout(output):
            result = train(
                domain=str(root / "domain.yml"),
                config=str(root / "config.yml"),
                training_files=[str(root / "data")],
                output=str(model.parent),
                fixed_model_name=model.name,
            )
    except OSError:
        raise
    except (Exception, SystemExit) as error:
        # Rasa ends the process on some mistakes in the data, having printed what they are.
        reason = output.getvalue() if isinstance(error, SystemExit) else str(_origin(error))
        raise TrainingFailed(f"The training stopped: {_first_line(reason)}") from error
    if result.code != 0 or not model.is_file():
        raise TrainingFailed(f"The training made no model: {_first_line(output.getvalue())}")


def _check(model: Path) -> None:
    from bot.engine.loading import load_agent

    try:
        load_agent(model)
    except ModelUnusable as error:
        raise TrainingFailed(str(error)) from error


def _origin(error: BaseException) -> BaseException:
    """What Rasa's graph wrapped: the mistake itself rather than the name of the node that met it."""
    while type(error).__module__.startswith("rasa.engine") and error.__cause__ is not None:
        error = error.__cause__
    return error


def _first_line(text: str) -> str:
    lines = [line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return lines[0] if lines else "Rasa gave no reason."


@contextlib.contextmanager
def _progress(say: Callable[[str], None]) -> Iterator[None]:
    """Turns Rasa's log lines about its components into lines for a person."""

    class Progress(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            match = _COMPONENT.search(record.getMessage())
            if match:
                say(f"  {'training' if match['verb'].startswith('Start') else 'unchanged:'} {match['name']}")

    logger = logging.getLogger("rasa.engine.training.hooks")
    handler, level = Progress(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


@contextlib.contextmanager
def _warnings(say: Callable[[str], None]) -> Iterator[None]:
    """Passes on what Rasa warns of in the project's data; libraries warn each other unheard."""

    def show(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        if category is UserWarning and "rasa" in Path(filename).parts and not str(message).startswith(_SAID_ALWAYS):
            say(f"  note: {_first_line(str(message))}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
