"""A book of one chapter in a folder of its own, with a lossbook of one number."""

from __future__ import annotations

import shutil
from pathlib import Path

from booktools.notebooks.chapter import ROOT, Chapter

HEADER = "---\njupytext:\n  text_representation: {extension: .md, format_name: myst}\n---\n\n"
SETUP = """```{code-cell} ipython3
:tags: [setup]

import lossbook
from lossbook.teaching import checking
```
"""
CODING = '''
:::{exercise} 두 배
:label: ex-small-1
:class: coding

`x`의 두 배를 돌려주세요.
:::

```{code-cell} ipython3
:tags: [exercise]

def twice(x):
    """두 배."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{code-cell} ipython3
:tags: [exercise-check]

with checking("연습 1"):
    assert twice(3) == 6, "3의 두 배는 6입니다"
```

```{code-cell} ipython3
:tags: [exercise-hidden]

with checking("연습 1"):
    assert twice(-1) == -2, "음수도 두 배입니다"
```

```{code-cell} ipython3
:tags: [exercise-wrong]

# 오답: 제곱
def twice(x):
    return x**2
```

```{code-cell} ipython3
:tags: [exercise-wrong]

# 오답: 부호를 잃음
def twice(x):
    return abs(2 * x)
```

:::{solution} ex-small-1
:class: dropdown

2를 곱합니다.
:::
'''
TEXT = f"""# 작은 장

{SETUP}
## 구조

$$
\\ell = x
$$ (small-def)

식 {{eq}}`small-def`를 보세요.

```{{code-cell}} ipython3
print("답:", lossbook.ANSWER)
```

```{{code-cell}} ipython3
from IPython.display import display
display({{"image/png": "iVBORw0KGgo=", "text/plain": "그림"}}, raw=True)
```
{CODING}
"""


def make(root: Path, **chapters: str) -> Path:
    """Write the book; each keyword is a chapter's name and its text without the header."""
    for name in ("requirements.txt", "_config.yml"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "references", root / "references")
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (root / "index.md").write_text("# 책\n\n[장](chapters/small.md)\n", encoding="utf-8")
    (root / "api.rst").write_text("함수\n====\n", encoding="utf-8")
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    shutil.copy(ROOT / "conftest.py", root / "conftest.py")
    package = root / "lossbook"
    (package / "plots").mkdir(parents=True)
    (package / "plots" / "__init__.py").touch()
    (package / "__init__.py").write_text("ANSWER = 42\n", encoding="utf-8")
    shutil.copy(ROOT / "lossbook" / "teaching.py", package / "teaching.py")
    for name, text in (chapters or {"small": TEXT}).items():
        write(root, name, text)
    return root


def write(root: Path, name: str, text: str) -> Chapter:
    path = root / "chapters" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + text, encoding="utf-8")
    return Chapter(path, root)


def chapter(root: Path, name: str = "small") -> Chapter:
    """A fresh reading of the chapter."""
    return Chapter(root / "chapters" / f"{name}.md", root)
