"""How long do 500 policies of 20 pages take to import? `python -m tests.benchmark.import_policies [--policies N]`.

One policy of 20 pages is printed by Chromium and becomes 500 by a number that is written on the first page of each.
All are read and stored as drafts in one call, as `gene-guide knowledge import FOLDER --yes` does.
"""

from __future__ import annotations

import argparse
import ctypes
import resource
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from playwright.sync_api import sync_playwright

from bot.database import Database
from bot.database.migrate import migrate
from knowledge.policies.drafting import Corrections
from knowledge.policies.importer import read_drafts, store_drafts
from knowledge.shipped.importer import load_content
from tests.browser.chromium import find_chromium

PAGES = 20
LIMIT_S = 120
_SECTIONS = (
    "Subject",
    "Background",
    "Criteria",
    "Policy",
    "Exceptions",
    "Monitoring",
    "Records",
    "Related",
    "Review",
    "Ends",
)
_SENTENCE = (
    "The plan looks at each request by the records that come with it and answers the office that sent it, and a nurse "
    "of the plan may call that office where a page is missing or a date cannot be read on the copy. "
)


def print_policy(folder: Path) -> bytes:
    """A PDF of about 20 pages: lettered sections with clauses, a table, a footer on each page."""
    parts = [
        "<h1>Medical Policy</h1><h2>Sample therapies</h2><table><tr><td>Effective date</td><td>05/01/2026</td></tr>"
    ]
    parts.append("<tr><td>Line of business</td><td>Marketplace</td></tr></table><p>CareSource, for members in Ohio</p>")
    for letter, title in zip("ABCDEFGHIJ", _SECTIONS, strict=True):
        parts.append(f"<h2>{letter}. {title}</h2><ol type='I'>")
        parts.extend(f"<li>{_SENTENCE * 3}</li>" for _ in range(26))
        parts.append("</ol>")
    page = folder / "policy.html"
    page.write_text(f"<meta charset='utf-8'><style>body{{font:12pt serif}}</style>{''.join(parts)}", encoding="utf-8")
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(page.as_uri())
        data = tab.pdf(
            format="Letter",
            display_header_footer=True,
            footer_template="<p style='font-size:8px'>CareSource <span class=pageNumber></span></p>",
        )
        browser.close()
    return data


def make_policies(folder: Path, count: int) -> int:
    """Writes `count` policies with numbers of their own; returns how many pages each has."""
    source = pdfium.PdfDocument(print_policy(folder))
    pages = min(len(source), PAGES)
    for number in range(count):
        document = pdfium.PdfDocument.new()
        document.import_pages(source, list(range(pages)))
        _write_number(document, number)
        document.save(folder / f"policy-{number:04}.pdf")
        document.close()
    source.close()
    return pages


def _write_number(document: pdfium.PdfDocument, number: int) -> None:
    page = document[0]
    text = pdfium_c.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", 11.0)
    signs = f"Policy number: MP-MM-{number:04}".encode("utf-16-le") + b"\0\0"
    pdfium_c.FPDFText_SetText(text, ctypes.cast(signs, ctypes.POINTER(ctypes.c_ushort)))
    pdfium_c.FPDFPageObj_Transform(text, 1, 0, 0, 1, 60, page.get_height() - 24)
    pdfium_c.FPDFPage_InsertObject(page.raw, text)
    pdfium_c.FPDFPage_GenerateContent(page.raw)
    page.close()


def measure(folder: Path, count: int) -> tuple[int, float, float]:
    """Imports the policies into an empty SQLite database; returns the stored drafts, seconds to read and to store."""
    database = Database.open(f"sqlite:///{folder / 'benchmark.sqlite'}")
    migrate(database.engine)
    load_content(database)
    now = datetime.now(timezone.utc)
    begun = time.perf_counter()
    drafts = read_drafts(database, sorted(folder.glob("policy-*.pdf")), Corrections(), now=now)
    read = time.perf_counter()
    report = store_drafts(database, drafts, now=now, by="benchmark")
    stored = time.perf_counter()
    database.engine.dispose()
    if report.added != count:
        raise SystemExit(f"{report.added} of {count} policies were stored")
    return report.added, read - begun, stored - read


def _processor_s() -> float:
    """Processor time of this process and of the reading processes that have ended, in seconds."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def main() -> None:
    """Makes the policies, imports them, and says how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, default=500)
    count = parser.parse_args().policies
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = make_policies(folder, count)
        before = _processor_s()
        stored, reading_s, storing_s = measure(folder, count)
        used_s = _processor_s() - before
    whole = reading_s + storing_s
    sys.stdout.write(
        f"{stored} policies of {pages} pages: {whole:.1f} s (read {reading_s:.1f}, stored {storing_s:.1f}), "
        f"{1000 * whole / (stored * pages):.1f} ms a page; the limit for 500 is {LIMIT_S} s; "
        f"{1000 * used_s / (stored * pages):.1f} ms of processor time a page\n"
    )


if __name__ == "__main__":
    main()
