"""Each coding exercise: its solution passes, its stub and its wrong answers fail."""

from __future__ import annotations

import subprocess
import sys

import pytest

from booktools.notebooks.chapter import ROOT, chapters

CHAPTERS = chapters()


@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_exercises(path):
    command = [sys.executable, "-m", "booktools.notebooks.grading", str(path)]
    graded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert graded.returncode == 0, graded.stdout + graded.stderr
