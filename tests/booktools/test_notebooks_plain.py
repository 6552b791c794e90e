"""MyST to the Markdown that any notebook shows; what has no plain form is an error with a place."""

from __future__ import annotations

import pytest

from booktools.notebooks import citations
from booktools.notebooks.plain import leftovers
from booktools.notebooks.source import SourceError
from tests.booktools import small_book

OTHER = "# 다른 장\n\n## 정의\n\n$$\na = 1\n$$ (other-def)\n"


@pytest.fixture
def render(tmp_path):
    small_book.make(tmp_path, other=OTHER)

    def plain(text: str) -> str:
        chapter = small_book.write(tmp_path, "small", f"# 작은 장\n\n{text}\n")
        cells = chapter.notebook().cells
        return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")

    return plain


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (":::{note}\n하나\n\n* 둘\n:::", "> **참고**\n>\n> 하나\n>\n> * 둘"),
        (":::{admonition} 예측\n:class: predict\n\n글\n:::", "> **예측**\n>\n> 글"),
        (
            ":::{hint}\n:class: dropdown\n\n글\n:::",
            "<details>\n<summary>힌트</summary>\n\n글\n\n</details>",
        ),
        (
            "::::{note}\n밖\n\n:::{tip}\n안\n:::\n::::",
            "> **참고**\n>\n> 밖\n>\n> > **도움말**\n> >\n> > 안",
        ),
        ("$$\nx + y\n$$ (small-def)", "$$\nx + y\n\\tag{1}\n$$"),
        ("$$ x $$ (small-def)", "$$\nx\n\\tag{1}\n$$"),
        ("% derivation: by hand\n$$\nx\n$$", "$$\nx\n$$"),
        ("* 항목\n\n  $$\n  x\n  $$ (small-def)", "* 항목\n\n  $$\n  x\n  \\tag{1}\n  $$"),
        (":::{note}\n$$\nx\n+ y\n$$\n:::", "> **참고**\n>\n> $$ x + y $$"),
        ("## 구조\n\n$$\nx\n$$ (a)\n\n$$\ny\n$$ (b)\n\n식 {eq}`b`", "식 [(2)](#구조)"),
        ("식 {eq}`other-def`", "식 [(1)](other.ipynb#정의)"),
        ("{cite:t}`huber1964`", "[Huber (1964)](https://doi.org/10.1214/aoms/1177703732)"),
        ("말 {cite:p}`huber1964`", "말 ([Huber, 1964](https://doi.org/10.1214/aoms/1177703732))"),
        ("[장](../chapters/other.md#x)", "[장](../chapters/other.ipynb#x)"),
        ("[책](../index.md)", "[책](../index.md)"),
        ("[밖](https://pytorch.org/a.md)", "[밖](https://pytorch.org/a.md)"),
        ("`{eq}` 그리고 `% 글`", "`{eq}` 그리고 `% 글`"),
        ("```python\n% x\n:::{note}\n```", "```python\n% x\n:::{note}\n```"),
        ("| a |\n| --- |\n| {eq}`other-def` |", "| [(1)](other.ipynb#정의) |"),
    ],
)  # fmt: skip
def test_plain_form(render, source, expected):
    plain = render(source)
    assert expected in plain
    assert leftovers(plain) == []


def test_a_link_to_an_exercise_leads_to_its_heading(render):
    plain = render(small_book.CODING + "\n\n[연습 1](#ex-small-1)과 같습니다.")
    assert "#### 연습 1 · 코드로 · 두 배" in plain
    assert "[연습 1](#연습-1-·-코드로-·-두-배)" in plain


def test_the_solution_carries_its_code_and_hidden_cells_stay_out(render):
    plain = render(small_book.CODING)
    assert '```python\ndef twice(x):\n    """두 배."""\n    return 2 * x\n```' in plain
    assert "<summary>해답</summary>" in plain
    assert "오답" not in plain
    assert "음수도" not in plain


def test_a_citation_behind_a_formula_is_listed(render):
    plain = render("% derivation\n$$\nx = 1\n$$\n\n{cite:t}`huber1964`: $a$\n\n:::{bibliography}\n:::")
    assert plain.count("Huber") >= 2


def test_the_bibliography_lists_what_is_cited(render):
    plain = render("{cite:t}`huber1964`\n\n:::{bibliography}\n:::")
    assert "* Peter Huber (1964)" in plain
    assert "https://doi.org/10.1214/aoms/1177703732" in plain
    assert "Gneiting" not in plain


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("글\n\n:::{figure} a.png\n:::", "small.md:10: unknown directive 'figure'"),
        (":::{note}\n:name: a\n글\n:::", "small.md:9: unknown option ':name: a'"),
        ("::: 글", "small.md:8: found '::: 글'"),
        ("* 항목\n  :::{note}\n  글\n  :::", "small.md:9: found '  :::{note}'"),
        (":::{note}\n글", "small.md:8: ':::{note}' is never closed"),
        ("```{math}\nx\n```", "write directives with ':::'"),
        ("글\n{ref}`a`", "small.md:9: unknown role '{ref}`a`'"),
        ("글\n{eq}`nothing`", "small.md:9: '{eq}`nothing`' names no formula"),
        ("{cite:t}`nobody1900`", "small.md:8: citation 'nobody1900' is not in references/"),
        ("[연습](#ex-small-9)", "small.md:8: '#ex-small-9' names no exercise"),
        (":::{solution} ex-small-9\n글\n:::", "small.md:8: the solution 'ex-small-9' has no"),
        ("글 <b>굵게</b>", "small.md:8: raw HTML"),
        ("$$ x\n$$", "small.md:8: a formula stands between lines"),
        ("$$\nx\n\ny\n$$", "small.md:8: a formula stands between lines"),
        ("+++", "'+++' has no plain form"),
        ("(target)=\n글", "'(target)=' has no plain form"),
        ("$$\nx\n$$ (a)\n\n$$\ny\n$$ (a)", "small.md:14: 'a' is already used"),
        (":::{exercise} 글\n:label: ex-small-2\n:class: hand\n\n글\n:::", "ends with '-1'"),
        (":::{exercise} 글\n:label: ex-small-1\n\n글\n:::", "an exercise needs ':label:'"),
        ("```{code-cell} ipython3\nx = 1", "small.md:8: the code cell that begins here has no end"),
        ("```{code-cell} ipython3\n:name: a\n```", "small.md:9: found ':name: a'"),
    ],
)  # fmt: skip
def test_what_has_no_plain_form_is_an_error_with_its_place(render, source, message):
    with pytest.raises(SourceError) as raised:
        render(source)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "raw", [":::{note}\na\n:::", "{eq}`a`", "$$\nx\n$$ (a)", "(a)=", "% a", "```{math}\nx\n```"]
)
def test_a_raw_directive_is_found(raw):
    assert leftovers(f"글\n\n{raw}\n")
    assert leftovers(f"<details>\n<summary>해답</summary>\n\n{raw}\n\n</details>")


def test_a_key_in_two_bibliographies_is_refused(tmp_path):
    entry = "@book{good1952, author = {Good, I. J.}, title = {Logs}, year = {1952}, url = {https://a.b}}"
    (tmp_path / "one.bib").write_text(entry, encoding="utf-8")
    assert list(citations.entries(tmp_path)) == ["good1952"]
    citations.entries.cache_clear()
    (tmp_path / "two.bib").write_text(entry, encoding="utf-8")
    with pytest.raises(SourceError, match=r"references/two\.bib: good1952 also in another file"):
        citations.entries(tmp_path)
