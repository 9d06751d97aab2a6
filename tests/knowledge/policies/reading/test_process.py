"""A hostile file ends in one sentence, and the next file is read as if nothing had been."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from knowledge.policies.reading.process import MAX_BYTES, DocumentUnreadable, PolicyReader, read_all
from knowledge.policies.reading.reader import read_document
from tests.knowledge.policies.reading.expected import DOCUMENTS, PAYERS

MEMORY_BYTES = 500_000_000
BOMB_BYTES = 450_000_000


@pytest.fixture(scope="module")
def reader() -> Iterator[PolicyReader]:
    with PolicyReader(PAYERS, seconds=60, memory_bytes=MEMORY_BYTES) as own:
        yield own


def make_pdf(content: bytes, *, encrypted: bool = False) -> bytes:
    """A PDF of one page that draws `content`, which is packed."""
    packed = zlib.compress(content, 1)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Filter/Standard/V 2/R 3/Length 128/P -44/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    locked = b"/Encrypt 6 0 R/ID[<01><01>]" if encrypted else b""
    return data + b"trailer<</Size 7/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (locked, table)


def blank_pdf(pages: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        document = pdfium.PdfDocument.new()
        for _ in range(pages):
            document.new_page(200, 200)
        document.save(path)

    return write


def contents(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 200_000_000)


BOMB = make_pdf(b"0" * BOMB_BYTES)
GOOD = (DOCUMENTS / "lettered.pdf").read_bytes()
# What the file is, and what its refusal names.
REFUSED: list[tuple[str, Callable[[Path], None], str]] = [
    ("empty.pdf", contents(b""), "empty"),
    ("spaces.txt", contents(b" \n\t\n"), "empty"),
    ("zeros.txt", contents(b"\0" * 900), "empty"),
    ("cut.pdf", contents(GOOD[: len(GOOD) // 3]), "broken"),
    ("noise.pdf", contents(b"%PDF-1.7\n" + bytes(range(256)) * 20), "broken"),
    ("locked.pdf", contents(make_pdf(b"BT ET", encrypted=True)), "password"),
    ("scan.pdf", blank_pdf(2), "searchable"),
    ("thousands.pdf", blank_pdf(1200), "1,200 pages"),
    ("picture.txt", contents(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9), "no text"),
    ("word.docx", contents(b"PK\x03\x04" + bytes(300)), "Word"),
    ("archive.txt", contents(b"\x1f\x8b" + bytes(range(1, 200))), "archive"),
    ("deep.html", contents(b"<html>" + b"<div>" * 100_000), "nested"),
    ("long.txt", contents(b"word " * 500_000), "more text"),
    ("bomb.pdf", contents(BOMB), "before its time"),
    ("words.pdf", contents(make_pdf(b"BT /F1 12 Tf " + b"(aaaa bbbb cccc) Tj " * 60_000 + b"ET")), "more text"),
    ("huge.pdf", sparse, "25 MB"),
    ("pipe.txt", os.mkfifo, "no file"),
    ("folder.pdf", Path.mkdir, "cannot be opened"),
]


@pytest.mark.parametrize(("name", "write", "named"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_a_hostile_file_is_refused_by_its_reason(
    reader: PolicyReader, tmp_path: Path, name: str, write: Callable[[Path], None], named: str
) -> None:
    path = tmp_path / name
    write(path)
    with pytest.raises(DocumentUnreadable, match=named) as refused:
        reader.read(path)
    assert str(refused.value).startswith(f"{name}: ")
    assert refused.value.code == "DOCUMENT_UNREADABLE"


def test_after_a_file_that_ended_the_process_the_next_is_read(reader: PolicyReader, tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(BOMB)
    with pytest.raises(DocumentUnreadable):
        reader.read(path)
    assert reader.read(DOCUMENTS / "numbered.pdf").number == "08.14.220"


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.txt"
    path.write_bytes(b"word " * 300_000)
    with PolicyReader(PAYERS, seconds=0.02) as hasty, pytest.raises(DocumentUnreadable, match="given up"):
        hasty.read(path)


def test_entities_of_a_page_are_neither_unfolded_nor_fetched(reader: PolicyReader, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine", encoding="utf-8")
    path = tmp_path / "page.html"
    path.write_text(
        f'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "{secret.as_uri()}">]>'
        "<html><body><h1>Sample</h1><p>Some words &b; &c; here.</p></body></html>",
        encoding="utf-8",
    )
    words = " ".join(passage.text for passage in reader.read(path).passages)
    assert "aaaa" not in words
    assert "secret of this" not in words


def test_a_name_shows_no_signs_of_its_own_on_a_terminal(reader: PolicyReader, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31mred\n.pdf"
    path.write_bytes(b"")
    with pytest.raises(DocumentUnreadable) as refused:
        reader.read(path)
    assert str(refused.value).isprintable()


def test_the_limit_is_one_of_bytes_and_not_of_a_name(reader: PolicyReader, tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(DocumentUnreadable, match="25 MB"):
        reader.read(path)


def test_many_files_are_told_in_their_order(tmp_path: Path) -> None:
    names = ["numbered.pdf", "lettered.html", "two_columns.pdf", "criteria_table.html"] * 5
    paths = [DOCUMENTS / name for name in names]
    (tmp_path / "none.txt").write_bytes(b"")
    paths.insert(7, tmp_path / "none.txt")
    found = read_all(paths, PAYERS)
    assert isinstance(found.pop(7), DocumentUnreadable)
    numbers = [read.number for read in found if not isinstance(read, DocumentUnreadable)]
    assert numbers == ["08.14.220", "CR-MM-0417", "CR-MM-0533", "LM-CC-0088"] * 5


def test_what_comes_back_from_the_process_is_the_reading(reader: PolicyReader) -> None:
    for path in sorted(DOCUMENTS.iterdir()):
        if path.suffix != ".yml":
            assert reader.read(path) == read_document(path.read_bytes(), path.suffix, PAYERS)


def test_the_process_can_open_nothing_and_knows_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GENE_GUIDE_ACTIONS_SECRET", "not for a reader")
    with PolicyReader(PAYERS, memory_bytes=MEMORY_BYTES) as own:
        own.read(DOCUMENTS / "numbered.html")
        folder = Path(f"/proc/{own.process_id}")
        limits = (folder / "limits").read_text(encoding="utf-8").splitlines()
        open_files = len(list((folder / "fd").iterdir()))
        environment = (folder / "environ").read_bytes()
    allowed = {line[:25].strip(): line[25:].split()[:2] for line in limits}
    assert allowed["Max open files"] == [str(open_files)] * 2
    assert allowed["Max file size"] == ["0", "0"]
    assert allowed["Max address space"] == [str(MEMORY_BYTES)] * 2
    assert b"GENE_GUIDE" not in environment
