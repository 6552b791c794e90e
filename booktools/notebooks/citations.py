"""References of the book: the files of `references/` as Markdown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

from booktools.notebooks.source import SourceError


@cache
def entries(bibliography: Path) -> dict[str, Entry]:
    """All entries of the folder; a key may stand in one file only."""
    found: dict[str, Entry] = {}
    for file in sorted(bibliography.glob("*.bib")):
        new = dict(parse_file(str(file)).entries)
        if twice := sorted(new.keys() & found.keys()):
            raise SourceError(f"references/{file.name}: {', '.join(twice)} also in another file")
        found |= new
    return found


def lookup(key: str, bibliography: Path, where: str) -> Entry:
    if key not in entries(bibliography):
        known = ", ".join(sorted(entries(bibliography)))
        raise SourceError(f"{where}: citation {key!r} is not in references/; known: {known}")
    return entries(bibliography)[key]


def plain(text: str) -> str:
    return str(Text.from_latex(text)).replace("--", "–")


def link(entry: Entry) -> str:
    fields = entry.fields
    if "doi" in fields:
        return f"https://doi.org/{fields['doi']}"
    if "eprint" in fields:
        return f"https://arxiv.org/abs/{fields['eprint']}"
    if "url" not in fields:
        raise SourceError(f"references/: {entry.key} has neither doi, eprint nor url; give one")
    return str(fields["url"])


def authors(entry: Entry) -> str:
    names = [plain(" ".join(person.last_names)) for person in entry.persons["author"]]
    if names[-1] == "others" or len(names) > 2:
        return f"{names[0]} 외"
    return "·".join(names)


def textual(entry: Entry) -> str:
    """``[Huber (1964)](https://doi.org/…)``."""
    return f"[{authors(entry)} ({entry.fields['year']})]({link(entry)})"


def parenthetical(entry: Entry) -> str:
    """``[Huber, 1964](https://doi.org/…)``, to stand between parentheses."""
    return f"[{authors(entry)}, {entry.fields['year']}]({link(entry)})"


def reference(entry: Entry) -> str:
    """One line of the list of references, with its DOI, arXiv number or address."""
    fields = entry.fields
    people = [
        "외" if str(person) == "others" else plain(" ".join(person.first_names + person.last_names))
        for person in entry.persons["author"]
    ]
    where = next((fields[name] for name in ("journal", "booktitle", "howpublished", "publisher")
                  if name in fields), "")  # fmt: skip
    volume = f" {fields['volume']}" if "volume" in fields else ""
    number = f"({fields['number']})" if "number" in fields else ""
    pages = f", {fields['pages']}" if "pages" in fields else ""
    source = f" *{plain(where)}*{volume}{number}{plain(pages)}." if where else ""
    if "doi" in fields:
        address = f"[doi:{fields['doi']}]({link(entry)})"
    elif "eprint" in fields:
        address = f"[arXiv:{fields['eprint']}]({link(entry)})"
    else:
        address = f"[{link(entry)}]({link(entry)})"
    return f"{', '.join(people)} ({fields['year']}). {plain(fields['title'])}.{source} {address}"
