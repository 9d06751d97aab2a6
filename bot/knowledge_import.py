"""What does `gene-guide knowledge import` do? Shows what was read of a payer's file, asks, and stores it as a draft."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from bot.database import Database
from bot.failures import OperatorError
from bot.knowledge_commands import login_name, parse_day
from bot.knowledge_terminal import show_list
from bot.printable import printable
from bot.settings import read_settings
from knowledge.plan_calendar import DEFAULT_TIME_ZONE, today
from knowledge.policies.drafting import ALL, Corrections
from knowledge.policies.files import read_document
from knowledge.policies.importer import READ_SUFFIXES, YAML_SUFFIXES, Draft, Standing, read_drafts, store_drafts
from knowledge.policies.ledger_store import look
from knowledge.policies.model import DocumentKind, PolicyDocument

_KINDS = [kind.value for kind in DocumentKind if kind is not DocumentKind.PUBLIC_SOURCE]
# What is said of one document alone.
_OF_ONE = ("number", "title", "effective_on", "url", "id")
_OF_EACH = ("payer", "kind", "line_of_business", "states")
_MOST_SHOWN_WHOLE = 3
_MOST_SECTIONS = 60
_EXCERPT = 60
_NOT_FOUND = "not found"


class ImportFailed(OperatorError):
    """Nothing was stored."""


def add_import(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `import` to the parser of `gene-guide knowledge`."""
    verb = group.add_parser("import", help="read policies (PDF, HTML, Markdown, text, reviewed YAML); all or nothing")
    # Made absolute at once: commands run in the project's folder.
    verb.add_argument("files", nargs="+", type=lambda text: Path(text).absolute(), metavar="FILE", help="or a folder")
    verb.add_argument("--yes", action="store_true", help="store without asking")
    verb.add_argument("--payer", help="the payer's id, as in the plans")
    verb.add_argument("--number", help="the payer's number of the policy")
    verb.add_argument("--title")
    verb.add_argument("--kind", choices=_KINDS)
    verb.add_argument("--line-of-business", type=_several, default=(), metavar="A,B", help=f"or {ALL}")
    verb.add_argument("--states", type=_several, default=(), metavar="OH,IN", help=f"two letters each, or {ALL}")
    verb.add_argument("--effective-on", type=parse_day, metavar="DATE")
    verb.add_argument("--url", help="where the document stands; needed where it has no number")
    verb.add_argument("--id", help="the document's id; one on file: this is a version of it")
    verb.add_argument("--by", default=login_name(), help="who does it, for the history (default: %(default)s)")
    verb.set_defaults(command=run_import)


def run_import(options: argparse.Namespace) -> int:
    """Runs the command. Raises ImportFailed, StoreUnavailable."""
    from bot.app import open_database, prepare_database
    from bot.core import utc_now

    files = _find_files(options.files)
    database = open_database(read_settings())
    try:
        prepare_database(database)
        if all(path.suffix.lower() in YAML_SUFFIXES for path in files):
            _import_reviewed(database, files, options, utc_now())
        elif any(path.suffix.lower() in YAML_SUFFIXES for path in files):
            raise ImportFailed("Reviewed YAML files are stored without asking: bring them in by a call of their own.")
        else:
            _import_read(database, files, options, utc_now())
    finally:
        database.engine.dispose()
    return 0


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _find_files(named: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in READ_SUFFIXES and file.is_file())
            if not inside:
                raise ImportFailed(f"There is no policy in the folder {path.name}: none of {', '.join(READ_SUFFIXES)}.")
            files.extend(inside)
        elif path.is_file():
            files.append(path)
        else:
            raise ImportFailed(f"There is no file {path.name} where you said.")
    return list(dict.fromkeys(files))


def _import_reviewed(database: Database, files: Sequence[Path], options: argparse.Namespace, now: datetime) -> None:
    from knowledge.importing import ImportRefused, import_file

    if len(files) > 1:
        raise ImportFailed("Reviewed YAML files are in force at once, so bring them in one by one.")
    if any(getattr(options, name) for name in (*_OF_ONE, *_OF_EACH)):
        raise ImportFailed("A reviewed YAML file says all of itself: change it there, not by options.")
    (path,) = files
    try:
        report = import_file(database, "knowledge", path, now=now, by=options.by)
    except ImportRefused as error:
        raise ImportFailed(f"{path.name} was not imported, nothing was changed: {error}") from None
    print(printable(f"{path.name}: {report.added} added, {report.updated} updated, {report.unchanged} unchanged."))
    # In force without a question, so at least it is seen from which day on, and what ended by it.
    holdings = database.read_now(lambda connection: look(connection, now))
    print(show_list(holdings, holdings.find_document(read_document(path).document.id)))


def _import_read(database: Database, files: Sequence[Path], options: argparse.Namespace, now: datetime) -> None:
    from knowledge.importing import ImportRefused

    if len(files) > 1 and any(getattr(options, name) for name in _OF_ONE):
        raise ImportFailed("--number, --title, --effective-on, --url and --id are said of one file: name one.")
    said = Corrections(
        payer=options.payer,
        number=options.number,
        title=options.title,
        kind=DocumentKind(options.kind) if options.kind else None,
        lines_of_business=options.line_of_business,
        states=options.states,
        effective_on=options.effective_on,
        url=options.url,
        id=options.id,
    )
    try:
        drafts = read_drafts(database, files, said, now=now)
    except ImportRefused as error:
        raise ImportFailed(f"Nothing was stored: {error}.") from None
    is_short = len(drafts) > _MOST_SHOWN_WHOLE
    lines = (line for draft in drafts for line in (_in_one_line(draft) if is_short else show_draft(draft)))
    print("\n".join(map(printable, lines)))
    fresh = [draft for draft in drafts if draft.standing is not Standing.STORED]
    if not fresh:
        print("Nothing was stored: all of it is stored already.")
        return
    _confirm(len(fresh), options)
    try:
        report = store_drafts(database, drafts, now=now, by=options.by)
    except ImportRefused as error:
        raise ImportFailed(f"Nothing was stored: {error}.") from None
    print(f"Stored as drafts: {report.added + report.updated}. Stored already: {report.unchanged}.")
    print("Nothing of them is spoken before it is activated. Next:")
    for draft in fresh:
        print(f"  {next_command(draft.record.document, today(DEFAULT_TIME_ZONE, now))}")


def _confirm(count: int, options: argparse.Namespace) -> None:
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise ImportFailed("Nothing was stored: nobody can be asked here, so say --yes if what was read is right.")
    try:
        answer = input(f"Store {'this' if count == 1 else f'these {count}'}? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise ImportFailed("Nothing was stored.")


def next_command(document: PolicyDocument, first_day: date) -> str:
    """The command that lets the draft be spoken from its first day on, or from today where that has passed."""
    begins = max(document.effective_on or first_day, first_day)
    return f"gene-guide knowledge activate {document.version_id} --on {begins.isoformat()}"


def show_draft(draft: Draft) -> Iterator[str]:
    """What was read of a file, line by line: the fields, the passages with their first words, what to look at."""
    document, read = draft.record.document, draft.read
    yield f"{draft.file}: {draft.standing.value}, {document.version_id}"
    for name, value in (
        ("payer", f"{document.payer_name} ({document.payer})"),
        ("number", document.number),
        ("title", document.title),
        ("type", document.kind.value.replace("_", " ")),
        ("lines of business", ", ".join(document.lines_of_business) or "all of them"),
        ("states", ", ".join(document.states) or "all of its payer's"),
        ("version", document.version),
        ("issued on", _say(document.issued_on)),
        ("effective on", _say(document.effective_on)),
        ("revised on", _say(document.revised_on)),
        ("archived on", _say(document.archived_on)),
        ("address", document.url),
        ("definitions", _counted([definition.term for definition in read.definitions])),
        ("history", f"{len(read.history)} rows" if read.history else None),
        ("references", str(len(read.references)) if read.references else None),
    ):
        yield f"  {name:<18} {value or _NOT_FOUND}"
    yield f"  {'passages':<18} {len(read.passages)}"
    for passage in read.passages[:_MOST_SECTIONS]:
        name = f"{passage.section:<10} " if passage.section != passage.heading else ""
        yield f'    {name}{passage.heading}: "{_shorten(passage.text)}" ({len(passage.text)} characters)'
    if len(read.passages) > _MOST_SECTIONS:
        yield f"    and {len(read.passages) - _MOST_SECTIONS} more"
    yield "  understood:"
    yield from (f"    - {line}" for line in read.understood)
    if draft.doubts:
        yield "  please look again:"
        yield from (f"    - {line}" for line in draft.doubts)


def _in_one_line(draft: Draft) -> Iterator[str]:
    document = draft.record.document
    yield (
        f"{draft.file}: {draft.standing.value}, {document.version_id}: {_shorten(document.title)}; "
        f"effective {_say(document.effective_on) or _NOT_FOUND}; {len(draft.read.passages)} passages; "
        f"to look at again: {len(draft.doubts)}"
    )


def _say(day: date | None) -> str | None:
    return f"{day:%m/%d/%Y}" if day else None


def _counted(names: Sequence[str]) -> str | None:
    return f"{len(names)}: {_shorten(', '.join(names), 90)}" if names else None


def _shorten(text: str, longest: int = _EXCERPT) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 3] + "..."
