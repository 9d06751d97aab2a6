"""How is the model trained, and when? When it is missing or its data changed; into place only when it is whole."""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import re
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.engine.model_files import (
    ModelNotUnpacked,
    ModelUnusable,
    earlier_models,
    is_whole,
    trained_model,
)

# The product's model takes 10 MB in the folder for temporary files and 5 MB in each of the others; with much to spare.
_ROOM = 64 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Rasa keeps what it trained before here, with an index in SQLite, whose refusals are these.
_CACHE = ".rasa"
_SQLITE_REFUSALS = {"database or disk is full": errno.ENOSPC, "disk I/O error": errno.EIO}
_UNFINISHED = ".training-"
_ABANDONED_AFTER_S = 3600.0
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Rasa says this of every domain that has slots.
_SAID_ALWAYS = "Slot auto-fill has been removed"
_COMPONENT = re.compile(r"(?P<verb>Starting to train|Restored) component '(?P<name>\w+)'")


class TrainingFailed(Exception):
    """No model came out; the message is one sentence for whoever edited the data."""


def train_if_needed(root: Path, models: Path, say: Callable[[str], None]) -> Path:
    """Returns the model of the project under `root`, trained now if it is not there yet. Raises TrainingFailed.

    `say` gets a line for every step. Nothing in `models` changes unless a whole, loadable model came out; one that is
    damaged counts as not there, and stays for whoever wants to see it until then.
    """
    if models.is_file():
        raise TrainingFailed(f"{models} is a file; training needs a folder to put the model in.")
    for needed in ("config.yml", "domain.yml", "data"):
        if not (root / needed).exists():
            raise TrainingFailed(f"There is no {needed} in {root.resolve()}.")
    try:
        model = trained_model(models, root)
        if model.is_file() and is_whole(model):
            say("The model is up to date:")
        else:
            _make(root, model, say)
    except (ModelUnusable, ModelNotUnpacked) as error:
        raise TrainingFailed(str(error)) from error
    except OSError as error:
        raise TrainingFailed(_describe(error, models)) from error
    return model


def _make(root: Path, model: Path, say: Callable[[str], None]) -> None:
    started = time.monotonic()
    reason = "it is damaged" if model.exists() else "it is missing or its data changed"
    say(f"Training the model, because {reason} ...")
    model.parent.mkdir(parents=True, exist_ok=True)
    _check_room((model.parent, Path(), Path(tempfile.gettempdir())))
    _remove_abandoned(model.parent)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=model.parent) as folder:
        made = Path(folder) / model.name
        with _warnings(say):
            _train(root, made, say)
            say("  checking that it loads")
            # Here and not above: it takes seconds, and an up-to-date model needs none of it.
            from bot.engine.loading import load_agent

            load_agent(made)
        _write_out(made)
        made.replace(model)
    for earlier in earlier_models(model.parent, model):
        earlier.unlink(missing_ok=True)
    say(f"The model was trained in {time.monotonic() - started:.0f} s:")


def _remove_abandoned(models: Path) -> None:
    """Removes what trainings left that were killed; one that goes on now is younger."""
    for folder in models.glob(f"{_UNFINISHED}*"):
        if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(folder, ignore_errors=True)


def _check_room(folders: Sequence[Path]) -> None:
    """Raises OSError before a minute of work that would come to nothing."""
    for folder in folders:
        if shutil.disk_usage(folder).free < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.resolve()))


def _write_out(model: Path) -> None:
    """Waits until the file is on the disk: a name must never stand for half a model, not even after a power cut."""
    with model.open("rb") as file:
        os.fsync(file.fileno())


def _describe(error: OSError, models: Path) -> str:
    reason = error.strerror or str(error)
    if error.errno not in _FULL:
        return f"The model could not be written to {error.filename or models}: {reason}."
    where = f": {error.filename}" if error.filename else ""
    return (
        f"There is no room to train the model ({reason}{where}): free {_ROOM >> 20} MB in {models}, in {_CACHE} and in "
        f"{tempfile.gettempdir()}, and start again. Nothing that was trained before is lost."
    )


def _train(root: Path, model: Path, say: Callable[[str], None]) -> None:
    say("  starting Rasa")
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
    except (Exception, SystemExit) as error:
        if (refused := _find_refusal(error)) is not None:
            raise refused from error
        # Rasa ends the process on some mistakes in the data, having printed what they are.
        reason = output.getvalue() if isinstance(error, SystemExit) else str(_origin(error))
        raise TrainingFailed(f"The training stopped: {_first_line(reason)}") from error
    if result.code != 0 or not model.is_file():
        raise TrainingFailed(f"The training made no model: {_first_line(output.getvalue())}")


def _find_refusal(error: BaseException | None) -> OSError | None:
    """The disk's own refusal, which Rasa's graph and its cache wrap in errors of theirs."""
    if isinstance(error, OSError):
        return error
    while error is not None:
        # Others are met and handled on the way, such as that of a file that may be missing.
        if isinstance(error, OSError) and error.errno in _FULL:
            return error
        for said, number in _SQLITE_REFUSALS.items():
            if said in str(error):
                return OSError(number, said, _CACHE)
        error = error.__cause__ or error.__context__
    return None


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
