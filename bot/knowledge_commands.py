"""The operator's verbs on documents: which are on file, what differs, and from which day is one spoken or no more?"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from bot import knowledge_comparison as comparison
from bot import knowledge_terminal as terminal
from bot.conversations.spoken_store import Spoken, find_spoken
from bot.database import Database, StoreUnavailable
from bot.database.migrate import is_current
from bot.document_days import say_beginning, say_day
from bot.failures import OperatorError
from bot.settings import read_settings
from knowledge.importing import is_content_loaded
from knowledge.policies.days import check_activation, check_retirement
from knowledge.policies.holdings import AmbiguousDocument, NoDraft
from knowledge.policies.leaning import read_frames
from knowledge.policies.ledger import (
    Comparison,
    Ledger,
    NothingToArchive,
    first_day,
    plan_activation,
    plan_archive,
)
from knowledge.policies.model import (
    ActivationTooEarly,
    AlreadyInForce,
    DayHasPassed,
    EndedByThen,
    HasEnded,
    InForceToday,
    RetiredBeforeForce,
    VersionId,
    VersionNotFound,
)

_DAY_FORMATS = ("%Y-%m-%d", "%m/%d/%Y")
_NAME = "the id of a version or of a document, or the payer's number"


class KnowledgeCommandFailed(OperatorError):
    """A verb on documents could not do its work; nothing was changed."""


def add_verbs(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `list`, `show`, `diff`, `activate` and `archive` to the parser of `gene-guide knowledge`."""
    listed = group.add_parser("list", help="show the documents, their versions and how these stand today")
    listed.add_argument("--payer", help="only the documents of this payer")
    listed.add_argument("--all", action="store_true", help="also what was withdrawn")
    listed.add_argument("--history", action="store_true", help="who imported, activated and archived what, and when")
    listed.set_defaults(command=_command(_list))

    shown = group.add_parser("show", help="show one version whole: the one in force, else the newest")
    shown.add_argument("name", help=_NAME)
    shown.add_argument("--on", type=parse_day, metavar="DATE", help="the one in force on that day")
    shown.set_defaults(command=_command(_show))

    diff = group.add_parser("diff", help="show what differs between two versions, and what leans on it")
    diff.add_argument("older", help=f"{_NAME}; alone: its version in force and its newest")
    diff.add_argument("newer", nargs="?", help=_NAME)
    diff.set_defaults(command=_command(_diff))

    activate = group.add_parser("activate", help="let a draft be spoken from a day on")
    activate.set_defaults(command=_command(_activate))
    archive = group.add_parser("archive", help="let a version or a document be spoken no more from a day on")
    archive.set_defaults(command=_command(_archive))
    for verb in (activate, archive):
        verb.add_argument("name", help=_NAME)
        default = "today, or its own day if that is later" if verb is activate else "tomorrow"
        days = verb.add_mutually_exclusive_group()
        days.add_argument("--on", type=parse_day, metavar="DATE", help=f"YYYY-MM-DD or MM/DD/YYYY; default: {default}")
        if verb is archive:
            days.add_argument("--at-once", action="store_true", help="in the course of today; kept as that")
        verb.add_argument("--yes", action="store_true", help="ask for no confirmation")
        verb.add_argument("--by", default=login_name(), help="who does it, for the history (default: %(default)s)")


def parse_day(text: str) -> date:
    """A day written 2026-05-01 or 05/01/2026. Raises ArgumentTypeError."""
    for layout in _DAY_FORMATS:
        try:
            return datetime.strptime(text, layout).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise argparse.ArgumentTypeError(f"{text!r} is no day; write it 2026-05-01 or 05/01/2026")


def login_name() -> str:
    """The operator's name on this machine; the number of the account where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"account {os.getuid()}"


def _command(work: Callable[[Ledger, Database, argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        with _open_ledger() as (ledger, database):
            try:
                work(ledger, database, options)
            except tuple(_SENTENCES) as error:
                raise KnowledgeCommandFailed(f"Nothing was changed: {_explain(error)}") from None
        return 0

    return run


@contextmanager
def _open_ledger() -> Iterator[tuple[Ledger, Database]]:
    from bot.app import open_database, prepare_database
    from bot.core import utc_now

    database = open_database(read_settings())
    try:
        # All that is shipped is read before it is loaded; a look at the ledger need not wait for that.
        if not (database.read_now(is_current) and is_content_loaded(database)):
            prepare_database(database)
        yield Ledger(database, utc_now), database
    finally:
        database.engine.dispose()


def _list(ledger: Ledger, database: Database, options: argparse.Namespace) -> None:
    holdings = ledger.look()
    payers = {document.version_id: document.payer for document in holdings.versions}
    if options.history:
        events = [event for event in ledger.list_events() if options.payer in (None, payers.get(event.version))]
        print(terminal.show_history(events) if events else "Nothing was imported, activated or archived yet.")
        return
    versions = [
        document
        for document in holdings.versions
        if options.payer in (None, document.payer) and (options.all or not document.is_withdrawn)
    ]
    print(terminal.show_list(holdings, versions) if versions else "There is no such document on file.")


def _show(ledger: Ledger, database: Database, options: argparse.Namespace) -> None:
    holdings = ledger.look()
    document = holdings.choose(options.name, options.on)
    record, arrival = ledger.get_record(document.version_id), ledger.find_arrival(document.version_id)
    events = [event for event in ledger.list_events() if event.version == document.version_id]
    history = terminal.show_history(events) if events else ""
    print(terminal.show_version(holdings, document, record, arrival, history))


def _diff(ledger: Ledger, database: Database, options: argparse.Namespace) -> None:
    holdings = ledger.look()
    older = holdings.choose(options.older)
    newer = holdings.choose(options.newer) if options.newer else holdings.newest(holdings.find_document(options.older))
    found = _compare(ledger, older.version_id, newer.version_id)
    print(comparison.show_comparison(found, _find_spoken(database, found)))


def _activate(ledger: Ledger, database: Database, options: argparse.Namespace) -> None:
    holdings = ledger.look()
    document = holdings.choose_draft(options.name)
    on = options.on or first_day(holdings, document)
    was_stopped = document.version_id in holdings.stopped
    check_activation(document, on, holdings.today(document.payer), was_stopped=was_stopped)
    plan = plan_activation(holdings, document, on)
    print(terminal.show_activation(plan, holdings, ledger.get_record(document.version_id)))
    ended = {known.version_id for known in plan.ended if not known.is_cancelled}
    for version in sorted(ended | ({plan.predecessor.version_id} if plan.predecessor else set())):
        found = _compare(ledger, version, document.version_id)
        print(comparison.show_summary(found, _find_spoken(database, found)))
    _confirm("Activate it?", options)
    ledger.activate(document.version_id, on, by=options.by)
    print(f"Activated: {document.version_id}: {say_beginning(plan.document)}.")


def _archive(ledger: Ledger, database: Database, options: argparse.Namespace) -> None:
    holdings = ledger.look()
    endings = plan_archive(holdings, options.name, options.on, at_once=options.at_once)
    for ending in endings:
        today = holdings.today(ending.document.payer)
        check_retirement(ending.document, ending.on, today, at_once=ending.at_once)
    begun = [ending.document.version_id for ending in endings if not ending.is_cancelled]
    print(terminal.show_endings(endings, [fact for version in begun for fact in ledger.get_record(version).facts]))
    _confirm("Archive it?", options)
    ledger.archive(endings, by=options.by)
    done = ledger.look()
    for ending in endings:
        version = ending.document.version_id
        print(f"Archived: {version}: {terminal.say_standing(done, done.find_version(version))}.")


def _compare(ledger: Ledger, older: VersionId, newer: VersionId) -> Comparison:
    from bot.core import RESPONSES

    return ledger.compare(older, newer, read_frames(RESPONSES))


def _find_spoken(database: Database, found: Comparison) -> Spoken | None:
    leaning = found.leaning
    ids = {fact.id for fact in (*leaning.facts, *leaning.unsaid, *leaning.others)}
    try:
        return database.read_now(lambda connection: find_spoken(connection, ids))
    except StoreUnavailable:
        return None


def _confirm(question: str, options: argparse.Namespace) -> None:
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise KnowledgeCommandFailed("Nothing was changed: nobody can be asked here, so say --yes if it is right.")
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise KnowledgeCommandFailed("Nothing was changed.")


def _explain(error: Exception) -> str:
    days = [say_day(value) for value in error.args if isinstance(value, date)]
    if isinstance(error, RetiredBeforeForce) and not days:
        return "it is a draft, which is never spoken and needs no end."
    return _SENTENCES[type(error)].format(", ".join(map(str, error.args)), *days)


_SENTENCES: dict[type[Exception], str] = {
    VersionNotFound: "no version or document {} is on file. gene-guide knowledge list --all shows what is.",
    AmbiguousDocument: "that may mean several, name one: {}.",
    NoDraft: "{} has no draft. Import one, or name a version that has not begun yet.",
    NothingToArchive: "nothing of {} is in force then, or comes later.",
    AlreadyInForce: "it began on {1}, and what was in force on a day stays so. Import a new version instead.",
    DayHasPassed: "{1} has passed, and what was in force on a day stays so.",
    ActivationTooEarly: "the document itself takes effect on {1}, so it can begin on that day or later.",
    EndedByThen: "it has ended by then, on {1}.",
    HasEnded: "it began on {1} and ended on {2}, and what was in force on a day stays so. To use this text again, "
    "import it under another --id.",
    InForceToday: "it is in force today, and what is in force on a day stays so: let it end tomorrow (without --on), "
    "or say --at-once.",
    RetiredBeforeForce: "it begins on {1} and cannot end before; with that day (--on) it never comes into force.",
}
