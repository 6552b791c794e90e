"""Subset the bundled Korean font to the characters that the built pages use."""

from __future__ import annotations

from pathlib import Path

from fontTools import subset
from sphinx.application import Sphinx

FONTS = Path(__file__).parents[2] / "lossbook" / "plots" / "fonts"
WEIGHTS = ("Regular", "Bold")


def subset_for_site(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    target = out / "_static" / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    used = used_characters(out)
    record = target / "characters.txt"
    if record.exists() and record.read_text(encoding="utf-8") == used:
        return
    for weight in WEIGHTS:
        write_subset(FONTS / f"Pretendard-{weight}.otf", target / f"Pretendard-{weight}.woff2", used)
    record.write_text(used, encoding="utf-8")


def used_characters(folder: Path) -> str:
    """Every printable character of the pages and of the interface's scripts, in code order."""
    files = [*folder.rglob("*.html"), folder / "searchindex.js"]
    texts = (file.read_text(encoding="utf-8") for file in files if file.exists())
    ascii_range = {chr(code) for code in range(0x20, 0x7F)}
    characters = ascii_range.union(*texts)
    return "".join(sorted(c for c in characters if c.isprintable()))


def write_subset(source: Path, target: Path, characters: str) -> None:
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "tnum", "calt"])
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)
