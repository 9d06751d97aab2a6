"""When does the engine end? On a signal, and when the process that started it is gone."""

from __future__ import annotations

import os
import select
import signal
import stat
import threading
import time

_END_WITHIN_S = 5.0


def end_with_parent() -> None:
    """Ends this process when its standard input closes, if that is a pipe or a socket; by force if it hangs.

    The app starts the engine with a pipe that it never writes to: the pipe closes when the app ends, however it ends.
    A terminal or /dev/null as standard input means that nobody holds it.
    """
    mode = os.fstat(0).st_mode
    # What is closed from the start, as under some service managers, was never anybody's hold on us.
    held = (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)) and not select.select([0], [], [], 0)[0]
    if held:
        threading.Thread(target=_wait_for_the_end, name="parent-watch", daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    # Whoever would notice a process that hangs, and end it, is gone.
    time.sleep(_END_WITHIN_S)
    os.kill(os.getpid(), signal.SIGKILL)
