"""What is killed in turn, and how does it come back? The engine, the app and PostgreSQL of one running product."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import psycopg

from bot.http.ports import free_port
from tests.benchmark.processes import find_child
from tests.benchmark.systems import Postgres, start_postgres
from tests.failures.breaking import Postgres as BreakablePostgres
from tests.failures.engine_door import end_family, find_engine
from tests.product import RunningProduct, launch_product, wait_until_ready

# A database server that is restarted by its supervisor is away for a moment.
_POSTGRES_AWAY_S = 1.0
_ENDS_WITHIN_S = 60.0
PARTS = APP, ENGINE, POSTGRES = "gateway and actions", "engine", "PostgreSQL"
_DATABASE = "soak"


class World:
    """The product on a PostgreSQL that writes everything through; whoever is killed is started again, as by a
    supervisor: the engine by the app, the app and PostgreSQL by us."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._postgres: Postgres = start_postgres()
        with psycopg.connect(self._postgres.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_DATABASE}")
        self._server = BreakablePostgres(self._postgres.address, _DATABASE)
        self._port = free_port()
        self._lives = 0
        self.product = self._start_product()

    @property
    def base_url(self) -> str:
        return self.product.base_url

    @property
    def database_url(self) -> str:
        return self._server.url

    def list_parts(self) -> dict[str, int]:
        """The first process of each part that serves now. Raises LookupError, psutil.Error while one is away."""
        app = self.product.process.pid
        return {APP: app, ENGINE: find_child(app, "bot.engine"), POSTGRES: self._postgres.find_pid()}

    def kill_engine(self) -> None:
        """The engine is gone at once; the app brings another."""
        find_engine(self.product).kill()

    def kill_app(self) -> None:
        """The app is gone at once, and its engine ends by itself; then both are started again."""
        engine = find_engine(self.product)
        os.kill(self.product.process.pid, signal.SIGKILL)
        self.product.process.wait()
        psutil.wait_procs([engine], timeout=_ENDS_WITHIN_S)
        assert not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE, "the engine outlived its app"
        self.product = self._start_product()

    def kill_postgres(self) -> None:
        """Every process of PostgreSQL is gone at once; a moment later it is started again."""
        with self._server.killed():
            time.sleep(_POSTGRES_AWAY_S)

    def close(self) -> None:
        """Ends everything."""
        end_family(self.product)
        self._postgres.stop()

    def _start_product(self) -> RunningProduct:
        self._lives += 1
        folder = self._folder / f"life-{self._lives}"
        return wait_until_ready(launch_product(folder, port=self._port, database_url=self._server.url))
