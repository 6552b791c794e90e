"""Each chapter's notebook agrees with its source and can serve as nbval's reference."""

from __future__ import annotations

import pytest

from booktools.notebooks.chapter import ROOT, Chapter, chapters
from booktools.notebooks.pair import pair_faults

CHAPTERS = [Chapter(path) for path in chapters()]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.name for chapter in CHAPTERS])
def test_notebook_is_that_of_its_source(chapter):
    found = list(pair_faults(chapter))
    assert not found, "\n".join(found)


def test_every_notebook_has_a_source():
    sources = {chapter.reference for chapter in CHAPTERS}
    assert sources == set((ROOT / "chapters").rglob("*.ipynb"))
    assert len({path.stem for path in sources}) == len(sources)
