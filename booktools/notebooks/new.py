"""`make new SLUG=…`: lay out a chapter that the catalog lists; everything is red until written."""

from __future__ import annotations

import sys
from pathlib import Path

from booktools.notebooks.chapter import ROOT
from lossbook.catalog import Section, section

TEMPLATES = Path(__file__).with_name("templates")


def new(slug: str, root: Path = ROOT) -> int:
    """Write the files of a chapter from the templates; never touch a file that exists."""
    try:
        entry = section(slug)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    for template, name in destinations(entry).items():
        target = root / name
        if target.exists():
            print(f"{name}: 이미 있어 그대로 둡니다")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(filled(template, entry), encoding="utf-8")
        print(f"{name}: 새로 썼습니다")
    print(remaining(entry))
    return 0


def destinations(entry: Section) -> dict[str, str]:
    """Template and the path of what is made from it."""
    chapter = {
        "chapter.md": entry.path,
        "plots.py": f"lossbook/plots/{entry.module}.py",
        "formulas.py": f"tests/chapters/{entry.module}/formulas.py",
        "test_figures.py": f"tests/chapters/{entry.module}/test_figures.py",
    }
    if entry.functions[0] != entry.module:
        return chapter  # the section compares losses of other modules
    return chapter | {
        "module.py": f"lossbook/losses/{entry.module}.py",
        "test_losses.py": f"tests/losses/test_{entry.module}.py",
    }


def filled(template: str, entry: Section) -> str:
    text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    values = {
        "title": entry.title,
        "korean": entry.korean,
        "tag": entry.tag,
        "purpose": entry.purpose,
        "slug": entry.slug,
        "module": entry.module,
        "function": entry.functions[0],
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def remaining(entry: Section) -> str:
    return (
        "남은 일:\n"
        f"  1. _toc.yml에 {entry.path.removesuffix('.md')}를 넣습니다\n"
        "  2. 새 함수이면 lossbook/__init__.py에 더합니다\n"
        f"  3. TODO를 모두 채우고 make refresh CHAPTERS={entry.path}, make test를 실행합니다"
    )
