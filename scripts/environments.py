"""Which Python environments the project needs, and how they come to be: `.venv/app` and `.venv/engine`.

    python3 scripts/environments.py app engine        what `make run` needs
    python3 scripts/environments.py test engine-test  what `make test` needs

Runs on any Python 3 with the standard library alone. An environment is made once and again only when its lock
file changes. Every failure ends in one sentence and a non-zero exit.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, "var", "log")

ENGINE_VERSIONS = ("3.10",)  # the only one of Rasa 3.6.21's interpreters that still has its pinned wheels
APP_VERSIONS = ("3.12", "3.13", "3.11", "3.10")

# name: (folder, lock files, interpreter versions by preference, gigabytes that it takes, what it is)
ENVIRONMENTS = {
    "app": (".venv/app", ("app.txt", "minilm.txt"), APP_VERSIONS, 1.0, "the app environment"),
    "test": (".venv/app", ("test.txt", "minilm.txt"), APP_VERSIONS, 1.5, "the app environment with the test tools"),
    "engine": (".venv/engine", ("engine.txt", "minilm.txt"), ENGINE_VERSIONS, 3.5, "the engine environment"),
    "engine-test": (
        ".venv/engine",
        ("engine.txt", "minilm.txt", "engine-test.txt"),
        ENGINE_VERSIONS,
        3.5,
        "the engine environment with the test tools",
    ),
}


class SetupFailed(Exception):
    """Setting up cannot go on; the message is one sentence for the person at the keyboard."""


def main(names):
    try:
        for name in names:
            make_environment(name)
    except SetupFailed as error:
        print("\n%s" % error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; run the same command again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        print("\nSetting up failed: %s." % (error.strerror or error), file=sys.stderr)
        return 1
    return 0


def make_environment(name):
    """Creates the environment or brings it up to its lock files; does nothing when it is there already."""
    folder, locks, versions, gigabytes, title = ENVIRONMENTS[name]
    target = os.path.join(ROOT, folder)
    stamp = os.path.join(target, ".locks")
    wanted = [digest_of(lock) for lock in locks]
    if stamped(stamp, wanted):
        return
    existing = python_of(target) if os.path.exists(python_of(target)) else None
    if existing is None or version_of(existing) not in versions:
        interpreter = find_interpreter(versions, title)
        check_space(gigabytes, title)
        shutil.rmtree(target, ignore_errors=True)
        print("Making %s with %s ..." % (title, interpreter), flush=True)
        run([interpreter, "-m", "venv", target], name, "Python could not make %s" % title)
    elif os.path.exists(stamp):
        os.remove(stamp)
    for lock in locks:
        install(python_of(target), lock, name, title)
    if "app" in folder:
        # The `gene-guide` command. No build isolation: the build uses the locked setuptools and fetches nothing.
        run(
            [
                python_of(target),
                "-m",
                "pip",
                "install",
                "-q",
                "--no-deps",
                "--no-build-isolation",
                "-e",
                ROOT,
            ],
            name,
            "The gene-guide command could not be installed",
        )
    with open(stamp, "w") as file:
        file.write("\n".join(wanted) + "\n")


def install(python, lock, name, title):
    print(
        "Installing %s from requirements/%s; the first time takes a few minutes ..." % (title, lock),
        flush=True,
    )
    started = time.time()
    path = os.path.join(ROOT, "requirements", lock)
    run(
        [
            python,
            "-m",
            "pip",
            "install",
            "-q",
            "--progress-bar",
            "off",
            "--require-hashes",
            "--no-deps",
            "-r",
            path,
        ],
        name,
        "The packages in requirements/%s could not be installed" % lock,
    )
    print("  done in %.0f s" % (time.time() - started), flush=True)


def find_interpreter(versions, title):
    """Returns the first candidate that really runs and has a wanted version; a shim on PATH may do neither."""
    for version in versions:
        for candidate in candidates(version):
            if version_of(candidate) == version:
                return candidate
    fetched = fetch_interpreter(versions[0])
    if fetched:
        return fetched
    raise SetupFailed(
        "No Python %s that runs was found for %s: install it (for example `uv python install %s` or "
        "`pyenv install %s`) or name one in GENE_GUIDE_PYTHON_%s."
        % (" or ".join(versions), title, versions[0], versions[0], versions[0].replace(".", "_"))
    )


def fetch_interpreter(version):
    """Fetches a CPython with uv, which comes from its own lock file where it is not there; None when it can't be."""
    uv = shutil.which("uv")
    try:
        if uv is None:
            folder = os.path.join(ROOT, ".venv", "uv")
            uv = os.path.join(folder, "bin", "uv")
            if not os.path.exists(uv):
                print("Looking for a Python %s to fetch ..." % version, flush=True)
                run([sys.executable, "-m", "venv", folder], "uv", "Python could not make an environment for uv")
                install(python_of(folder), "uv.txt", "uv", "uv, which fetches interpreters,")
        print("Fetching Python %s with uv ..." % version, flush=True)
        run([uv, "python", "install", version], "uv", "uv could not fetch Python %s" % version)
    except SetupFailed as error:
        print("  %s" % error, flush=True)
        return None
    found = subprocess.run([uv, "python", "find", version], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    candidate = found.stdout.decode().strip()
    return candidate if candidate and version_of(candidate) == version else None


def candidates(version):
    """Where a Python of this version may be: a setting, PATH, this interpreter, pyenv, uv, the usual folders."""
    explicit = os.environ.get("GENE_GUIDE_PYTHON_" + version.replace(".", "_"))
    if explicit:
        yield explicit
    on_path = shutil.which("python" + version)
    if on_path:
        yield on_path
    yield sys.executable
    home = os.path.expanduser("~")
    pyenv = os.path.join(os.environ.get("PYENV_ROOT", os.path.join(home, ".pyenv")), "versions")
    data = os.environ.get("XDG_DATA_HOME", os.path.join(home, ".local", "share"))
    uv = os.environ.get("UV_PYTHON_INSTALL_DIR", os.path.join(data, "uv", "python"))
    for folder, prefix in ((pyenv, version), (uv, "cpython-" + version)):
        if os.path.isdir(folder):
            for entry in sorted(os.listdir(folder), reverse=True):
                if entry == prefix or entry.startswith((prefix + ".", prefix + "-")):
                    yield os.path.join(folder, entry, "bin", "python" + version)
    for folder in ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"):
        yield os.path.join(folder, "python" + version)


def version_of(python):
    """Runs the interpreter and returns its version such as "3.10"; None when it does not run or lacks venv."""
    probe = "import sys, venv, ensurepip, ssl, sqlite3; print('%d.%d' % sys.version_info[:2])"
    try:
        found = subprocess.run(
            [python, "-I", "-c", probe], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.decode().strip() if found.returncode == 0 else None


def check_space(gigabytes, title):
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < gigabytes:
        raise SetupFailed(
            "%s needs %.1f GB of disk, and only %.1f GB are free: make room and run the command again."
            % (title[0].upper() + title[1:], gigabytes, free)
        )


def run(command, name, failure):
    """Runs quietly with the output in a log; raises SetupFailed with the last line that says why."""
    os.makedirs(LOGS, exist_ok=True)
    log = os.path.join(LOGS, "setup-%s.log" % name)
    with open(log, "ab") as file:
        start = file.tell()
        file.write(("\n$ %s\n" % " ".join(command)).encode())
        file.flush()
        if subprocess.call(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT) == 0:
            return
    with open(log, errors="replace") as file:
        file.seek(start)
        lines = [line.strip() for line in file if line.strip()]
    reasons = [line for line in lines if line.lower().startswith(("error", "oserror"))] or lines
    raise SetupFailed("%s: %s (all of it in %s)." % (failure, reasons[-1][:300], os.path.relpath(log, ROOT)))


def python_of(environment):
    return os.path.join(environment, "bin", "python")


def digest_of(lock):
    with open(os.path.join(ROOT, "requirements", lock), "rb") as file:
        return "%s %s" % (lock, hashlib.sha256(file.read()).hexdigest())


def stamped(stamp, wanted):
    """True when every wanted lock is installed; an environment may hold more than is wanted."""
    if not os.path.exists(stamp):
        return False
    with open(stamp) as file:
        present = file.read().split("\n")
    if digest_of("test.txt") in present:
        # The test lock is the app lock and more: an environment made for the tests serves the app as well.
        present.append(digest_of("app.txt"))
    return all(line in present for line in wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["app", "engine"]))
