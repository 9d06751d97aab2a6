"""How is the engine started? `python -m bot.engine serve` takes turns, `python -m bot.engine train` makes the model."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from bot.engine.lifetime import end_with_parent
from bot.engine.logs import configure_logs
from bot.engine.model_files import ModelNotUnpacked, ModelUnusable, check_whole, find_model
from bot.engine.settings import SettingsError, read_model_path, read_settings
from bot.engine.training import TrainingFailed, train_if_needed

# Read by Rasa and what it loads, some of it while it is imported.
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # A message is too small to share between threads: on a busy machine they wait for each other.
    "OPENBLAS_NUM_THREADS": "1",
}

_INTERRUPTED = 130
# The app trains the model anew when its engine ends with this (`bot/engine_process.py`).
_MODEL_UNUSABLE = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; 0 when it did its work, 1 after one sentence on what is wrong, 3 if that is the model."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine", description=__doc__)
    parser.add_argument("command", choices=["serve", "train"])
    command = parser.parse_args(arguments).command
    os.environ.update(_QUIET)
    try:
        return _serve() if command == "serve" else _train()
    except ModelUnusable as error:
        return _fail(str(error), _MODEL_UNUSABLE)
    except (SettingsError, ModelNotUnpacked, TrainingFailed) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _INTERRUPTED


def _serve() -> int:
    settings = read_settings(os.environ)
    end_with_parent()
    configure_logs(settings.log_level)
    model = find_model(settings.model)
    check_whole(model)
    # Both before the first import of Rasa: what it does while it is imported cannot be undone.
    from bot.engine.light_start import leave_out_tensorflow

    leave_out_tensorflow(model)
    from bot.engine.serving import serve

    try:
        asyncio.run(serve(settings, model))
    except OSError as error:
        return _fail(f"The engine cannot listen on {settings.host}:{settings.port}: {error.strerror or 'no reason'}.")
    except ValueError as error:
        return _fail(f"The engine cannot start: {error}.")
    return 0


def _train() -> int:
    # What Rasa's progress bars and log lines would tell is told by `say`.
    os.environ["LOG_LEVEL"] = "ERROR"
    signal.signal(signal.SIGTERM, _stop)
    # What a training that failed left half open must say nothing after our sentence.
    sys.unraisablehook = lambda unraisable: None
    terminal = sys.stdout

    def say(line: str) -> None:
        terminal.write(line + "\n")
        terminal.flush()

    # The last line is the file alone, so that whoever started the training can serve just that.
    say(str(train_if_needed(Path(), read_model_path(os.environ), say)))
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    # So that the folder of the unfinished model is removed on the way out.
    raise KeyboardInterrupt


def _fail(sentence: str, status: int = 1) -> int:
    sys.stderr.write(sentence + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
