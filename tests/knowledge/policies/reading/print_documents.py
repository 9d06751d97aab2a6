"""How are the PDFs of these tests made? `python -m tests.knowledge.policies.reading.print_documents` prints them anew.

They are kept beside their sources, so that the tests read the same files everywhere.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find_chromium

DOCUMENTS = Path(__file__).parent / "documents"
_FOOT = (
    "<div style='font-size:6px;padding:0 30px'>The MEDICAL Policy Statement detailed above has received due "
    "consideration as defined in the MEDICAL Policy Statement Policy and is approved. "
    "<span class='pageNumber'></span></div>"
)
_HEAD = "<div style='font-size:6px;padding:0 30px'>{}</div>"
# A small page makes several of a short text.
_PRINTED = {
    "lettered": ("A5", "Inherited Nerve Disease Therapies - CR-MM-0417 - Effective Date: 07/01/2026"),
    "numbered": ("A5", "Lakeshore Mutual Clinical Guideline"),
    "two_columns": ("Letter", ""),
    "criteria_table": ("A5", ""),
    "flat_rows": ("Letter", ""),
}


def main() -> None:
    """Prints each document that has a PDF beside it."""
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        for name, (paper, head) in _PRINTED.items():
            page.goto((DOCUMENTS / f"{name}.html").as_uri())
            page.pdf(
                path=DOCUMENTS / f"{name}.pdf",
                format=paper,
                display_header_footer=bool(head),
                header_template=_HEAD.format(head),
                footer_template=_FOOT if name == "lettered" else _HEAD.format("<span class='pageNumber'></span>"),
                margin={"top": "60px", "bottom": "60px", "left": "40px", "right": "40px"},
            )
        browser.close()


if __name__ == "__main__":
    main()
