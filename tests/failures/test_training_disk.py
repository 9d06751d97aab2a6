"""The disk is full while the model is trained, or the model on it is damaged: a sentence, and nothing half done."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.product import ROOT

TRAIN = [str(ROOT / ".venv/engine/bin/python"), "-m", "bot.engine", "train"]
EARLIER = "gene-guide-earlier.tar.gz"
# As large a file as this training may write; its model takes 21,000 bytes.
LARGEST_FILE = 20 * 1024
# The training begins once it has looked whether there is room; then somebody else takes all of it.
_FILLED_MEANWHILE = """
mount -t tmpfs -o size={size} none models && cp ../{earlier} models/ || exit 99
( until [ -n "$(ls -d models/.training-* 2>/dev/null)" ]; do sleep 0.02; done
  cat /dev/zero > models/taken_by_others ) 2>/dev/null &
"$@"
status=$?
kill $! 2>/dev/null
ls -A models
cmp ../{earlier} models/{earlier} || exit 98
exit $status
"""


# A disk of its own for one process: root may have one as it is, anybody else in a user namespace.
_OWN_MOUNTS = ["unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user"))]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny project for the engine with the product's pipeline, and the model of an earlier training."""
    folder = tmp_path_factory.mktemp("project")
    tiny = folder / "tiny"
    shutil.copytree(ROOT / "tests/engine/project", tiny)
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, tiny / name)
    (tiny / "bot").symlink_to(ROOT / "bot")
    for name in ("__init__.py", "meaning"):
        (tiny / "knowledge" / name).symlink_to(ROOT / "knowledge" / name)
    (tiny / "models").mkdir()
    (folder / EARLIER).write_bytes(b"an earlier model")
    shutil.copy(folder / EARLIER, tiny / "models" / EARLIER)
    return tiny


@pytest.fixture(scope="module")
def model(project: Path) -> Path:
    """The model, trained when there was room again."""
    done = _run(TRAIN, project)
    assert done.returncode == 0, done.stderr
    (model,) = (project / "models").iterdir()
    return model


@pytest.mark.parametrize(("size", "was_trained"), [("80m", True), ("1m", False)])
def test_a_full_disk_is_one_sentence_and_the_earlier_model_stays(size: str, was_trained: bool, project: Path) -> None:
    script = _FILLED_MEANWHILE.format(size=size, earlier=EARLIER)
    done = _run([*_OWN_MOUNTS, "sh", "-c", script, "sh", *TRAIN], project)
    assert done.returncode == 1, done.stderr
    assert _is_told(done)
    # Without room from the start nobody waits for a training that would come to nothing.
    assert ("training RulePolicy" in done.stdout) == was_trained
    left = done.stdout.splitlines()[-2:] if was_trained else done.stdout.splitlines()[-1:]
    assert left == ([EARLIER, "taken_by_others"] if was_trained else [EARLIER])


def test_with_room_again_the_model_is_trained_and_takes_the_place_of_the_earlier_one(model: Path) -> None:
    assert model.name != EARLIER
    assert model.stat().st_size > LARGEST_FILE


def test_a_damaged_model_is_not_served_and_not_lost_when_it_cannot_be_trained_anew(project: Path, model: Path) -> None:
    damaged = model.read_bytes()[:-100]
    model.write_bytes(damaged)

    refused = _run(TRAIN, project, before=_limit_files)
    assert refused.returncode == 1
    assert "damaged" in refused.stdout
    assert _is_told(refused)
    assert [path.read_bytes() for path in model.parent.iterdir()] == [damaged]


def _run(
    command: list[str], project: Path, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, stdin=subprocess.DEVNULL, preexec_fn=before, timeout=300
    )


def _limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _is_told(done: subprocess.CompletedProcess[str]) -> bool:
    """The last line, which `gene-guide run` shows, says what to do."""
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    return "no room" in last and "free 64 MB in models" in last
