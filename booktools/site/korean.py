"""Korean strings that the themes lack, compiled from `locale/ko/*.po` when the book is built."""

from __future__ import annotations

import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sphinx.application import Sphinx

CATALOGUES = Path(__file__).parent / "locale" / "ko"


def install(app: Sphinx) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "ko" / "LC_MESSAGES"
        target.mkdir(parents=True)
        for source in sorted(CATALOGUES.glob("*.po")):
            with source.open("rb") as text, (target / f"{source.stem}.mo").open("wb") as binary:
                write_mo(binary, read_po(text))
            app.add_message_catalog(source.stem, folder)
