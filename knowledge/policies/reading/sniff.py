"""What is in a file, whatever its name says, and in which encoding is its text?"""

from __future__ import annotations

import codecs
import re
import unicodedata

from knowledge.policies.reading.blocks import TICKED, UNTICKED
from knowledge.policies.reading.model import Format, Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252", "mac-roman", "koi8-r", "koi8-u",
    *(f"cp125{number}" for number in range(9)),
    *(f"iso8859-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
)  # fmt: skip
_OTHERS = (
    (b"PK\x03\x04", "is a Word file, another Office file or an archive: save it as PDF first"),
    (b"\xd0\xcf\x11\xe0", "is an old Office file: save it as PDF first"),
    (b"{\\rtf", "is an RTF file: save it as PDF first"),
    (b"\x1f\x8b", "is an archive: unpack it first"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
# Of a payer's policy 2 million characters are 800 pages.
_MAX_CHARACTERS = 2_000_000
_MOST_ODD = 0.02
# What shows as nothing, or turns the direction of what follows: no reader would see it.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# Other writings of the same sign, and the places that symbol fonts give to a box.
_SAME = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\u00a0": " ", "\u2011": "-"}
    | dict.fromkeys("☑✅🗹\uf0fe\uf0fd\uf052\uf053\uf054", TICKED)
    | dict.fromkeys("□❏❐\uf0a8\uf06f\uf071\uf0a3\uf030", UNTICKED)
)


def load_encodings() -> None:
    """Loads what decodes every encoding that a document may have; where no file can be opened that is too late."""
    for name in _ENCODINGS:
        codecs.lookup(name)


def find_format(data: bytes) -> Format:
    """What the content is. Raises Unreadable for what is neither PDF, HTML nor text, or is empty."""
    if not data.strip(b" \t\r\n\x00"):
        raise Unreadable("the file is empty")
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    for beginning, reason in _OTHERS:
        if data.startswith(beginning):
            raise Unreadable(f"the file {reason}")
    start, _ = decode(data[:4096], whole=False)
    return Format.HTML if _HTML.match(start) else Format.TEXT


def decode(data: bytes, *, whole: bool = True) -> tuple[str, str]:
    """The text and the name of its encoding; line ends are \\n. Raises Unreadable where it is no text."""
    encoding = _find_encoding(data)
    text = data.decode(encoding, errors="replace") if encoding else _decode_unknown(data, whole=whole)
    odd = sum(1 for sign in text if sign == "\ufffd" or (sign < " " and sign not in "\t\n\r\f\x0b"))
    if odd > max(4, _MOST_ODD * len(text)):
        raise Unreadable("the file is no text, HTML or PDF that can be read")
    if len(text) > _MAX_CHARACTERS:
        raise Unreadable("the file holds more text than a policy has (over 2 million characters)")
    if not encoding:
        encoding = "utf-8" if _is_utf8(data) else "windows-1252"
    return clean(text.replace("\r\n", "\n").replace("\r", "\n")), encoding


def clean(text: str) -> str:
    """The text without signs that nobody sees, in one writing of accents and ligatures."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text.translate(_SAME)))


def _find_encoding(data: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[:2000]
    # UTF-16 without its mark: every second byte of English text is zero.
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(zeros) > 8 and zeros.count(0) > 0.7 * len(zeros):
            return encoding
    found = _CHARSET.search(head)
    if found and not _is_utf8(data):
        try:
            name = codecs.lookup(found[1].decode("ascii")).name
        except (LookupError, UnicodeDecodeError):
            return None
        # A page that says Latin-1 means Windows' own set, as browsers take it; and only sets of text count.
        name = "cp1252" if name in ("iso8859-1", "ascii") else name
        return name if name in _ENCODINGS else None
    return None


def _decode_unknown(data: bytes, *, whole: bool) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # The beginning of a file may end in the middle of a character.
        if not whole and error.start > len(data) - 4:
            return data[: error.start].decode("utf-8")
    return data.decode("windows-1252", errors="replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
