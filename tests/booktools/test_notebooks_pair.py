"""A committed notebook that is stale, unchecked or shows the machine is red, without a kernel."""

from __future__ import annotations

import nbformat
import pytest

from booktools.notebooks.pair import pair_faults
from booktools.notebooks.reference import code_cells, interleaved, reduced, sanitized, write
from tests.booktools import small_book


@pytest.fixture
def found(tmp_path):
    """Faults after `spoil` has changed the notebook of a good chapter."""
    small_book.make(tmp_path)

    def faults(spoil=lambda notebook: None) -> list[str]:
        chapter = small_book.chapter(tmp_path)
        notebook = reduced(chapter.notebook())
        spoil(notebook)
        write(notebook, chapter.reference)
        return list(pair_faults(chapter))

    return faults


def stream(text: str, name: str = "stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def shown(**data: str):
    return nbformat.v4.new_output("display_data", data=data)


def outputs(*planted):
    def spoil(notebook):
        code_cells(notebook)[2].outputs = list(planted)

    return spoil


def attribute(cell: int, **values):
    def spoil(notebook):
        for name, value in values.items():
            setattr(notebook.cells[cell], name, value)

    return spoil


def test_a_good_pair_has_no_faults(found):
    assert found() == []
    assert found(outputs(stream("답: 42\n"), shown(**{"text/html": "<svg></svg>"}))) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (attribute(1, source="# 다른 장"), "the source of cell 1 is '# 다른 장'"),
        (attribute(2, source="import lossbook"), "the source of cell 2"),
        (attribute(1, id="x"), "the id of cell 1 is 'x'"),
        (attribute(2, metadata={}), "the metadata of cell 2"),
        (lambda notebook: notebook.cells.pop(), "expected"),
        (lambda notebook: notebook.metadata.update(title="x"), "other metadata"),
        (attribute(2, execution_count=None), "the cell has no reference"),
        (outputs(stream("w", "stderr")), "it writes to stderr: 'w'"),
        (outputs(nbformat.v4.new_output("error", ename="E", evalue="e")), "it raises E: e"),
        (outputs(stream("/home/someone/lossbook")), "'/home/someone', which differs"),
        (outputs(stream("<object at 0x7f592a9460c0>")), "'0x7f592a9460c0', which differs"),
        (outputs(shown(**{"text/html": "C:\\Users\\x"})), "which differs between machines"),
        (outputs(shown(**{"image/png": "iVBORw0KGgo="})), "holds pictures"),
        (outputs(shown(**{"text/html": "<svg><path/></svg>"})), "holds pictures"),
        (attribute(2, execution_count=7), "holds pictures, times or other bytes"),
    ],
)
def test_a_fault_is_found(found, spoil, fault):
    (message, *_) = found(spoil)
    assert fault in message


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("보세요", "보십시오", "the source has changed: run 'make refresh CHAPTERS=chapters/small.md'"),
        ("lossbook.ANSWER", "lossbook.ANSWER + 1", "the source has changed"),
        ("[setup]", "[setup, hide-input]", "the metadata of cell 2"),
        ("## 구조", "## 구조\n\nTODO 쓰기", "chapters/small.md:17: found 'TODO 쓰기'"),
    ],
)  # fmt: skip
def test_an_edit_of_the_source_alone_is_found(found, tmp_path, old, new, fault):
    assert found() == []
    chapter = small_book.write(tmp_path, "small", small_book.TEXT.replace(old, new, 1))
    assert fault in next(pair_faults(chapter))


def test_a_missing_notebook_and_a_marker_are_found(tmp_path):
    small_book.make(tmp_path)
    (message,) = pair_faults(small_book.chapter(tmp_path))
    assert "small.ipynb does not exist; run 'make refresh" in message
    text = small_book.TEXT.replace('print("답:"', '# NBVAL_SKIP\nprint("답:"')
    chapter = small_book.write(tmp_path, "small", text)
    write(reduced(chapter.notebook()), chapter.reference)
    (message,) = pair_faults(chapter)
    assert "chapters/small.md:23: found {'skip': True}: nbval would not check" in message


def test_only_a_stream_that_goes_on_after_another_output_is_interleaved():
    one, two, err, picture = stream("1"), stream("2"), stream("e", "stderr"), shown()
    assert not interleaved([one, two, picture])
    assert not interleaved([picture, one, err, picture])
    assert interleaved([one, picture, two])
    assert interleaved([one, err, two])


def test_sanitizing_keeps_words_and_data_and_is_stable():
    html = (
        '<figure aria-label="곡선"><svg>\n<path/></svg><img alt="그림" src="data:image/png;base64,aa==">'
        '<script type="application/json">{"y":[[1,2],[3]],"id":"p01234567-8"}</script>'
        "<script>go()</script></figure>"
    )
    kept = sanitized(html)
    assert kept == (
        '<figure aria-label="곡선"><svg></svg><img alt="그림" src="data:image/png,">'
        '<script type="application/json">{"y":[[1,2],\n[3]],\n"id":"p-8"}</script>'
        "<script></script></figure>"
    )
    assert sanitized(kept) == kept
