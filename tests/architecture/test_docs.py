"""The docs can't drift: what they list is compared with what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def test_operating_lists_every_setting_with_its_default() -> None:
    row = re.compile(r"^\| `GENE_GUIDE_(\w+)` \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
    documented = dict(row.findall(_read("docs/operating.md")))
    expected = {name.upper(): _shown(field.default) for name, field in Settings.model_fields.items()}
    assert {name: documented.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("*.md")), ids=lambda page: page.name
)
def test_links_between_the_docs_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md", "docs/contributing.md"])
def test_files_named_in_the_docs_exist(page: str) -> None:
    named = re.findall(r"`((?:bot|actions|knowledge|data|tests|docs|scripts)/[\w./-]+)`", _read(page))
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []


def test_every_decision_is_in_the_index() -> None:
    pages = {page.name for page in (ROOT / "docs/decisions").glob("0*.md")}
    assert pages == set(re.findall(r"\((0\d+[\w-]+\.md)\)", _read("docs/decisions/README.md")))


def _read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _shown(default: object) -> str:
    value = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text and default is not None else "empty"
