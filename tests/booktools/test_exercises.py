"""Each fault of a coding exercise is found, with the place of the exercise and what to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from booktools.notebooks import grading
from booktools.notebooks.chapter import ROOT
from booktools.notebooks.source import SourceError
from tests.booktools import small_book

BEFORE = (small_book.HEADER + small_book.TEXT).split(":::{exercise}")[0]
LINE = BEFORE.count("\n") + 1
SECOND_WRONG = "# 오답: 부호를 잃음\ndef twice(x):\n    return abs(2 * x)"
THIRD = """```{code-cell} ipython3
:tags: [exercise-wrong]

# 오답: 셋째
def twice(x):
    return x
```
"""


@pytest.fixture
def found(tmp_path):
    small_book.make(tmp_path)

    def faults(old: str = "", new: str = "") -> list[str]:
        assert old in small_book.TEXT
        chapter = small_book.write(tmp_path, "small", small_book.TEXT.replace(old, new, 1))
        return list(grading.exercise_faults(chapter))

    return faults


def test_a_good_exercise_has_no_faults(found):
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("return 2 * x\n    ###", "return 3 * x\n    ###", "the solution fails: AssertionError"),
        ("== -2", "== 2", "the solution fails: AssertionError: 음수도"),
        ("assert twice(3) == 6,", "assert 6 == 6,", "the stub passes the visible checks"),
        ('with checking("연습 1"):\n    assert twice(3)', "if True:\n    assert thrice(3)",
         "the solution fails: NameError"),
        ("assert twice(-1) == -2", "assert twice(0) == 0",
         "'# 오답: 부호를 잃음' passes every check"),
        ("return x**2", "return x.shape", "'# 오답: 제곱' ends in AttributeError"),
        ("# 오답: 제곱\n", "", "a wrong answer begins with '# 오답:'"),
        ("def twice(x):\n    return x**2", "def square(x):\n    return x**2",
         "does not define twice"),
        ("[exercise-hidden]", "[exercise-check]", "no cell tagged [exercise-hidden]"),
        ("[exercise-check]", "[exercise-hidden]", "no cell tagged [exercise-check]"),
        ("[exercise]", "[remove-cell]", "no cell tagged [exercise]"),
        (":class: coding", ":class: hand", "has exercise cells; its class is 'hand'"),
        (SECOND_WRONG, "", "a wrong answer begins with"),
        (":::{solution}", THIRD + THIRD + "\n:::{solution}", "4 wrong answers; add 2 or 3"),
    ],
)  # fmt: skip
def test_a_fault_is_found(found, old, new, fault):
    (message, *_) = found(old, new)
    assert fault in message
    assert message.startswith(f"chapters/small.md:{LINE}: ex-small-1: ")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION\n", "", "mark the solution with"),
        ("[exercise-hidden]", "[exercise]", "mark the solution with"),
        ("[exercise-hidden]", "[exercise-secret]", "unknown tag 'exercise-secret'"),
        (":::{exercise} 두 배\n:label: ex-small-1\n:class: coding", ":::{note}",
         "before any exercise"),
    ],
)  # fmt: skip
def test_a_misplaced_cell_is_an_error_with_its_place(found, old, new, message):
    with pytest.raises(SourceError, match=r"small\.md:\d+: ") as raised:
        found(old, new)
    assert message in str(raised.value)


def test_grading_a_chapter_in_its_own_process(tmp_path):
    small_book.make(tmp_path)
    path = tmp_path / "chapters" / "small.md"
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "booktools.notebooks.grading", str(path)]
    for solution, status, said in (("2 * x", 0, ""), ("0", 1, "the solution fails")):
        text = small_book.TEXT.replace("return 2 * x\n    ###", f"return {solution}\n    ###")
        small_book.write(tmp_path, "small", text)
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (run.returncode, said in run.stdout) == (status, True), run.stderr
