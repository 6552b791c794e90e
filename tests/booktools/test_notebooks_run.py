"""Refresh, nbval's run and staging on a small book, with every fault planted that must be red."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest

from booktools.notebooks import execute, refresh, stage
from booktools.notebooks.chapter import ROOT
from booktools.notebooks.pair import pair_faults
from booktools.notebooks.reference import SANITIZE, code_cells, write
from tests.booktools import small_book

FIGURE = (
    "from IPython.display import HTML\n"
    "HTML('<svg id=\"p01234567-8\"><path/></svg>'\n"
    "     '<img alt=\"곡선\" src=\"data:image/svg+xml,%3C a\">'\n"
    "     '<script type=\"application/json\">{\"y\":[[1,2],[3,4]]}</script><script>go()</script>')"
)


def cell(code: str, tags: str = "") -> str:
    return f"\n```{{code-cell}} ipython3\n{tags}{code}\n```\n"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """The kernels of this book import its lossbook, not ours."""
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    return small_book.make(tmp_path)


@pytest.fixture
def no_kernel(monkeypatch):
    def forbidden(*_):
        raise AssertionError("a kernel was started")

    return lambda: [
        monkeypatch.setattr(refresh, "execute", forbidden),
        monkeypatch.setattr(execute, "nbval", forbidden),
    ]


def read(path):
    return nbformat.read(path, as_version=4)


def run(root, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--color=no", "--nbval",
               f"--nbval-sanitize-with={SANITIZE}", f"--rootdir={root}", *arguments]  # fmt: skip
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_from_source_to_staged_book(book, no_kernel, capsys):
    text = small_book.TEXT + cell(FIGURE)
    chapter = small_book.write(book, "small", text)
    assert refresh.refresh([], root=book) == 0
    committed = str([cell.outputs for cell in code_cells(read(chapter.reference))])
    assert list(pair_faults(chapter)) == []
    assert "답: 42" in committed
    for bytes_ in ("iVBORw0KGgo", "<path", "%3C", "go()", "p01234567"):
        assert bytes_ not in committed
    assert '[3,4]]}' in committed
    assert "곡선" in committed

    # nbval's run is kept whole, is the same as the refreshed one, and is not repeated
    refreshed = chapter.execution.read_text(encoding="utf-8")
    chapter.execution.unlink()
    assert execute.execute(book) == 0
    captured = read(chapter.execution)
    outputs = [cell.outputs for cell in code_cells(captured)]
    assert "iVBORw0KGgo=" in str(outputs)
    assert "<path/>" in str(outputs)
    assert [c.source for c in captured.cells] == [
        c.source for c in nbformat.reads(refreshed, as_version=4).cells
    ]
    no_kernel()
    assert execute.execute(book) == 0

    # an edit of prose, a solution or a hidden check needs no run and keeps the outputs
    edited = text.replace("2를 곱합니다", "둘을 곱합니다")
    edited = edited.replace("return 2 * x\n    #", "return x + x\n    #")
    chapter = small_book.write(book, "small", edited)
    assert [*pair_faults(chapter)] != []
    assert refresh.refresh([], root=book) == 0
    assert "실행하지 않고" in capsys.readouterr().out
    assert list(pair_faults(small_book.chapter(book))) == []
    assert "둘을 곱합니다" in chapter.reference.read_text(encoding="utf-8")
    small_book.write(book, "small", edited.replace("둘을 곱합니다", "두 배입니다"))
    assert refresh.refresh([], root=book, text_only=True) == 0
    assert list(pair_faults(small_book.chapter(book))) == []
    small_book.write(book, "small", edited.replace("lossbook.ANSWER", "1 + lossbook.ANSWER"))
    assert refresh.refresh([], root=book, text_only=True) == 1, "other code needs a run"
    small_book.write(book, "small", edited)
    assert refresh.refresh([], root=book) == 0
    first = chapter.reference.read_bytes()
    assert refresh.refresh([], root=book) == 0
    assert chapter.reference.read_bytes() == first

    # the site: MyST text, outputs of the run, stub without output, links to notebooks
    stage.stage(book)
    staged = read(book / "_build" / "stage" / "chapters" / "small.ipynb")
    page = "\n".join(cell.source for cell in staged.cells)
    assert "{eq}`small-def`" in page
    assert "$$ (small-def)" in page
    assert "find_spec" not in page
    assert "오답" not in page
    assert "음수도" not in page
    assert page.count("return x + x") == 1
    assert code_cells(staged)[0].metadata.tags == ["hide-input"]
    shown = {cell.source: cell.outputs for cell in code_cells(staged)}
    assert not any(out for source, out in shown.items() if "twice" in source)
    assert "iVBORw0KGgo=" in str(shown)
    index = (book / "_build" / "stage" / "index.md").read_text(encoding="utf-8")
    assert "(chapters/small.ipynb)" in index
    download = read(book / "_build" / "stage" / "notebooks" / "chapters" / "small.ipynb")
    assert "iVBORw0KGgo=" in str(download.cells)
    assert "{eq}" not in str(download.cells)

    # staging again touches nothing; what is no longer wanted goes
    files = [file for file in (book / "_build" / "stage").rglob("*") if file.is_file()]
    dates = {file: file.stat().st_mtime_ns for file in files}
    stray = book / "_build" / "stage" / "chapters" / "gone.ipynb"
    stray.touch()
    stage.stage(book)
    assert {file: file.stat().st_mtime_ns for file in files} == dates
    assert not stray.exists()

    # the site is never built from other outputs than the committed ones
    chapter = small_book.chapter(book)
    chapter.reference.write_text(
        chapter.reference.read_text(encoding="utf-8").replace("답: 42", "답: 43"), encoding="utf-8"
    )
    with pytest.raises(stage.NotExecuted, match=r"small\.md:23: the outputs of .* are not those"):
        stage.stage(book)
    chapter.execution.unlink()
    with pytest.raises(stage.NotExecuted, match="there is no execution of this code"):
        stage.stage(book)
    with pytest.raises(stage.NotExecuted, match="there is no execution of this code"):
        stage.stage(book, draft=[chapter.path])
    stage.stage(book, draft=[book / "chapters" / "another.md"])
    drafted = read(book / "_build" / "stage" / "chapters" / "small.ipynb")
    assert "답: 43" in str(drafted), "the committed notebook stands in for a run"


PLANTED = {
    "changed": 'print("답:", lossbook.ANSWER)',
    "unrun": "print(1)",
    "warns": "import sys\nprint(1, file=sys.stderr)",
    "raises": "1 / 0",
    "marked": "# NBVAL_IGNORE_OUTPUT\nprint(lossbook.ANSWER)",
    "stale": "print(1)",
    "good": "print(1)",
}


def test_nbval_is_red_for_every_fault_and_keeps_only_good_runs(book):
    for name, code in PLANTED.items():
        chapter = small_book.write(book, name, f"# 장\n\n{small_book.SETUP}{cell(code)}")
        notebook = chapter.notebook()
        for count, each in enumerate(code_cells(notebook), start=1):
            each.execution_count = count
        (*_, last) = code_cells(notebook)
        stream = nbformat.v4.new_output("stream", name="stdout", text="1\n")
        last.outputs = [stream]
        if name == "changed":
            last.outputs[0].text = "답: 42\n"
        elif name == "unrun":
            last.outputs, last.execution_count = [], None
        elif name == "warns":
            last.outputs[0].name = "stderr"
        elif name == "raises":
            last.metadata.tags = ["raises-exception"]
            last.outputs = [nbformat.v4.new_output("error", ename="ZeroDivisionError",
                                                   evalue="division by zero")]  # fmt: skip
        elif name == "stale":
            small_book.write(book, name, f"# 장\n\n{small_book.SETUP}{cell('print(2)')}")
        write(notebook, chapter.reference)
    (book / "chapters" / "small.md").unlink()
    (book / "lossbook" / "__init__.py").write_text("ANSWER = 43\n", encoding="utf-8")

    done = run(book, "chapters", "-n", "2", "--dist", "loadfile")
    red = {name for name in PLANTED if f"FAILED chapters/{name}.ipynb::Cell 2" in done.stdout}
    assert red == set(PLANTED) - {"good"}, done.stdout
    for reason in ("답: 43", "has no reference", "writes to stderr", "it raises ZeroDivisionError",
                   "would not check this cell", "holds other code"):  # fmt: skip
        assert reason in done.stdout
    kept = {path.name.rsplit("-", 1)[0] for path in (book / "_build" / "executed").iterdir()}
    assert kept == {"good"}

    part = run(book, "chapters/good.ipynb::Cell 2")
    assert part.returncode != 0
    assert "1 of 3 cells are selected; run the whole chapter" in part.stdout + part.stderr


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("1 / 0", r"it raises ZeroDivisionError"),
        ("import warnings\nwarnings.warn('w')", "it writes to stderr"),
        ("import sys\nprint(sys.prefix + '/lib/site-packages')", "differs between machines"),
        ("object()", "differs between machines"),
        ("print(1)\ndisplay(2)\nprint(3)", "nbval would mix these up"),
    ],
)
def test_refresh_refuses_outputs_that_cannot_be_a_reference(book, code, fault, capsys):
    chapter = small_book.write(book, "small", f"# 장\n\n{small_book.SETUP}{cell(code)}")
    assert refresh.refresh([chapter.path], root=book) == 1
    said = capsys.readouterr().out
    assert "chapters/small.md:15: " in said
    assert fault in said
    assert not chapter.reference.exists()
    assert not chapter.execution.exists()


def test_a_slow_cell_may_print_in_pieces(book):
    slow = "import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.3)"
    chapter = small_book.write(book, "small", f"# 장\n\n{small_book.SETUP}{cell(slow)}")
    assert refresh.refresh([chapter.path], root=book) == 0
    (output,) = code_cells(read(chapter.reference))[-1].outputs
    assert output.text == "0\n1\n2\n"


def test_execute_refuses_a_notebook_that_is_not_that_of_its_source(book, no_kernel):
    no_kernel()
    with pytest.raises(execute.StaleNotebook, match=r"make refresh CHAPTERS=chapters/small\.md"):
        execute.execute(book)


def test_the_key_follows_what_a_chapter_depends_on(book):
    plots = book / "lossbook" / "plots"
    (plots / "small.py").write_text("from lossbook.plots.style import INK\n", encoding="utf-8")
    (plots / "style.py").write_text("INK = 1\n", encoding="utf-8")
    (plots / "other.py").write_text("INK = 1\n", encoding="utf-8")
    text = small_book.TEXT + cell("from lossbook.plots import (\n    small,\n)")
    small_book.write(book, "small", text)
    before = small_book.chapter(book).key

    for file in (plots / "other.py", book / "chapters" / "small.md"):
        file.write_text(file.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
        assert small_book.chapter(book).key == before
    changed = ["requirements.txt", "lossbook/__init__.py", "lossbook/plots/style.py",
               "lossbook/plots/small.py", "lossbook/plots/__init__.py"]  # fmt: skip
    keys = {before}
    for name in changed:
        (book / name).write_text(
            (book / name).read_text(encoding="utf-8") + "\n# new\n", encoding="utf-8"
        )
        keys.add(small_book.chapter(book).key)
    assert len(keys) == len(changed) + 1
