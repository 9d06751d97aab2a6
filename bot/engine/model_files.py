"""Where does the trained model lie, and is it the one that the project's data makes?"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

_PREFIX = "gene-guide-"
_SUFFIX = ".tar.gz"
_AT_A_TIME = 1 << 20
# What an example goes through until it is learned.
_LEARNING = ("importer.py", "said_after.py", "softmax.py", "topic_model.py", "topics.py")


class ModelUnusable(Exception):
    """There is no model, or it cannot be used; the message is one sentence for the operator."""


class ModelNotUnpacked(Exception):
    """The disk refused what a model needs to be loaded; the message is one sentence for the operator."""


def find_model(path: Path, root: Path = Path()) -> Path:
    """The model file itself, or of a folder the one that the project under `root` makes: training checked it.

    Where that is not there, as where a model was brought without its project, the newest. Raises ModelUnusable.
    """
    if path.is_file():
        return path
    if (made := trained_model(path, root)).is_file():
        return made
    newest = sorted(path.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime) if path.is_dir() else []
    if not newest:
        raise ModelUnusable(f"There is no trained model in {path}: run `python -m bot.engine train`.")
    return newest[-1]


def check_whole(model: Path) -> None:
    """Raises ModelUnusable for a file that cannot be unpacked to its end."""
    if not is_whole(model):
        raise ModelUnusable(
            f"The model {model} is damaged (cut short, or changed on the disk): delete it and train it anew "
            "with `python -m bot.engine train`."
        )


def is_whole(model: Path) -> bool:
    """True when all of the file can be unpacked: one that was cut short or changed on the disk cannot."""
    try:
        with gzip.open(model) as archive:
            unpacked = 0
            while content := archive.read(_AT_A_TIME):
                unpacked += len(content)
    except (OSError, EOFError, zlib.error):
        return False
    # An empty file unpacks to nothing.
    return unpacked > 0


def trained_model(folder: Path, root: Path) -> Path:
    """The file that training the project under `root` makes; its name tells the data, so it may or may not exist."""
    return folder / f"{_PREFIX}{data_digest(root)[:16]}{_SUFFIX}"


def earlier_models(folder: Path, current: Path) -> Iterator[Path]:
    """The files of earlier trainings of ours; what else lies in the folder is somebody's own."""
    return (file for file in folder.glob(f"{_PREFIX}*{_SUFFIX}") if file != current)


def data_digest(root: Path) -> str:
    """A digest of everything that a model is made of: settings, examples, rules, wording, names, components, Rasa."""
    digest = hashlib.sha256(version("rasa").encode())
    for file in _ingredients(root):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    here = Path(__file__).parent
    for module in [*sorted(here.glob("entities/*.py")), *(here / name for name in _LEARNING)]:
        digest.update(module.read_bytes())
    return digest.hexdigest()


def _ingredients(root: Path) -> Iterator[Path]:
    yield from (root / name for name in ("config.yml", "domain.yml") if (root / name).is_file())
    for folder in ("data", "knowledge/content"):
        yield from sorted(file for file in (root / folder).rglob("*.yml") if file.is_file())
