"""The `gene-guide` command: which verbs there are, and what each prints when it can or cannot do its work."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timezone
from pathlib import Path

from bot.database import Database, StoreUnavailable
from bot.failures import OperatorError
from bot.knowledge_commands import add_verbs
from bot.knowledge_import import add_import
from bot.printable import printable
from bot.review_command import add_verb, take_labels, write_review
from bot.settings import Settings, read_settings

_PROJECT = Path(__file__).parents[1]
_STOPPED_BY_CTRL_C = 130
_READER_GONE = 141


class CommandFailed(OperatorError):
    """A command could not do its work."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status.

    0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C, 141 nobody reads what it prints.
    """
    options = _parser().parse_args(arguments)
    for name in ("file", "out", "add"):
        if isinstance(getattr(options, name, None), Path):
            setattr(options, name, getattr(options, name).absolute())
    # Paths in the settings are meant from the project's folder, wherever the command is called.
    os.chdir(_PROJECT)
    try:
        status = int(options.command(options) or 0)
        # A reader that went away is noticed here and not when the interpreter ends.
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # As other programs do where only the first lines were wanted: `gene-guide knowledge list | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _READER_GONE
    except OperatorError as error:
        return _refuse(str(error))
    except StoreUnavailable as error:
        return _refuse(f"The database cannot be used: {error}. Check GENE_GUIDE_DATABASE_URL and the disk.")
    except KeyboardInterrupt:
        return _STOPPED_BY_CTRL_C
    except OSError as error:
        return _refuse(f"The system refused: {error.strerror or type(error).__name__}.")


def _refuse(sentence: str) -> int:
    print(printable(sentence), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gene-guide", description="A health plan's assistant for questions about gene-based therapies."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="start everything on this machine")
    run.add_argument("--demo", action="store_true", default=None, help="fictional members; loopback only")
    run.add_argument("--host", help="address to listen on")
    run.add_argument("--port", type=int, help="port to listen on; 0 takes a free one")
    run.set_defaults(command=_run)

    for name, text in (("gateway", "start the gateway alone"), ("actions", "start the custom actions alone")):
        part = commands.add_parser(name, help=text)
        part.set_defaults(command=_run_part, part=name, demo=None, host=None, port=None)

    commands.add_parser("engine", help="start the engine alone").set_defaults(command=_run_engine)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(command=_migrate)

    for area, noun, layout in (
        ("members", "members", "CSV"),
        ("facilities", "facilities", "CSV"),
        ("knowledge", "documents and facts", "YAML"),
    ):
        group = commands.add_parser(area, help=f"bring in {noun}").add_subparsers(required=True, metavar="VERB")
        if area != "knowledge":
            verb = group.add_parser("import", help=f"read a {layout} file; all of it or nothing")
            verb.add_argument("file", type=Path)
            verb.set_defaults(command=_import, area=area)
        else:
            add_import(group)
            why = group.add_parser("why", help="show what a message relied on, and whether it comes out again")
            why.add_argument("message_id", help="as `Message.id` of the API has it")
            why.set_defaults(command=_explain)
            add_verbs(group)

    add_verb(commands).set_defaults(command=_review)

    coaches = commands.add_parser("coaches", help="who may sign in at the console")
    verbs = coaches.add_subparsers(required=True, metavar="VERB")
    add = verbs.add_parser("add", help="add a coach; the password is asked for, or read from standard input")
    add.add_argument("username")
    add.add_argument("--name", required=True, help='what members read, such as "Dana R., RN"')
    add.add_argument("--role", choices=("coach", "supervisor"), default="coach")
    password = verbs.add_parser("password", help="give a coach a new password")
    disable = verbs.add_parser("disable", help="let a coach sign in no more")
    enable = verbs.add_parser("enable", help="let a disabled coach sign in again")
    for verb in (password, disable, enable):
        verb.add_argument("username")
    shown = verbs.add_parser("list", help="show the coaches")
    for name, verb in (("add", add), ("password", password), ("disable", disable), ("enable", enable), ("list", shown)):
        verb.set_defaults(command=_coaches, verb=name)
    return parser


def _run(options: argparse.Namespace) -> int:
    # Imported here so that an import command does not load a web framework first.
    from bot.serving import run_everything

    settings = read_settings(demo=options.demo, host=options.host, port=options.port)
    return _run_loop(run_everything(settings))


def _run_part(options: argparse.Namespace) -> int:
    from bot.serving import run_actions, run_gateway

    settings = read_settings()
    return _run_loop(run_gateway(settings) if options.part == "gateway" else run_actions(settings))


def _run_loop(serving: Coroutine[object, object, int]) -> int:
    # The event loop that Rasa gives the engine: a turn takes 3 to 9 % less of the gateway's CPU than with asyncio's.
    import uvloop

    return uvloop.run(serving)


def _run_engine(options: argparse.Namespace) -> int:
    python = read_settings().engine_python
    if not python.exists():
        raise CommandFailed(f"There is no engine environment at {python}: set GENE_GUIDE_ENGINE_PYTHON to its Python.")
    os.execv(python, [str(python), "-m", "bot.engine", "serve"])  # noqa: S606 - our own program, no shell


def _migrate(options: argparse.Namespace) -> int:
    from bot.app import prepare_database

    report = _with_database(read_settings(), lambda database: prepare_database(database))
    print(report)
    return 0


def _import(options: argparse.Namespace) -> int:
    from bot.app import prepare_database
    from knowledge.importing import ImportRefused, import_file

    if not options.file.is_file():
        raise CommandFailed(f"There is no file {options.file.name} where you said.")

    def work(database: Database) -> str:
        prepare_database(database)
        report = import_file(database, options.area, options.file, now=datetime.now(timezone.utc))
        return f"{options.file.name}: {report.added} added, {report.updated} updated, {report.unchanged} unchanged."

    try:
        print(_with_database(read_settings(), work))
    except ImportRefused as error:
        raise CommandFailed(f"{options.file.name} was not imported, nothing was changed: {error}") from None
    return 0


def _explain(options: argparse.Namespace) -> int:
    from bot.core import utc_now
    from bot.knowledge_commands import login_name
    from bot.why_command import explain_message

    same = False

    def work(database: Database) -> str:
        nonlocal same
        why = explain_message(database, options.message_id, utc_now, by=login_name())
        same = why.is_same
        return why.text

    print(_with_database(read_settings(), work))
    return 0 if same else 1


def _review(options: argparse.Namespace) -> int:
    from bot.core import utc_now

    if options.add is not None:
        print(take_labels(options.add))
        return 0
    if options.out is None:
        raise CommandFailed(
            "Say where to write: gene-guide review --out FILE. It holds members' words, even if redacted."
        )

    def work(database: Database) -> str:
        return write_review(database, options.out, options.since, options.limit, utc_now())

    print(_with_database(read_settings(), work))
    return 0


def _coaches(options: argparse.Namespace) -> int:
    from bot.app import prepare_database
    from bot.console import accounts
    from bot.conversations.handoff import Role
    from bot.core import utc_now

    # Asked for before the database is opened: a person takes their time.
    password = _read_password() if options.verb in ("add", "password") else ""

    def work(database: Database) -> str:
        prepare_database(database)
        if options.verb == "add":
            role = Role(options.role)
            coach = accounts.add_coach(database, utc_now, options.username, options.name, role, password)
            return f"{coach.username} can sign in as {coach.name}."
        if options.verb == "password":
            accounts.set_password(database, utc_now, options.username, password)
            return f"{options.username} has a new password."
        if options.verb == "disable":
            accounts.disable(database, utc_now, options.username)
            return f"{options.username} can sign in no more."
        if options.verb == "enable":
            accounts.enable(database, utc_now, options.username)
            return f"{options.username} can sign in again."
        rows = []
        for coach in accounts.list_coaches(database, utc_now):
            standing = "disabled" if coach.disabled_at else "active"
            rows.append(f"{coach.username:<32} {coach.role.value:<10} {standing:<8} {coach.name}")
        return "\n".join(rows) or "There is no coach yet: gene-guide coaches add USERNAME --name NAME"

    print(_with_database(read_settings(), work))
    return 0


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("Once more: ") != password:
        raise CommandFailed("The two passwords are not the same; nothing was changed.")
    return password


def _with_database(settings: Settings, work: Callable[[Database], str]) -> str:
    from bot.app import open_database

    database = open_database(settings)
    try:
        return work(database)
    finally:
        database.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
